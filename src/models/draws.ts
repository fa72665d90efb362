import { Ran1 } from "./ran1.js";

/** Normal draws of everything that widens spots, in place of their closed form. */
export interface Draws {
  /** number of draws */
  readonly count: number;
  /** shifts the sequence of draws at random: a whole number below 0, as random seeds of the reference program are; -1 unless given */
  readonly seed?: number;
}

/** Independent deviates of one draw, and the bases of the sequences that they are made of. */
const bases = [2, 3, 5, 7, 11, 13, 17, 19] as const;
export const deviatesOfDraw = bases.length;

/**
 * Standard normal deviates that fill space more evenly than random ones.
 *
 * Source: J. H. Halton, Numer. Math. 2, 84 (1960), shifted at random; G. E. P. Box and M. E. Muller, Ann. Math. Stat. 29, 610 (1958),
 * makes two normal deviates of two uniform ones.
 * @returns as many lists as draws, each of `deviatesOfDraw` numbers
 */
export function normalDraws({ count, seed = -1 }: Draws): number[][] {
  const uniform = new Ran1().stream(seed);
  const shifts = bases.map(uniform);
  return Array.from({ length: count }, (_, draw) => {
    const at = bases.map((base, i) => (radicalInverse(draw + 1, base) + shifts[i]) % 1);
    return at.map((own, i) => {
      const isFirst = i % 2 === 0;
      const [first, second] = isFirst ? [own, at[i + 1]] : [at[i - 1], own];
      const angle = 2 * Math.PI * second;
      return Math.sqrt(-2 * Math.log(1 - first)) * (isFirst ? Math.cos(angle) : Math.sin(angle));
    });
  });
}

/** The digits of a whole number, mirrored at the point. */
function radicalInverse(n: number, base: number): number {
  let [inverse, place] = [0, 1 / base];
  for (let rest = n; rest > 0; rest = Math.floor(rest / base), place /= base) inverse += (rest % base) * place;
  return inverse;
}
