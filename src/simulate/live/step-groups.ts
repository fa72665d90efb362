import { allocate, type Data } from "../../ndarray/dtype.js";

/** Steps that are asked about together: of one q, and of nearly the same lattice. */
export interface StepGroup {
  /** the element of q that they have */
  readonly view: number;
  /** steps from the first to the one before the end */
  readonly first: number;
  readonly end: number;
  /** of each step, the element of the lattices; a single one where the steps differ in their reflections alone */
  readonly lattices: Int32Array;
  /** a, b and c, row by row, on average */
  readonly mean: Data;
  /** by how much a, b and c differ from that at the most */
  readonly spread: readonly [number, number, number];
  /** the same of what they make of a q of length 1, in units of the widths that all steps share */
  readonly room: number;
}

/** Halves of a group are asked about apart where they are less spread by this factor: those of a scan are, those of mosaic domains are not. */
const gain = 0.7;

/** What steps are. */
export interface StepLattices {
  /** of each step, the element of q */
  readonly views: Int32Array;
  /** of each step, the element of the direct vectors */
  readonly lattices: Int32Array;
  /** of each element, a, b and c row by row */
  readonly vectors: Data;
}

/**
 * @param toUnits what takes offsets in h, k and l to units of the widths, row by row
 * @param most in these units, by how much places may differ in a group for a q of length 1
 */
export function groupsOf(steps: StepLattices, toUnits: Data, most: number): StepGroup[] {
  const { views } = steps;
  const groups: StepGroup[] = [];
  const divide = (group: StepGroup): void => {
    const { first, end, room } = group;
    const middle = (first + end) >> 1;
    const halves = room <= most || middle === first ? [] : [groupOf(steps, first, middle, toUnits), groupOf(steps, middle, end, toUnits)];
    if (halves.length > 0 && halves.every((half) => half.room <= gain * room)) halves.forEach(divide);
    else groups.push(group);
  };
  for (let first = 0, end = 1; first < views.length; first = end++) {
    while (end < views.length && views[end] === views[first]) end++;
    divide(groupOf(steps, first, end, toUnits));
  }
  return groups;
}

/** Each orientation alone, whose reflections are so many steps one after another. */
export function orientationsOf(steps: StepLattices, reflections: number): StepGroup[] {
  return Array.from({ length: steps.views.length / reflections }, (_, orientation) => {
    const first = orientation * reflections;
    return { ...groupOf(steps, first, first + 1, allocate("float64", 9)), end: first + reflections };
  });
}

function groupOf({ views, lattices, vectors }: StepLattices, first: number, end: number, toUnits: Data): StepGroup {
  const own = lattices.slice(first, end);
  const mean = allocate("float64", 9);
  for (const lattice of own) for (let i = 0; i < 9; i++) mean[i] += vectors[9 * lattice + i] / own.length;
  const spread: [number, number, number] = [0, 0, 0];
  let room = 0;
  const difference = allocate("float64", 9);
  for (const lattice of own) {
    for (let i = 0; i < 9; i++) difference[i] = own.length === 1 ? 0 : vectors[9 * lattice + i] - mean[i];
    for (let axis = 0; axis < 3; axis++) {
      const size = Math.hypot(difference[3 * axis], difference[3 * axis + 1], difference[3 * axis + 2]);
      if (!(size <= spread[axis])) spread[axis] = size;
    }
    let square = 0;
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        const entry = toUnits[3 * row] * difference[column] + toUnits[3 * row + 1] * difference[3 + column] + toUnits[3 * row + 2] * difference[6 + column];
        square += entry * entry;
      }
    }
    if (!(Math.sqrt(square) <= room)) room = Math.sqrt(square);
  }
  return { view: views[first], first, end, lattices: own, mean, spread, room };
}
