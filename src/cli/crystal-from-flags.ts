import {
  defaultMosaicSeed,
  orientedLattice,
  type Crystal,
  type Mosaic,
  type ReciprocalVectors,
  type Scan,
  type UnitCell,
} from "../models/crystal.js";
import { drawMisset, drawMosaicDomains, type Ran1 } from "../models/ran1.js";
import { impossibleCell } from "../models/validity.js";
import { crystalAt } from "../io/geometry/setting.js";
import { reciprocalOf } from "../io/geometry/vector.js";
import { cellsDiffer, shown } from "../io/mtz-contradictions.js";
import type { Cell } from "../io/mtz.js";
import { formatG } from "../io/c-format.js";
import { InputError } from "../ndarray/errors.js";
import { known } from "../autodiff/tape.js";
import { radiansPerDegree } from "../physics/constants.js";
import { directBasis } from "../physics/lattice.js";
import { cross, dot, norm, scale, unitize, type Vector } from "../physics/vector.js";
import { randomOrientation } from "../simulate/random-orientation.js";
import { defaultBeamSizeMm } from "./beam-from-flags.js";
import type { SimulateFlag } from "./flags.js";
import type { StatedGeometry } from "./geometry-from-flags.js";
import type { InputFiles } from "./input-files.js";
import type { Given } from "./parse-flags.js";
import { shapeFlagNames, shapeOfFlag } from "./shape-flags.js";
import { scanOf } from "./steps-from-flags.js";
import { cellsAlong, edgesOf } from "./whole-counts.js";

type Flags = Given<SimulateFlag>;

export interface CrystalRequest {
  readonly crystal: Crystal;
  /** the longest edge of the whole crystal, in metres */
  readonly longestEdge: number;
  /** whether structure factors are interpolated where no option says it: between few cells, as the options count them */
  readonly hasFewCells: boolean;
  /** the whole turn, which image headers tell */
  readonly oscDeg: number;
  readonly warnings: readonly string[];
}

/**
 * The crystal that options, files and image headers describe.
 * @param generator the run's random numbers: the misset is drawn first, then the mosaic domains
 * @param noiseSeed as stored, for a random misset without a seed of its own
 * @throws InputError that names the option
 */
export function crystalFromFlags(given: Flags, files: InputFiles, wavelengthA: number, generator: Ran1, noiseSeed: number): CrystalRequest {
  const warnings: string[] = [];
  const lattice = latticeFromFlags(given, files, wavelengthA, warnings);
  const missetDeg = missetFromFlags(given, generator, noiseSeed, warnings);
  const mosaic = mosaicFromFlags(given, generator, warnings);
  const { maskHeader, imageHeader } = files;
  const phiDeg = given.number("phi") ?? imageHeader?.phiDeg ?? maskHeader?.phiDeg ?? 0;
  const headerOsc = imageHeader?.oscRangeDeg ?? maskHeader?.oscRangeDeg;
  if (headerOsc !== undefined && headerOsc < 0 && !given.has("osc")) warnings.push(`OSC_RANGE of the header is ${headerOsc}; a turn below 0 is not taken from a header, and -osc states one`);
  const range = given.number("osc") ?? (headerOsc !== undefined && headerOsc < 0 ? undefined : headerOsc);
  const turn = files.geometry && statedTurn(given, files.geometry);
  const { scan, oscDeg } = turn ?? scanOf(phiDeg, { range, step: given.number("phistep"), count: given.number("phisteps") });
  const edges = "a" in lattice ? edgesOf(lattice, missetDeg) : edgesOfVectors({ lattice, missetDeg });
  const counted = countedCells(given) ?? (files.geometry ? domainCells(files.geometry, edges, given, warnings) : [1, 1, 1]);
  const cells = cellsFromFlags(given, counted, edges, warnings);
  const crystal: Crystal = {
    lattice,
    missetDeg,
    cells,
    shape: shapeOfFlag(given.last(...shapeFlagNames)?.name),
    fudge: given.number("fudge") ?? 1,
    mosaic,
    scan,
  };
  const longestEdge = Math.max(...edges.map((edge, axis) => edge * cells[axis]));
  return { crystal, longestEdge, hasFewCells: counted.some((n) => n <= 2), oscDeg, warnings };
}

