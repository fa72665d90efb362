import { add, div, mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { radiansPerDegree } from "../physics/constants.js";
import type { CrystalShape } from "../physics/lattice-factor.js";
import type { Symmetric, Tensor } from "../physics/symmetric.js";
import { directBasis, reciprocalBasis, type DirectBasis, type ReciprocalBasis } from "../physics/lattice.js";
import { product, rotate, rotateAxis, rotationMatrix, scale, transform, type Vector } from "../physics/vector.js";
import type { Along } from "./beam.js";
import { mosaicDomainsOf, type MosaicDomain } from "./ran1.js";

export type { CrystalShape } from "../physics/lattice-factor.js";

/** Edges in Å, angles in degrees. */
export interface UnitCell<Q = number> {
  /** edge in A */
  readonly a: Q;
  /** edge in A */
  readonly b: Q;
  /** edge in A */
  readonly c: Q;
  /** angle between b and c, in degrees */
  readonly alpha: Q;
  /** angle between a and c, in degrees */
  readonly beta: Q;
  /** angle between a and b, in degrees */
  readonly gamma: Q;
}

/** Reciprocal vectors in Å⁻¹, in the laboratory. */
export interface ReciprocalVectors<Q = number> {
  /** in 1/A */
  readonly aStar: Vector<Q>;
  /** in 1/A */
  readonly bStar: Vector<Q>;
  /** in 1/A */
  readonly cStar: Vector<Q>;
}

/** Blocks of the crystal that are turned a little against each other, by the reference program's random numbers. */
export interface Mosaic<Q = number> {
  /** angle within which the domains are turned, in degrees */
  readonly spreadDeg: Q;
  /** number of domains */
  readonly domains: number;
  /** as the reference program stores it: negative starts a sequence of its own; -12345678 unless given */
  readonly seed?: number;
  /** rotations that were drawn elsewhere, in place of those of the seed; one a domain */
  readonly drawn?: readonly MosaicDomain[];
}

/** The turn of the crystal about the spindle during the exposure. */
export interface Scan<Q = number> {
  /** of the first step */
  readonly phiDeg: Q;
  /** from one step to the next */
  readonly stepDeg: Q;
  /** number of spindle angles */
  readonly steps: number;
}

/** The crystal: its lattice, orientation, size and imperfections. */
/** A part of the crystal, or another crystal; all else it has in common with the others. */
export interface Block<Q = number> {
  /** turns about X, then Y, then Z, after the misset */
  readonly rotationDeg?: Vector<Q>;
  /** what scatters in it, relative to the other blocks; 1 unless given */
  readonly weight?: Q;
  /** the crystal's unless given */
  readonly lattice?: UnitCell<Q> | ReciprocalVectors<Q>;
  /** the crystal's unless given */
  readonly missetDeg?: Vector<Q>;
}

/** A crystal: its lattice, where it stands, and what its domains are like. */
export interface Crystal<Q = number> {
  /** the unit cell in the default orientation, or the reciprocal vectors of an oriented one */
  readonly lattice: UnitCell<Q> | ReciprocalVectors<Q>;
  /** rotations about X, then Y, then Z; none unless given */
  readonly missetDeg?: Vector<Q>;
  /** cells along a, b and c, which a refinement may make fractional; 1 each unless given */
  readonly cells?: Vector<Q>;
  /** square, a parallelepiped, unless given */
  readonly shape?: CrystalShape;
  /** how much smaller the crystal's shape transform is than its shape says; 1 unless given */
  readonly fudge?: Q;
  /** a perfect crystal unless given */
  readonly mosaic?: Mosaic<Q>;
  /** a still unless given */
  readonly scan?: Scan<Q>;
  /** large parts of the crystal that are turned against each other, or other crystals in the beam; one of all unless given */
  readonly blocks?: readonly Block<Q>[];
  /**
   * Of spots in closed form, the standard deviation of the domains' rotations in degrees: about every axis, or a symmetric tensor in
   * the crystal's own frame (x along a*, z along c) whose square is the rotations' covariance, or its components xx, yy and zz; 0
   * unless given
   */
  readonly etaDeg?: Tensor<Q>;
  /**
   * Of spots in closed form, the domain's shape in place of `cells`: a symmetric tensor in Å, in the crystal's own frame, whose
   * eigenvalues are the domain's lengths along its own axes
   */
  readonly domainA?: Symmetric<Q>;
  /** overall temperature factor in Å², isotropic, or a symmetric tensor in the crystal's own frame; 0 unless given */
  readonly bFactorA2?: Tensor<Q>;
}

/** Seed of the mosaic domains unless one is given, as the reference program stores it. */
export const defaultMosaicSeed = -12345678;

/** The lattice at rest, turned by the misset. */
export interface OrientedLattice {
  /** in Å⁻¹ */
  readonly reciprocal: ReciprocalBasis;
  /** in Å */
  readonly direct: DirectBasis;
}

/** The reciprocal vectors before the misset turns them: in the default orientation, or as they were given. */
export function restingLattice({ lattice }: Crystal<Quantity>): ReciprocalBasis {
  return "a" in lattice ? reciprocalBasis(inRadians(lattice)) : lattice;
}

/** The lattice of a crystal before the scan: its cell in the default orientation, turned by the misset. */
export function orientedLattice({ lattice, missetDeg = [0, 0, 0] }: Crystal<Quantity>): OrientedLattice {
  const at = restingLattice({ lattice });
  const misset = scale(missetDeg, radiansPerDegree);
  const reciprocal = { aStar: rotate(at.aStar, misset), bStar: rotate(at.bStar, misset), cStar: rotate(at.cStar, misset) };
  return { reciprocal, direct: directBasis(reciprocal) };
}

function inRadians({ a, b, c, alpha, beta, gamma }: UnitCell<Quantity>): UnitCell<Quantity> {
  const angle = (degrees: Quantity): Quantity => (degrees === 90 ? Math.PI / 2 : mul(degrees, radiansPerDegree));
  return { a, b, c, alpha: angle(alpha), beta: angle(beta), gamma: angle(gamma) };
}

/** Number of orientations of the lattice that scatter: steps of the scan times mosaic domains times blocks. */
export function orientationCount({ scan, mosaic, blocks }: Crystal<Quantity>): number {
  return (scan?.steps ?? 1) * (mosaic?.domains ?? 1) * (blocks?.length ?? 1);
}

/** Spreads a quantity of each block over all orientations. */
function overBlocks(crystal: Crystal<Quantity>, along: Along): (values: readonly Quantity[]) => Quantity {
  const count = crystal.blocks?.length ?? 1;
  const spread = (value: (block: number) => number): Quantity => along(Array.from({ length: orientationCount(crystal) }, (_, i) => value(i % count)));
  return (values) => {
    const numbers = values.filter((value) => typeof value === "number");
    if (numbers.length === values.length) return spread((block) => numbers[block]);
    return add(...values.map((value, own) => product(spread((block) => (block === own ? 1 : 0)), value)));
  };
}

function spreadVector(vectors: readonly Vector[], spread: (values: readonly Quantity[]) => Quantity): Vector {
  const component = (axis: 0 | 1 | 2): Quantity => spread(vectors.map((vector) => vector[axis]));
  return [component(0), component(1), component(2)];
}

/** The part of all that scatters which the block of each orientation has, in units of the mean; 1 where all have the same. */
export function blockWeights(crystal: Crystal<Quantity>, along: Along): Quantity {
  const weights = crystal.blocks?.map(({ weight = 1 }) => weight);
  if (weights === undefined || weights.every((weight) => weight === weights[0])) return 1;
  return mul(overBlocks(crystal, along)(weights), div(weights.length, add(...weights)));
}

/** Where blocks have lattices of their own. */
function hasLattices({ blocks = [] }: Crystal<Quantity>): boolean {
  return blocks.some(({ lattice }) => lattice !== undefined);
}

/** The reciprocal vectors of each orientation's block, in the frame in which its lattice was given. */
export function restingLattices(crystal: Crystal<Quantity>, along: Along): ReciprocalBasis {
  const { blocks = [], lattice } = crystal;
  if (!hasLattices(crystal)) return restingLattice(crystal);
  const bases = blocks.map((block) => restingLattice({ lattice: block.lattice ?? lattice }));
  const spread = overBlocks(crystal, along);
  const of = (name: keyof ReciprocalBasis): Vector => spreadVector(bases.map((basis) => basis[name]), spread);
  return { aStar: of("aStar"), bStar: of("bStar"), cStar: of("cStar") };
}

/**
 * The direct vectors in every orientation: for each step of the scan, each mosaic domain, each block.
 * @param spindle axis of the scan, of length 1
 */
export function scatteringLattices(crystal: Crystal<Quantity>, rest: DirectBasis, spindle: Vector, along: Along): DirectBasis {
  const { scan, mosaic, blocks } = crystal;
  const steps = scan?.steps ?? 1;
  const domains = mosaic?.domains ?? 1;
  const count = blocks?.length ?? 1;
  const each = (steps: number, domains: number, value: (step: number, domain: number) => number): number[] =>
    Array.from({ length: steps * domains * count }, (_, i) => value(Math.floor(i / count / domains), Math.floor(i / count) % domains));
  const phiDeg = scan ? add(scan.phiDeg, mul(along(each(steps, domains, (step) => step)), scan.stepDeg)) : 0;
  const phi = mul(phiDeg, radiansPerDegree);
  const turned = mapBasis(blockLattices(crystal, rest, along), (vector) => rotateAxis(vector, spindle, phi));
  if (mosaic === undefined || domains === 1 || mosaic.spreadDeg === 0) return turned;
  const drawn = mosaic.drawn ?? mosaicDomainsOf(mosaic.seed ?? defaultMosaicSeed, domains);
  const component = (axis: 0 | 1 | 2): Quantity => along(each(steps, domains, (_, domain) => drawn[domain].axis[axis]));
  const angle = mul(along(each(steps, domains, (_, domain) => drawn[domain].angleFactor)), mosaic.spreadDeg, radiansPerDegree);
  const rotation = rotationMatrix([component(0), component(1), component(2)], angle);
  return mapBasis(turned, (vector) => transform(rotation, vector));
}

/** The direct vectors of each orientation's block before the scan. */
function blockLattices(crystal: Crystal<Quantity>, rest: DirectBasis, along: Along): DirectBasis {
  const { blocks, lattice, missetDeg = [0, 0, 0] } = crystal;
  if (blocks === undefined) return rest;
  const bases = blocks.map((block) => {
    const hasOwn = block.lattice !== undefined || block.missetDeg !== undefined;
    const own = hasOwn ? orientedLattice({ lattice: block.lattice ?? lattice, missetDeg: block.missetDeg ?? missetDeg }).direct : rest;
    const rotation = scale(block.rotationDeg ?? [0, 0, 0], radiansPerDegree);
    return mapBasis(own, (vector) => rotate(vector, rotation));
  });
  const spread = overBlocks(crystal, along);
  const of = (name: keyof DirectBasis): Vector => spreadVector(bases.map((basis) => basis[name]), spread);
  return { a: of("a"), b: of("b"), c: of("c") };
}

function mapBasis({ a, b, c }: DirectBasis, f: (vector: Vector) => Vector): DirectBasis {
  return { a: f(a), b: f(b), c: f(c) };
}
