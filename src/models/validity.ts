import { known, type Operand, type Quantity } from "../autodiff/tape.js";
import { describeShape, InputError } from "../ndarray/errors.js";
import { checkChoice, checkNames, checkRecord } from "../ndarray/fields.js";
import { sameShape } from "../ndarray/shape.js";
import { radiansPerDegree } from "../physics/constants.js";
import { crystalShapeNames } from "../physics/lattice-factor.js";
import { invert } from "../physics/symmetric.js";
import { dot, rotate, rotateAxis } from "../physics/vector.js";
import { mostBackgroundTerms } from "./background.js";
import { fannedCount, type Beam, type Fan } from "./beam.js";
import type { Crystal, ReciprocalVectors, UnitCell } from "./crystal.js";
import { axesOf, conventionPivot, type Detector } from "./detector.js";
import type { Experiment } from "./experiment.js";
import { aboveZero, atLeastZero, checkComponents, checkDirection, checkVector, count, mostCounted, number, numbers, required, symmetric } from "./field-checks.js";
import * as names from "./field-names.js";
import { StructureFactors } from "./structure-factors.js";

/** An image of more pixels would not fit into the memory of most machines. */
export const mostPixels = 2 ** 26;
/** Sources that fit into memory. */
export const mostSources = mostCounted;

/**
 * Refuses an experiment that cannot be: fields that are missing, misspelt, or of impossible values. Recorded values pass.
 * @throws InputError that names the field
 */
export function checkExperiment(experiment: Experiment<Quantity>): void {
  checkNames("the experiment", experiment, names.experiment);
  const { beam, crystal, detector, structureFactors, amplitudes, draws, waterUm, amorphous = [], background } = experiment;
  required("structureFactors", structureFactors);
  checkBeam(beam);
  checkCrystal(crystal);
  checkDetector(detector);
  if (!(structureFactors instanceof StructureFactors)) number("structureFactors", structureFactors);
  if (amplitudes !== undefined) checkAmplitudes(amplitudes, structureFactors);
  atLeastZero("waterUm", waterUm);
  amorphous.forEach((material, i) => {
    checkNames(`amorphous[${i}]`, material, names.amorphous);
    const { name, thicknessMm, densityGcm3, molecularWeight, beamSizeMm } = material;
    for (const field of ["name", "curve", "thicknessMm", "densityGcm3", "molecularWeight"] as const) required(`amorphous[${i}].${field}`, material[field]);
    atLeastZero(`amorphous ${name}: thicknessMm`, thicknessMm);
    atLeastZero(`amorphous ${name}: densityGcm3`, densityGcm3);
    aboveZero(`amorphous ${name}: molecularWeight`, molecularWeight);
    aboveZero(`amorphous ${name}: beamSizeMm`, beamSizeMm);
  });
  if (draws) {
    checkNames("draws", draws, names.draws);
    count("draws.count", draws.count);
    const { seed = -1 } = draws;
    if (!Number.isSafeInteger(seed) || seed >= 0) throw new InputError(`draws.seed is ${seed}; it must be a whole number below 0`);
  }
  if (background && (background.length === 0 || background.length > mostBackgroundTerms)) {
    throw new InputError(`background has ${background.length} terms; it can have 1 to ${mostBackgroundTerms}`);
  }
  background?.forEach((term, i) => number(`background[${i}]`, term));
}

function checkAmplitudes(amplitudes: Operand, structureFactors: StructureFactors | number): void {
  if (!(structureFactors instanceof StructureFactors)) {
    throw new InputError(`amplitudes stand in place of a grid's, and structureFactors is the number ${structureFactors}`);
  }
  const { shape } = structureFactors.grid;
  if (typeof amplitudes === "number" || !sameShape(amplitudes.shape, shape)) {
    const found = typeof amplitudes === "number" ? `the number ${amplitudes}` : `of shape ${describeShape(amplitudes.shape)}`;
    throw new InputError(`amplitudes are ${found}, and the grid whose place they take is of shape ${describeShape(shape)}`);
  }
}

/**
 * Why edges and angles make no unit cell, if they do not.
 * @returns a sentence without a subject, "has ..." or "needs ..."; undefined where they make a cell
 */