function latticeFromFlags(
  given: Flags,
  { matrix, matrixCell: stated, mtz, geometry }: InputFiles,
  wavelengthA: number,
  warnings: string[],
): UnitCell | ReciprocalVectors {
  const recorded = geometry?.crystal === undefined ? undefined : geometry.record.crystals[geometry.crystal];
  if (geometry && recorded && !given.has("cell", "mat")) {
    const { a, b, c } = crystalAt(geometry.record, recorded, geometry.image);
    const [aStar, bStar, cStar] = reciprocalOf(a, b, c);
    const vectors = { aStar, bStar, cStar };
    if (isLeftHanded(vectors)) warnings.push(leftHanded(geometry.record.source));
    if (mtz && cellsDiffer(cellOf(vectors), mtz.cell)) {
      warnings.push(`${geometry.record.source} has the cell ${shown(cellOf(vectors))}, and ${mtz.name} says ${shown(mtz.cell)}; the former counts`);
    }
    return vectors;
  }
  if (recorded) warnings.push(`-${given.has("mat") ? "mat" : "cell"} counts in place of the crystal of ${geometry?.record.source}`);
  const numbers = given.last("cell")?.numbers ?? (matrix ? undefined : mtz?.cell);
  if (matrix) {
    const column = (j: 0 | 1 | 2): Vector<number> => [matrix[0][j] / wavelengthA, matrix[1][j] / wavelengthA, matrix[2][j] / wavelengthA];
    const vectors = { aStar: column(0), bStar: column(1), cStar: column(2) };
    const own = cellOf(vectors);
    if (isLeftHanded(vectors)) warnings.push(leftHanded("-mat"));
    if (stated && cellsDiffer(own, stated)) {
      warnings.push(`-mat: with the wavelength ${formatG(wavelengthA)} A the matrix has the cell ${shown(own)}, and its file states ${shown(stated)}; the matrix counts`);
    }
    if (mtz && cellsDiffer(own, mtz.cell)) {
      warnings.push(`-mat: with the wavelength ${formatG(wavelengthA)} A the matrix has the cell ${shown(own)}, and ${mtz.name} says ${shown(mtz.cell)}; the matrix counts`);
    }
    if (numbers === undefined) return vectors;
    warnings.push("-cell beside -mat gives the lengths of the edges, as in nanoBragg; all else is the matrix's");
    return withEdges(vectors, numbers);
  }
  if (numbers === undefined) throw new InputError("nothing says what the unit cell is: give -cell or -mat");
  const [a, b = a, c = a, alpha = 90, beta = 90, gamma = 90] = numbers;
  const cell = { a, b, c, alpha, beta, gamma };
  if (given.has("cell") && mtz && cellsDiffer([a, b, c, alpha, beta, gamma], mtz.cell)) {
    warnings.push(`-cell is ${shown([a, b, c, alpha, beta, gamma])}, and ${mtz.name} says ${shown(mtz.cell)}; -cell counts`);
  }
  const reason = impossibleCell(cell);
  if (reason !== undefined) throw new InputError(`${given.has("cell") ? "-cell" : "-mtz: the unit cell"} ${reason}`);
  return given.has("reference_cell") ? withEdges(referenceVectors(cell), [a, b, c]) : cell;
}

/**
 * Reciprocal vectors of a cell in the reference program's default orientation: its c* reaches too far along Z, by sin γ / sin γ*, where
 * the cell is oblique.
 */
