/** Which of a reflection's equivalents merged and unmerged files list. */

/** A reflection as it stands in the asymmetric unit. */
export interface ReducedIndex {
  readonly hkl: readonly [h: number, k: number, l: number];
  /** 2 n - 1 where the n-th rotation brings it there, counted from 1, and 2 n where its Friedel mate is brought there */
  readonly isym: number;
}

type Condition = (h: number, k: number, l: number) => boolean;

/**
 * Asymmetric units of reciprocal space for the Laue groups in their usual axes.
 * Source: CCP4 documentation, "symmetry and asymmetric units"; International Tables for Crystallography, Volume A.
 */
const conditions: readonly Condition[] = [
  (h, k, l) => l > 0 || (l === 0 && (h > 0 || (h === 0 && k >= 0))), // -1
  (h, k, l) => k >= 0 && (l > 0 || (l === 0 && h >= 0)), // 2/m
  (h, k, l) => h >= 0 && k >= 0 && l >= 0, // mmm
  (h, k, l) => l >= 0 && ((h >= 0 && k > 0) || (h === 0 && k === 0)), // 4/m, 6/m
  (h, k, l) => h >= k && k >= 0 && l >= 0, // 4/mmm, 6/mmm
  (h, k, l) => (h >= 0 && k > 0) || (h === 0 && k === 0 && l >= 0), // -3
  (h, k, l) => h >= k && k >= 0 && (k > 0 || l >= 0), // -31m
  (h, k, l) => h >= k && k >= 0 && (h > k || l >= 0), // -3m1
  (h, k, l) => h >= 0 && ((l >= h && k > h) || (l === h && k === h)), // m-3
  (h, k, l) => k >= l && l >= h && h >= 0, // m-3m
];

/** Indices up to which a condition is tried: they hold every kind of special position. */
const reach = 3;

/**
 * The way from a reflection to its equivalent in the asymmetric unit.
 * @param rotations of the space group, 3x3 row by row, the identity first
 * @returns undefined where no usual asymmetric unit goes with the group's axes
 */
export function asymmetricUnit(rotations: readonly (readonly number[])[]): ((hkl: readonly number[]) => ReducedIndex) | undefined {
  const isIn = conditions.find((condition) => isUnit(rotations, condition));
  return isIn && ((hkl) => reduced(hkl, rotations, isIn));
}

function reduced(hkl: readonly number[], rotations: readonly (readonly number[])[], isIn: Condition): ReducedIndex {
  for (const [n, rotation] of rotations.entries()) {
    const [h, k, l] = turned(hkl, rotation);
    if (isIn(h, k, l)) return { hkl: [h, k, l], isym: 2 * n + 1 };
    if (isIn(0 - h, 0 - k, 0 - l)) return { hkl: [0 - h, 0 - k, 0 - l], isym: 2 * n + 2 };
  }
  throw new RangeError(`no equivalent of ${hkl.join(" ")} stands in the asymmetric unit`);
}

/** The indices that a rotation of the crystal's axes gives a reflection: h R. */
function turned(hkl: readonly number[], rotation: readonly number[]): [number, number, number] {
  const at = (column: number): number => hkl[0] * rotation[column] + hkl[1] * rotation[3 + column] + hkl[2] * rotation[6 + column];
  return [at(0), at(1), at(2)];
}

/** Whether of every reflection and its equivalents exactly one fulfils a condition. */
function isUnit(rotations: readonly (readonly number[])[], isIn: Condition): boolean {
  for (let h = -reach; h <= reach; h++) {
    for (let k = -reach; k <= reach; k++) {
      for (let l = -reach; l <= reach; l++) {
        const found = new Set<string>();
        for (const rotation of rotations) {
          const [x, y, z] = turned([h, k, l], rotation);
          if (isIn(x, y, z)) found.add(`${x + 0} ${y + 0} ${z + 0}`);
          if (isIn(0 - x, 0 - y, 0 - z)) found.add(`${0 - x} ${0 - y} ${0 - z}`);
        }
        if (found.size !== 1) return false;
      }
    }
  }
  return true;
}
