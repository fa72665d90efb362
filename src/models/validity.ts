import { known, Variable, type Operand, type Quantity } from "../autodiff/tape.js";
import { describeShape, InputError } from "../ndarray/errors.js";
import { sameShape } from "../ndarray/shape.js";
import { radiansPerDegree } from "../physics/constants.js";
import { crystalShapeNames } from "../physics/lattice-factor.js";
import { componentsOf, invert, type Symmetric } from "../physics/symmetric.js";
import { dot, rotate, rotateAxis } from "../physics/vector.js";
import { mostBackgroundTerms } from "./background.js";
import { fannedCount, type Beam, type Fan } from "./beam.js";
import type { Crystal, ReciprocalVectors, UnitCell } from "./crystal.js";
import { axesOf, conventionPivot, type Detector } from "./detector.js";
import type { Experiment } from "./experiment.js";
import { StructureFactors } from "./structure-factors.js";

/** An image of more pixels would not fit into the memory of most machines. */
export const mostPixels = 2 ** 26;
/** Sources that fit into memory, and so many of anything else. */
export const mostSources = 2 ** 22;

/**
 * Refuses what cannot stand in any hutch. Recorded values are not looked at.
 * @throws InputError that names the field
 */
export function checkExperiment({ beam, crystal, detector, structureFactors, amplitudes, draws, waterUm, amorphous = [], background }: Experiment<Quantity>): void {
  checkBeam(beam);
  checkCrystal(crystal);
  checkDetector(detector);
  if (!(structureFactors instanceof StructureFactors)) number("structureFactors", structureFactors);
  if (amplitudes !== undefined) checkAmplitudes(amplitudes, structureFactors);
  atLeastZero("waterUm", waterUm);
  amorphous.forEach(({ name, thicknessMm, densityGcm3, molecularWeight, beamSizeMm }) => {
    atLeastZero(`amorphous ${name}: thicknessMm`, thicknessMm);
    atLeastZero(`amorphous ${name}: densityGcm3`, densityGcm3);
    aboveZero(`amorphous ${name}: molecularWeight`, molecularWeight);
    aboveZero(`amorphous ${name}: beamSizeMm`, beamSizeMm);
  });
  if (draws) {
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
 * Refuses a word that is none of those that an option can be.
 * @throws InputError that names the option
 */
export function checkChoice(name: string, word: string | undefined, choices: readonly string[]): void {
  if (word !== undefined && !choices.includes(word)) throw new InputError(`${name} is ${JSON.stringify(word)}; it can be ${choices.join(" or ")}`);
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
  beam.sources?.forEach(({ direction, wavelengthA, weight }, i) => {
    checkDirection(`beam.sources[${i}].direction`, direction);
    atLeastZero(`beam.sources[${i}].weight`, weight);
    aboveZero(`beam.sources[${i}].wavelengthA`, wavelengthA);
  });
}

function checkFan(name: string, fan: Fan<Quantity> | undefined): void {
  if (fan === undefined) return;
  atLeastZero(`${name}.range`, fan.range);
  atLeastZero(`${name}.step`, fan.step);
  count(`${name}.count`, fan.count);
}

function checkCrystal({ lattice, missetDeg, cells, shape, fudge, mosaic, scan, blocks, etaDeg, domainA, bFactorA2 }: Crystal<Quantity>): void {
  checkLattice(lattice);
  checkVector("crystal.missetDeg", missetDeg, number);
  checkVector("crystal.cells", cells, aboveZero);
  checkChoice("crystal.shape", shape, crystalShapeNames);
  aboveZero("crystal.fudge", fudge);
  if (blocks?.length === 0) throw new InputError("crystal.blocks is empty; without any block there is no crystal");
  blocks?.forEach((block, i) => {
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
    atLeastZero("crystal.mosaic.spreadDeg", mosaic.spreadDeg);
    count("crystal.mosaic.domains", mosaic.domains);
    if (mosaic.drawn && mosaic.drawn.length !== mosaic.domains) {
      throw new InputError(`crystal.mosaic.drawn has ${mosaic.drawn.length} rotations for ${mosaic.domains} domains`);
    }
  }
  if (scan) {
    number("crystal.scan.phiDeg", scan.phiDeg);
    number("crystal.scan.stepDeg", scan.stepDeg);
    count("crystal.scan.steps", scan.steps);
  }
}

function checkLattice(lattice: Crystal<Quantity>["lattice"]): void {
  if ("a" in lattice) checkCell(lattice);
  else checkReciprocal(lattice);
}

function checkCell({ a, b, c, alpha, beta, gamma }: UnitCell<Quantity>): void {
  const edges = { a, b, c };
  const angles = { alpha, beta, gamma };
  for (const [name, edge] of Object.entries(edges)) aboveZero(`crystal.lattice.${name}`, edge);
  for (const [name, angle] of Object.entries(angles)) aboveZero(`crystal.lattice.${name}`, angle);
  // The edges do not matter for whether the angles make a cell; one of length 1 stands for those that are recorded.
  const [first, second, third] = [alpha, beta, gamma];
  if (typeof first !== "number" || typeof second !== "number" || typeof third !== "number") return;
  const reason = impossibleCell({ a: 1, b: 1, c: 1, alpha: first, beta: second, gamma: third });
  if (reason !== undefined) throw new InputError(`crystal.lattice ${reason}`);
}

function checkReciprocal({ aStar, bStar, cStar }: ReciprocalVectors<Quantity>): void {
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

function checkVector(name: string, vector: readonly Quantity[] | undefined, check: (name: string, component: Quantity) => unknown): void {
  if (vector === undefined) return;
  if (!Array.isArray(vector) || vector.length !== 3) throw new InputError(`${name} is ${JSON.stringify(vector)}; it must be a list of three numbers`);
  vector.forEach((component, axis) => check(`${name}[${axis}]`, component));
}

/**
 * A number, or a list of so many.
 * @param lengths of lists, 1 that of a single number
 * @param positive of at most so many components, none is below 0
 */
function checkComponents(name: string, value: Quantity | readonly Quantity[] | undefined, lengths: readonly number[], positive: number): void {
  if (value === undefined) return;
  const components = componentsOf(value);
  if (!lengths.includes(components.length)) {
    throw new InputError(`${name} has ${components.length} components; it can have ${lengths.join(" or ")}`);
  }
  const check = components.length <= positive ? atLeastZero : number;
  components.forEach((component, i) => check(components.length === 1 ? name : `${name}[${i}]`, component));
}

function symmetric(components: readonly Quantity[]): Symmetric<number> | undefined {
  const known = numbers(components);
  return known && [known[0], known[1], known[2], known[3], known[4], known[5]];
}

function checkDirection(name: string, vector: readonly Quantity[]): void {
  checkVector(name, vector, number);
  if (vector.every((component) => component === 0)) throw new InputError(`${name} is 0 0 0, which is no direction`);
}

function numbers(vector: readonly Quantity[]): number[] | undefined {
  const components = vector.filter((component) => typeof component === "number");
  return components.length === vector.length ? components : undefined;
}

/** The number, where it is one: nothing else than a recorded value may stand in its place. */
function number(name: string, value: Quantity | undefined): number | undefined {
  if (value === undefined || value instanceof Variable) return undefined;
  if (!Number.isFinite(value)) throw new InputError(`${name} is ${typeof value === "number" ? value : JSON.stringify(value)}; it must be a finite number`);
  return value;
}

function aboveZero(name: string, value: Quantity | undefined): void {
  const given = number(name, value);
  if (given !== undefined && given <= 0) throw new InputError(`${name} is ${given}; it must be above 0`);
}

function atLeastZero(name: string, value: Quantity | undefined): void {
  const given = number(name, value);
  if (given !== undefined && given < 0) throw new InputError(`${name} is ${given}; it must be at least 0`);
}

function count(name: string, value: number, most = mostSources): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new InputError(`${name} is ${value}; it must be a whole number of at least 1`);
  if (value > most) throw new InputError(`${name} is ${value}; at most ${most} fit into memory`);
}