function referenceVectors(cell: UnitCell): ReciprocalVectors {
  const { reciprocal } = orientedLattice({ lattice: cell });
  const [aStar, bStar, cStar] = [reciprocal.aStar, reciprocal.bStar, reciprocal.cStar].map(([x, y, z]) => [known(x), known(y), known(z)] as const);
  const sinGammaStar = bStar[1] / Math.hypot(...bStar);
  return { aStar, bStar, cStar: [cStar[0], cStar[1], (cStar[2] * Math.sin(cell.gamma * radiansPerDegree)) / sinGammaStar] };
}

function isLeftHanded({ aStar, bStar, cStar }: ReciprocalVectors): boolean {
  return known(dot(cross(aStar, bStar), cStar)) < 0;
}

function leftHanded(source: string): string {
  return `${source}: the axes of the unit cell are left-handed, so that the crystal is the mirror image of one with these indices`;
}

/** Edges in Å and angles in degrees of a lattice of reciprocal vectors. */
function cellOf(vectors: ReciprocalVectors): Cell {
  const { a, b, c } = directBasis(vectors);
  const length = (vector: Vector): number => known(norm(vector));
  const angle = (first: Vector, second: Vector): number => Math.acos(known(dot(first, second)) / (length(first) * length(second))) / radiansPerDegree;
  return [length(a), length(b), length(c), angle(b, c), angle(a, c), angle(a, b)];
}

/** The lattice whose edges have the directions of another one's, and lengths in Å of their own. */
function withEdges(vectors: ReciprocalVectors, [a, b = a, c = a]: readonly number[]): ReciprocalVectors {
  const direct = directBasis(vectors);
  const edge = (vector: Vector, length: number): Vector => scale(unitize(vector), length);
  const { a: aStar, b: bStar, c: cStar } = directBasis({ aStar: edge(direct.a, a), bStar: edge(direct.b, b), cStar: edge(direct.c, c) });
  const numbers = ([x, y, z]: Vector): Vector<number> => [known(x), known(y), known(z)];
  return { aStar: numbers(aStar), bStar: numbers(bStar), cStar: numbers(cStar) };
}

function missetFromFlags(given: Flags, generator: Ran1, noiseSeed: number, warnings: string[]): Vector<number> {
  const misset = given.last("misset", "random_orientation");
  if (misset === undefined) return [0, 0, 0];
  if (misset.name === "random_orientation") return randomOrientation(misset.numbers[0]);
  const [x, y, z] = misset.numbers;
  if (misset.words.length > 1) return [x, y, z];
  const seed = given.last("misset_seed");
  if (seed !== undefined && seed.place > misset.place) {
    warnings.push("-misset_seed stands behind -misset random, where nanoBragg takes it for three angles; here it is the seed");
  }
  const [first, second, third] = drawMisset(generator.stream(seed === undefined ? noiseSeed : -seed.numbers[0]));
  return [first / radiansPerDegree, second / radiansPerDegree, third / radiansPerDegree];
}

/** Edges of the cell, in metres. */
function edgesOfVectors(crystal: Crystal): Vector<number> {
  const { a, b, c } = orientedLattice(crystal).direct;
  const inMetres = (edge: Vector): number => 1e-10 * known(norm(edge));
  return [inMetres(a), inMetres(b), inMetres(c)];
}

/** Steps in which the turn during an image is worked on where no option says it. */
const turnSteps = 5;

/** The turn during the image that a geometry file states, about the middle, at which its crystal stands. */
function statedTurn(given: Flags, { record, crystal }: StatedGeometry): { readonly scan: Scan; readonly oscDeg: number } | undefined {
  const other = given.last("phi", "phistep");
  if (crystal === undefined || given.has("cell", "mat")) return undefined;
  if (other) throw new InputError(`${other.spelling} and -geometry both say at which angle the crystal stands; leave one of them out`);
  const oscDeg = given.number("osc") ?? (record.goniometer ? (record.scan?.widthDeg ?? 0) : 0);
  const steps = oscDeg === 0 ? 1 : (given.number("phisteps") ?? turnSteps);
  const stepDeg = oscDeg / steps;
  return { scan: { phiDeg: (stepDeg - oscDeg) / 2, stepDeg, steps }, oscDeg };
}

