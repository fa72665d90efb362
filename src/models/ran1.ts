import { InputError } from "../ndarray/errors.js";

/** One deviate, uniform between 0 and 1, the ends excluded. */
export type Uniform = () => number;

export type Vector3 = readonly [number, number, number];

/** Nine elements of a 3x3 matrix, row by row; it acts on column vectors. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** A rotation about an axis by an angle that is proportional to a spread: angle = spread * angleFactor. */
export interface MosaicDomain {
  /** of length 1 */
  readonly axis: Vector3;
  /** angle of the turn, in units of the mosaic spread */
  readonly angleFactor: number;
}

const multiplier = 16807;
const modulus = 2147483647;
const quotient = 127773;
const remainder = 2836;
const tableLength = 32;
const discardedDraws = 8;
const binWidth = 1 + Math.floor((modulus - 1) / tableLength);
const inverseModulus = 1 / modulus;
const largest = 1 - 1.2e-7;

/** The spread, in radians, that the reference program gives a random misset: it means 90 degrees, but does not convert. */
const missetSpread = 90;

/**
 * The random numbers of a whole run: minimal-standard generators, one a seed, behind one shuffle table.
 *
 * The table and the last output outlive a seed, so the order in which streams are drawn from matters.
 * Source: W. H. Press et al., Numerical Recipes in C, 2nd edition, section 7.1, `ran1`, as the reference program uses it.
 */
export class Ran1 {
  readonly #table = new Int32Array(tableLength);
  /** the last output, in memory of its own: 31 bits, which no field of an object holds without a box */
  readonly #last = Int32Array.of(0);

  /**
   * The deviates of one seed, each rounded to float32.
   * @param seed -n starts the sequence n anew; n > 0 goes on with the table as other streams left it, and is sequence 1 where
   *   there were none; 0 is sequence 1
   * @throws InputError when the seed is not a whole number between -2147483646 and 2147483646
   */
  stream(seed: number): Uniform {
    if (!Number.isInteger(seed) || Math.abs(seed) >= modulus) {
      throw new InputError(`a seed is a whole number between ${1 - modulus} and ${modulus - 1}, not ${seed}`);
    }
    const [table, last] = [this.#table, this.#last];
    const state = Int32Array.of(seed);
    const advance = (): number => {
      const whole = (state[0] / quotient) | 0;
      const next = (multiplier * (state[0] - whole * quotient) - remainder * whole) | 0;
      return (state[0] = next < 0 ? next + modulus : next);
    };
    return () => {
      if (state[0] <= 0 || last[0] === 0) {
        state[0] = Math.max(-state[0], 1);
        for (let i = 0; i < discardedDraws; i++) advance();
        for (let i = tableLength - 1; i >= 0; i--) table[i] = advance();
        last[0] = table[0];
      }
      const next = advance();
      const bin = (last[0] / binWidth) | 0;
      const drawn = table[bin];
      last[0] = drawn;
      table[bin] = next;
      return Math.fround(Math.min(inverseModulus * drawn, largest));
    };
  }
}

/**
 * A random rotation, by three deviates: an axis uniform on the sphere, and an angle within the spread.
 *
 * Source: the reference program's `mosaic_rotation_umat`.
 */
export function drawRotation(uniform: Uniform): MosaicDomain {
  const azimuth = Math.PI * (2 * uniform() - 1);
  const height = 2 * uniform() - 1;
  const depth = 2 * uniform() - 1;
  const radius = Math.sqrt(1 - height * height);
  return {
    axis: [radius * Math.sin(azimuth), radius * Math.cos(azimuth), height],
    angleFactor: Math.fround(Math.fround(1 - depth * depth) ** Math.fround(1 / 3)),
  };
}

/** Mean of the square of `angleFactor`: of (1 - d²)^(2/3), d even from -1 to 1, which is Γ(1/2) Γ(5/3) / (2 Γ(13/6)). */
export const meanSquareAngleFactor = 0.73917416;

/**
 * The rotations of the mosaic domains, the first of which is the identity although it takes its three deviates.
 * @param count number of domains, at least 1
 */
export function drawMosaicDomains(uniform: Uniform, count: number): MosaicDomain[] {
  return Array.from({ length: count }, (_, domain) => {
    const rotation = drawRotation(uniform);
    return domain === 0 ? { ...rotation, angleFactor: 0 } : rotation;
  });
}

let latest: { readonly seed: number; readonly domains: readonly MosaicDomain[] } | undefined;

/** The rotations of a seed, behind nothing that was drawn before; kept for the next call, as a model records the same ones again and again. */
export function mosaicDomainsOf(seed: number, count: number): readonly MosaicDomain[] {
  if (latest?.seed !== seed || latest.domains.length !== count) latest = { seed, domains: drawMosaicDomains(new Ran1().stream(seed), count) };
  return latest.domains;
}

/**
 * Angles that turn a crystal to a random orientation.
 * @returns rotations about X, then Y, then Z, in radians
 */
export function drawMisset(uniform: Uniform): Vector3 {
  const { axis, angleFactor } = drawRotation(uniform);
  return umat2misset(mosaicMatrix(axis, Math.fround(missetSpread * angleFactor)));
}

/**
 * The right-handed rotation about an axis, by Rodrigues' formula.
 * @param axis of length 1
 * @param angle in radians
 */
export function mosaicMatrix([x, y, z]: Vector3, angle: number): Matrix3 {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const t = 1 - c;
  return [
    t * x * x + c, t * x * y - s * z, t * x * z + s * y,
    t * x * y + s * z, t * y * y + c, t * y * z - s * x,
    t * x * z - s * y, t * y * z + s * x, t * z * z + c,
  ];
}

/**
 * The rotations about X, then Y, then Z that together are the given one.
 *
 * Where the second is 90 degrees, the other two are rotations about one axis, and only their sum or difference is known.
 * @param umat orthonormal, of determinant 1
 * @returns angles in radians
 */
export function umat2misset(umat: Matrix3): Vector3 {
  const [xx, , , yx, , , zx, zy, zz] = umat;
  return [Math.atan2(zy, zz), Math.atan2(-zx, Math.hypot(zy, zz)), Math.atan2(yx, xx)];
}
