import { bentSpread, straightSpread } from "../../autodiff/enclosed.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { StepGroup } from "./step-groups.js";

/** Reflections of a region: of more, it is not worth asking which of them are near. */
const mostReflections = 2 ** 15;
/** Room for the rounding of h, k and l. */
const closeness = 1e-9;

/** Between which h, k and l reflections can be near to the steps of a group in a region. */
export class NearIndices {
  /** lowest and highest h, k and l of each group */
  readonly low: Int32Array;
  readonly high: Int32Array;

  /**
   * @param positions encloses q
   * @param counts whole numbers along each axis that are steps of a pixel
   * @param reach how far a step extends at the most along h, k and l
   */
  constructor(
    readonly positions: Enclosure,
    readonly groups: readonly StepGroup[],
    readonly counts: readonly [number, number, number],
    readonly reach: readonly [number, number, number],
  ) {
    this.low = new Int32Array(3 * groups.length);
    this.high = new Int32Array(3 * groups.length);
  }

  /** Finds them for a group; returns whether they are few. */
  find(at: number): boolean {
    const { view, mean, spread } = this.groups[at];
    const { outputs, half } = this.positions;
    const length = lengthOf(this.positions, view);
    let count = 1;
    for (let axis = 0; axis < 3; axis++) {
      let centre = 0;
      let alongX = 0;
      let alongY = 0;
      let bent = 0;
      for (let i = 0; i < 3; i++) {
        const by = mean[3 * axis + i];
        centre += by * outputs[i].centre[view];
        alongX += by * outputs[i].x[view];
        alongY += by * outputs[i].y[view];
        bent += Math.abs(by) * bentSpread(outputs[i], view, half);
      }
      const around = (Math.abs(alongX) * half.x + Math.abs(alongY) * half.y + bent + spread[axis] * length) * (1 + closeness) + closeness;
      const steps = this.counts[axis];
      const reach = Math.min(this.reach[axis], steps / 2);
      const low = steps === 1 ? Math.ceil(centre - around - reach) : Math.ceil(centre - around - steps / 2);
      const high = steps === 1 ? Math.floor(centre + around + reach) : Math.ceil(centre + around - steps / 2) + steps - 1;
      count *= Math.max(0, high - low + 1);
      if (!(count <= mostReflections)) return false;
      this.low[3 * at + axis] = low;
      this.high[3 * at + axis] = high;
    }
    return true;
  }
}

/** The most that |q| is. */
export function lengthOf({ outputs, half }: Enclosure, view: number): number {
  let square = 0;
  for (let i = 0; i < 3; i++) {
    const most = Math.abs(outputs[i].centre[view]) + straightSpread(outputs[i], view, half) + bentSpread(outputs[i], view, half);
    square += most * most;
  }
  return Math.sqrt(square);
}