export function impossibleCell({ a, b, c, alpha, beta, gamma }: UnitCell): string | undefined {
  const edges = [a, b, c];
  const angles = [alpha, beta, gamma];
  if (!edges.every((edge) => edge > 0 && Number.isFinite(edge))) return `needs edges above 0, not ${edges.join(" ")}`;
  if (!angles.every((angle) => angle > 0 && angle < 180)) return `needs angles between 0 and 180 degrees, not ${angles.join(" ")}`;
  const sum = alpha + beta + gamma;
  if (sum >= 360) return `has angles that add up to ${sum} degrees, and less than 360 make a cell`;
  const largest = Math.max(...angles);
  if (2 * largest >= sum) return `has an angle of ${largest} degrees, and it must be smaller than the sum of the other two`;
  const half = (sum / 2) * radiansPerDegree;
  const skew = angles.reduce((product, angle) => product * Math.sin(half - angle * radiansPerDegree), Math.sin(half));
  return skew > 1e-12 ? undefined : `has no volume with the angles ${angles.join(" ")}`;
}

function checkBeam(beam: Beam<Quantity>): void {
  checkNames("beam", beam, names.beam);
  required("beam.wavelengthA", beam.wavelengthA);
  aboveZero("beam.wavelengthA", beam.wavelengthA);
  atLeastZero("beam.fluence", beam.fluence);
  const kahn = number("beam.kahnFactor", beam.kahnFactor);
  if (kahn !== undefined && Math.abs(kahn) > 1) throw new InputError(`beam.kahnFactor is ${kahn}; it must be from -1 to 1`);
  checkFan("beam.horizontalDivergenceMrad", beam.horizontalDivergenceMrad);
  checkFan("beam.verticalDivergenceMrad", beam.verticalDivergenceMrad);
  checkFan("beam.dispersionPercent", beam.dispersionPercent);
  atLeastZero("beam.bandwidthPercent", beam.bandwidthPercent);
  checkComponents("beam.beamDivergenceMrad", beam.beamDivergenceMrad, [1, 2], 2);
  const dispersion = beam.dispersionPercent?.range;
  if (typeof dispersion === "number" && dispersion >= 200) {
    throw new InputError(`beam.dispersionPercent.range is ${dispersion}, which reaches wavelengths of 0; it must be below 200`);
  }
  const sources = fannedCount(beam);
  if (sources > mostSources) throw new InputError(`beam: divergence and dispersion make ${sources} sources, and at most ${mostSources} fit into memory`);
  if (beam.sources?.length === 0) throw new InputError("beam.sources is empty; without any source there is no beam");
  if (beam.sources?.every(({ weight }) => weight === 0)) throw new InputError("beam.sources have weights of 0 alone; without any photon there is no beam");
  beam.sources?.forEach((source, i) => {
    checkNames(`beam.sources[${i}]`, source, names.source);
    const { direction, wavelengthA, weight } = source;
    checkDirection(`beam.sources[${i}].direction`, direction);
    atLeastZero(`beam.sources[${i}].weight`, weight);
    aboveZero(`beam.sources[${i}].wavelengthA`, wavelengthA);
  });
}

function checkFan(name: string, fan: Fan<Quantity> | undefined): void {
  if (fan === undefined) return;
  checkNames(name, fan, names.fan);
  required(`${name}.range`, fan.range);
  atLeastZero(`${name}.range`, fan.range);
  atLeastZero(`${name}.step`, fan.step);
  count(`${name}.count`, fan.count);
}

