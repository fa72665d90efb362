import type { Vector } from "../../physics/vector.js";

/** One reflection of so many is kept aside. */
const every = 5;

/** Whether a reflection is kept aside: not refined against, to tell whether what is refined holds for others, too. */
export function isKeptAside([h, k, l]: Vector<number>): boolean {
  // A mixture of the indices, so that no row or plane of the lattice is kept aside as a whole.
  let mixed = Math.imul(h, 73856093) ^ Math.imul(k, 19349663) ^ Math.imul(l, 83492791);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed ^= mixed >>> 12;
  return (mixed >>> 0) % every === 0;
}