/** Size of a domain where nothing states it. */
const usualDomainA = 1000;

/** Cells of the domains that a geometry file states, or of usual ones. */
function domainCells({ record, crystal }: StatedGeometry, edges: Vector<number>, given: Flags, warnings: string[]): Vector<number> {
  const stated = crystal === undefined ? undefined : record.crystals[crystal].domainSizeA;
  const sizeA = stated ?? usualDomainA;
  const cells = edges.map((edge) => Math.max(3, Math.round(sizeA / (edge * 1e10))));
  const isSized = given.has("xtal_size", "sample_x", "sample_y", "sample_z", "domain");
  if (!isSized) warnings.push(`no -N: domains of ${sizeA} A are taken${stated === undefined ? "" : `, as ${record.source} states`}, which are ${cells.join(" x ")} cells`);
  return [cells[0], cells[1], cells[2]];
}

/** Cells along a, b and c as options count them; undefined where none does. */
function countedCells(given: Flags): Vector<number> | undefined {
  if (!given.has("cells", "N", "Na", "Nb", "Nc")) return undefined;
  return given.vector("cells") ?? [given.number("N", "Na") ?? 1, given.number("N", "Nb") ?? 1, given.number("N", "Nc") ?? 1];
}

/** Cells along a, b and c: counted, or as many as the size of the crystal holds, which the beam clips. */
function cellsFromFlags(given: Flags, counted: Vector<number>, edges: Vector<number>, warnings: string[]): Vector<number> {
  if (given.has("cells")) return counted;
  const beamSizeMm = given.number("beamsize") ?? defaultBeamSizeMm;
  const along = (axis: 0 | 1 | 2, size: SimulateFlag): number => {
    const sized = given.last("xtal_size", size);
    if (sized === undefined) return counted[axis];
    let sizeMm = sized.numbers[0];
    if (axis !== 0 && sizeMm > beamSizeMm) {
      warnings.push(`${sized.spelling} makes the crystal ${sizeMm} mm wide across the beam; it is clipped to the beam's ${beamSizeMm} mm`);
      sizeMm = beamSizeMm;
    }
    return cellsAlong(sizeMm, edges[axis]);
  };
  return [along(0, "sample_x"), along(1, "sample_y"), along(2, "sample_z")];
}

function mosaicFromFlags(given: Flags, generator: Ran1, warnings: string[]): Mosaic {
  const spreadDeg = given.number("mosaic_spread") ?? 0;
  const count = given.number("mosaic_domains");
  let domains = 1;
  if (spreadDeg > 0) {
    domains = count ?? 10;
    if (count === undefined) warnings.push("-mosaic_spread without -mosaic_domains: 10 domains are taken");
  } else if (count !== undefined && count > 1) {
    warnings.push("-mosaic_domains without a -mosaic_spread above 0: one domain is taken");
  }
  const givenSeed = given.number("mosaic_seed");
  const seed = givenSeed === undefined ? defaultMosaicSeed : -givenSeed;
  if (domains > 1e6) throw new InputError(`-mosaic_domains is ${domains}; at most 1000000 fit into memory`);
  // A single domain takes its random numbers too, which later streams notice.
  const rotations = drawMosaicDomains(generator.stream(seed), domains);
  const drawn = rotations.map((rotation) => ({ ...rotation, angleFactor: roundedFactor(rotation.angleFactor, spreadDeg) }));
  return { spreadDeg, domains, seed, drawn };
}

/** The factor that makes the domain's angle the float32 that the reference program turns it by. */
function roundedFactor(angleFactor: number, spreadDeg: number): number {
  if (spreadDeg === 0) return angleFactor;
  const spread = spreadDeg * radiansPerDegree;
  return Math.fround(Math.fround(spread) * angleFactor) / spread;
}