function checkCrystal(crystal: Crystal<Quantity>): void {
  checkNames("crystal", crystal, names.crystal);
  const { lattice, missetDeg, cells, shape, fudge, mosaic, scan, blocks, etaDeg, domainA, bFactorA2 } = crystal;
  checkLattice(lattice);
  checkVector("crystal.missetDeg", missetDeg, number);
  checkVector("crystal.cells", cells, aboveZero);
  checkChoice("crystal.shape", shape, crystalShapeNames);
  aboveZero("crystal.fudge", fudge);
  if (blocks?.length === 0) throw new InputError("crystal.blocks is empty; without any block there is no crystal");
  blocks?.forEach((block, i) => {
    checkNames(`crystal.blocks[${i}]`, block, names.block);
    checkVector(`crystal.blocks[${i}].rotationDeg`, block.rotationDeg, number);
    checkVector(`crystal.blocks[${i}].missetDeg`, block.missetDeg, number);
    atLeastZero(`crystal.blocks[${i}].weight`, block.weight);
    if (block.lattice) checkLattice(block.lattice);
  });
  if (blocks?.every(({ weight }) => weight === 0)) throw new InputError("crystal.blocks all have the weight 0, so that nothing scatters");
  checkComponents("crystal.etaDeg", etaDeg, [1, 3, 6], 3);
  checkComponents("crystal.domainA", domainA, [6], 0);
  const lengths = domainA && symmetric(domainA);
  if (lengths && invert(lengths).determinant === 0) throw new InputError(`crystal.domainA is ${lengths.join(" ")}, which has no volume`);
  checkComponents("crystal.bFactorA2", bFactorA2, [1, 6], 0);
  if (mosaic) {
    checkNames("crystal.mosaic", mosaic, names.mosaic);
    required("crystal.mosaic.spreadDeg", mosaic.spreadDeg);
    atLeastZero("crystal.mosaic.spreadDeg", mosaic.spreadDeg);
    count("crystal.mosaic.domains", mosaic.domains);
    if (mosaic.drawn && mosaic.drawn.length !== mosaic.domains) {
      throw new InputError(`crystal.mosaic.drawn has ${mosaic.drawn.length} rotations for ${mosaic.domains} domains`);
    }
  }
  if (scan) {
    checkNames("crystal.scan", scan, names.scan);
    for (const name of ["phiDeg", "stepDeg"] as const) required(`crystal.scan.${name}`, scan[name]);
    number("crystal.scan.phiDeg", scan.phiDeg);
    number("crystal.scan.stepDeg", scan.stepDeg);
    count("crystal.scan.steps", scan.steps);
  }
}

function checkLattice(lattice: Crystal<Quantity>["lattice"]): void {
  checkRecord("crystal.lattice", lattice);
  if ("aStar" in lattice) checkReciprocal(lattice);
  else checkCell(lattice);
}

function checkCell(cell: UnitCell<Quantity>): void {
  checkNames("crystal.lattice", cell, names.cell);
  const { a, b, c, alpha, beta, gamma } = cell;
  for (const [name, value] of Object.entries({ a, b, c, alpha, beta, gamma })) {
    required(`crystal.lattice.${name}`, value);
    aboveZero(`crystal.lattice.${name}`, value);
  }
  // The edges do not matter for whether the angles make a cell; one of length 1 stands for those that are recorded.
  const [first, second, third] = [alpha, beta, gamma];
  if (typeof first !== "number" || typeof second !== "number" || typeof third !== "number") return;
  const reason = impossibleCell({ a: 1, b: 1, c: 1, alpha: first, beta: second, gamma: third });
  if (reason !== undefined) throw new InputError(`crystal.lattice ${reason}`);
}

function checkReciprocal(vectors: ReciprocalVectors<Quantity>): void {
  checkNames("crystal.lattice", vectors, names.reciprocalVectors);
  const { aStar, bStar, cStar } = vectors;
  const given = { aStar, bStar, cStar };
  for (const [name, vector] of Object.entries(given)) checkDirection(`crystal.lattice.${name}`, vector);
  const [a, b, c] = [numbers(aStar), numbers(bStar), numbers(cStar)];
  if (!a || !b || !c) return;
  const volume = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
  if (Math.abs(volume) <= 1e-9 * Math.hypot(...a) * Math.hypot(...b) * Math.hypot(...c)) {
    throw new InputError("crystal.lattice: aStar, bStar and cStar do not span space");
  }
}

