/** Live steps of crystals whose factor is bounded in a box of offsets from a reflection: square by square of leaves, h, k and l are enclosed. */
import { allocate } from "../../ndarray/dtype.js";
import { nearestWhole } from "../../ndarray/rounding.js";
import { bentSpread } from "../../autodiff/enclosed.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { OffsetBox } from "../../physics/lattice-factor.js";
import type { LiveLeaves } from "./live-leaves.js";
import { leafEdge } from "./pixel-block.js";
import type { Region, Search } from "./region.js";
import type { StepLattices } from "./step-groups.js";

/** Pixels along an edge of the squares that are asked about: those of two leaves. */
const edgeOfSquare = 2 * leafEdge;

interface Offset {
  low: number;
  high: number;
}

export class BoxSearch implements Search {
  readonly looked = 0;
  mostLooked = Infinity;
  readonly #low = allocate("float64", 3);
  readonly #high = allocate("float64", 3);
  readonly #offsets: readonly [Offset, Offset, Offset] = [{ low: 0, high: 0 }, { low: 0, high: 0 }, { low: 0, high: 0 }];
  /** of h, k and l: value, change along fast and slow, and what is not straight */
  readonly #lines = allocate("float64", 12);

  /**
   * @param positions encloses q
   * @param bound of the factor in a box of offsets
   * @param limit factors up to this one are negligible
   */
  constructor(
    readonly positions: Enclosure,
    readonly steps: StepLattices,
    readonly bound: (box: OffsetBox) => number,
    readonly limit: number,
  ) {}

  mark({ fast, slow, halfX, halfY, blocks, row, column }: Region, found: LiveLeaves): boolean {
    if (blocks > 1) return false;
    this.positions.over(fast, slow, halfX, halfY);
    for (let step = 0; step < this.steps.views.length; step++) {
      this.#measure(step);
      if (this.#isSmallAround(0, 0, halfX, halfY)) continue;
      for (let y = 0; y <= 2 * halfY; y += edgeOfSquare) {
        const squareY = Math.min(edgeOfSquare - 1, 2 * halfY - y) / 2;
        for (let x = 0; x <= 2 * halfX; x += edgeOfSquare) {
          const squareX = Math.min(edgeOfSquare - 1, 2 * halfX - x) / 2;
          if (this.#isSmallAround(x + squareX - halfX, y + squareY - halfY, squareX, squareY)) continue;
          found.add(step, row + y / leafEdge, row + y / leafEdge + (squareY > 0.5 ? 1 : 0), column + x / leafEdge, column + x / leafEdge + (squareX > 0.5 ? 1 : 0));
        }
      }
    }
    return true;
  }

  #measure(step: number): void {
    const { outputs, half } = this.positions;
    const { views, lattices, vectors } = this.steps;
    const lines = this.#lines.fill(0);
    for (let axis = 0; axis < 3; axis++) {
      for (let i = 0; i < 3; i++) {
        const by = vectors[9 * lattices[step] + 3 * axis + i];
        lines[4 * axis] += by * outputs[i].centre[views[step]];
        lines[4 * axis + 1] += by * outputs[i].x[views[step]];
        lines[4 * axis + 2] += by * outputs[i].y[views[step]];
        lines[4 * axis + 3] += Math.abs(by) * bentSpread(outputs[i], views[step], half);
      }
    }
  }

  /** Whether the factor is small for all pixels around a place. */
  #isSmallAround(fast: number, slow: number, halfX: number, halfY: number): boolean {
    const lines = this.#lines;
    for (let axis = 0; axis < 3; axis++) {
      const alongFast = lines[4 * axis + 1];
      const alongSlow = lines[4 * axis + 2];
      const centre = lines[4 * axis] + alongFast * fast + alongSlow * slow;
      const around = Math.abs(alongFast) * halfX + Math.abs(alongSlow) * halfY + lines[4 * axis + 3];
      this.#low[axis] = centre - around;
      this.#high[axis] = centre + around;
      if (!(around < Infinity)) return false;
    }
    return this.#isSmallFrom(0);
  }

  /** Whether the bound is small enough for all reflections that are nearest along the axes from one on. */
  #isSmallFrom(axis: number): boolean {
    if (axis === 3) return this.bound(this.#offsets) <= this.limit;
    const offset = this.#offsets[axis];
    const first = nearestWhole(this.#low[axis]);
    const last = nearestWhole(this.#high[axis]);
    if (!(last - first <= 1)) {
      offset.low = -0.5;
      offset.high = 0.5;
      return this.#isSmallFrom(axis + 1);
    }
    for (let nearest = first; nearest <= last; nearest++) {
      offset.low = Math.max(-0.5, this.#low[axis] - nearest);
      offset.high = Math.min(0.5, this.#high[axis] - nearest);
      if (!this.#isSmallFrom(axis + 1)) return false;
    }
    return true;
  }
}