function checkDetector(detector: Detector<Quantity>): void {
  checkNames("detector", detector, names.detector);
  checkRecord("detector.pixels", detector.pixels);
  required("detector.pixelSizeMm", detector.pixelSizeMm);
  checkComponents("detector.footprintMm", detector.footprintMm, [1, 2, 3], 2);
  const { fast, slow } = detector.pixels;
  count("detector.pixels.fast", fast, mostPixels);
  count("detector.pixels.slow", slow, mostPixels);
  if (fast * slow > mostPixels) {
    throw new InputError(`detector.pixels are ${fast} x ${slow}; more than ${mostPixels} do not fit into memory`);
  }
  aboveZero("detector.pixelSizeMm", detector.pixelSizeMm);
  aboveZero("detector.sizeMm.fast", detector.sizeMm?.fast);
  aboveZero("detector.sizeMm.slow", detector.sizeMm?.slow);
  aboveZero("detector.distanceMm", detector.distanceMm);
  aboveZero("detector.closeDistanceMm", detector.closeDistanceMm);
  checkChoice("detector.convention", detector.convention, Object.keys(conventionPivot));
  checkChoice("detector.pivot", detector.pivot, ["beam", "sample"]);
  for (const name of ["beamCenterMm", "nearPointPixels", "closePointMm"] as const) {
    number(`detector.${name}.x`, detector[name]?.x);
    number(`detector.${name}.y`, detector[name]?.y);
  }
  checkVector("detector.rotationDeg", detector.rotationDeg, number);
  number("detector.twothetaDeg", detector.twothetaDeg);
  checkVector("detector.originMm", detector.originMm, number);
  for (const [name, axis] of Object.entries(detector.axes ?? {})) checkDirection(`detector.axes.${name}`, axis);
  if (detector.sensor) {
    checkNames("detector.sensor", detector.sensor, names.sensor);
    for (const name of ["thicknessUm", "attenuationDepthUm"] as const) required(`detector.sensor.${name}`, detector.sensor[name]);
    const { thicknessUm, attenuationDepthUm, layers, layerThicknessUm } = detector.sensor;
    atLeastZero("detector.sensor.thicknessUm", thicknessUm);
    aboveZero("detector.sensor.attenuationDepthUm", attenuationDepthUm);
    atLeastZero("detector.sensor.layerThicknessUm", layerThicknessUm);
    count("detector.sensor.layers", layers);
  }
  const problem = misplacement(detector);
  if (problem === "fast along slow") throw new InputError("detector.axes: fast and slow are parallel and span no plane");
  if (problem === "field along beam") throw new InputError("detector.axes: the polarization is parallel to the beam, not across it");
  if (problem === "edge on") throw new InputError("detector.rotationDeg or twothetaDeg turns the detector parallel to the beam, which never strikes it");
}

/** Ways in which axes make no detector or no beam. */
export type Misplacement = "fast along slow" | "field along beam" | "edge on";

/** How a detector's axes contradict each other, if they do. */
export function misplacement(detector: Detector<Quantity>): Misplacement | undefined {
  const { beam, fast, slow, normal, twotheta, polarization } = axesOf(detector);
  if (areParallel(beam, polarization)) return "field along beam";
  // A panel of many may stand along the beam, beside it.
  if (detector.placed) return areParallel(numbers(detector.placed.fast) ?? fast, numbers(detector.placed.slow) ?? slow) ? "fast along slow" : undefined;
  if (areParallel(fast, slow)) return "fast along slow";
  const { convention = "MOSFLM", pivot = conventionPivot[convention], rotationDeg = [0, 0, 0], twothetaDeg = 0 } = detector;
  const [x, y, z] = numbers(rotationDeg) ?? [0, 0, 0];
  const turned = rotate(normal, [x * radiansPerDegree, y * radiansPerDegree, z * radiansPerDegree]);
  // About the sample, two-theta carries the detector out of the beam, which then need not strike it.
  const isSwung = pivot === "beam" && !detector.originMm && typeof twothetaDeg === "number";
  const swung = isSwung ? rotateAxis(turned, twotheta, twothetaDeg * radiansPerDegree) : turned;
  return [turned, swung].some((towards) => Math.abs(known(dot(beam, towards))) < 1e-9) ? "edge on" : undefined;
}

/** Whether two directions of length 1 are the same line. */
function areParallel([ax, ay, az]: readonly number[], [bx, by, bz]: readonly number[]): boolean {
  return Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx) < 1e-9;
}

