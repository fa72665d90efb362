/**
 * Live steps beside spots. Over a region of the detector q is a smooth surface, of known value, slopes and curvatures; in units of a step's
 * widths its spot is a ball around each reflection. Reflections that scatter and are near to the surface for a whole group of steps are
 * found first, and then, step by step, where on the detector the surface is in the ball.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import { bentSpread, straightSpread } from "../../autodiff/enclosed.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { LiveLeaves } from "./live-leaves.js";
import { markAll, markRectangle, type Region, type Search } from "./region.js";
import { isAnyScattering, isScattering, type ScatteringReflections } from "./scattering-reflections.js";
import type { SpotWidths } from "./spot-widths.js";
import type { StepGroup } from "./step-groups.js";
import { Surfaces } from "./surfaces.js";

/** Reflections of a region: of more, it is not worth asking which of them are near. */
const mostReflections = 2 ** 15;
/** Room for the rounding of h, k and l. */
const closeness = 1e-9;
/** Covariances that vary more in a region, by parts, are asked about in smaller ones. */
const mostChange = 0.5;

export class SpotSearch implements Search {
  /** for each group, h, k and l between which reflections can be near */
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #surfaces: Surfaces;
  /** of a group's steps: how high they are above the plane of their mean, and whether their own surfaces are measured */
  readonly #heights: Data;
  readonly #measured: Uint8Array;
  /** how far a reflection may be from that plane to be near to a step's surface */
  #tolerance = 0;
  /** groups that can have live steps in the present region */
  readonly #active: number[] = [];

  /**
   * @param positions encloses q
   * @param counts whole numbers along each axis that are steps of a pixel
   */
  constructor(
    readonly positions: Enclosure,
    readonly groups: readonly StepGroup[],
    readonly vectors: Data,
    readonly widths: SpotWidths,
    readonly counts: readonly [number, number, number],
    readonly reflections: ScatteringReflections | undefined,
  ) {
    this.#low = new Int32Array(3 * groups.length);
    this.#high = new Int32Array(3 * groups.length);
    const most = groups.reduce((size, { first, end }) => Math.max(size, end - first), 0);
    this.#surfaces = new Surfaces(positions, widths, most + 1);
    this.#heights = allocate("float64", most);
    this.#measured = new Uint8Array(most);
  }

  mark(region: Region, found: LiveLeaves): boolean {
    const { positions, groups, widths, reflections } = this;
    positions.over(region.fast, region.slow, region.half, region.half);
    const active = this.#active;
    active.length = 0;
    for (let i = 0; i < groups.length; i++) {
      if (!this.#findNearest(i)) {
        if (region.blocks > 1) return false;
        for (let step = groups[i].first; step < groups[i].end; step++) markAll(region, step, found);
      } else if (reflections === undefined || isAnyScattering(reflections, this.#low, this.#high, 3 * i)) active.push(i);
    }
    if (active.length === 0) return true;
    const change = widths.over(region);
    if (region.blocks > 1 && (!(change <= mostChange) || this.#isBent(groups[active[0]]))) return false;
    for (const i of active) this.#markGroup(i, region, found);
    return true;
  }

  /** Finds which whole numbers can be near to h, k and l of a group; returns whether they are few. */
  #findNearest(at: number): boolean {
    const { view, mean, spread, moved } = this.groups[at];
    const { outputs, half } = this.positions;
    const length = this.#length(view);
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
      const reach = Math.min(this.widths.reach[axis], steps / 2);
      const low = steps === 1 ? Math.ceil(centre - around - reach) : Math.ceil(centre - around - steps / 2) + moved[axis];
      const high = steps === 1 ? Math.floor(centre + around + reach) : Math.ceil(centre + around - steps / 2) + moved[axis];
      count *= Math.max(0, high - low + 1);
      if (!(count <= mostReflections)) return false;
      this.#low[3 * at + axis] = low;
      this.#high[3 * at + axis] = high;
    }
    return true;
  }

  /** The most that |q| is. */
  #length(view: number): number {
    const { outputs, half } = this.positions;
    let square = 0;
    for (let i = 0; i < 3; i++) {
      const most = Math.abs(outputs[i].centre[view]) + straightSpread(outputs[i], view, half) + bentSpread(outputs[i], view, half);
      square += most * most;
    }
    return Math.sqrt(square);
  }

  /** The most that q differs from its value at the centre. */
  #extent(view: number): number {
    const { outputs, half } = this.positions;
    let square = 0;
    for (let i = 0; i < 3; i++) {
      const most = straightSpread(outputs[i], view, half) + bentSpread(outputs[i], view, half);
      square += most * most;
    }
    return Math.sqrt(square);
  }

  /** Whether the surface is curved by more than is good to ask about it at once. */
  #isBent({ view, mean, first }: StepGroup): boolean {
    this.#surfaces.measure(0, view, mean, 0, first);
    return !(this.#surfaces.bentOf(0) <= this.#surfaces.radiusOf(0));
  }

  #markGroup(at: number, region: Region, found: LiveLeaves): void {
    const group = this.groups[at];
    const { reflections } = this;
    const surfaces = this.#surfaces;
    const low = this.#low;
    const high = this.#high;
    surfaces.measure(0, group.view, group.mean, 0, group.first);
    const room = group.room * this.#length(group.view);
    this.#tolerance = (surfaces.radiusOf(0) + surfaces.bentOf(0) + group.room * this.#extent(group.view)) * (1 + closeness);
    this.#measured.fill(0);
    let areHeights = false;
    for (let h = low[3 * at]; h <= high[3 * at]; h++) {
      for (let k = low[3 * at + 1]; k <= high[3 * at + 1]; k++) {
        surfaces.findNear(0, h, k, low[3 * at + 2], high[3 * at + 2], room);
        const last = surfaces.near[1];
        for (let l = surfaces.near[0]; l <= last; l++) {
          if (reflections !== undefined && !isScattering(reflections, h, k, l)) continue;
          if (!areHeights) this.#findHeights(group);
          areHeights = true;
          this.#markReflection(group, h, k, l, region, found);
        }
      }
    }
  }

  /** Finds how high each step of a group is above the plane of their mean. */
  #findHeights({ view, first, end, lattices }: StepGroup): void {
    for (let i = 0; i < end - first; i++) this.#heights[i] = this.#surfaces.heightAbove(0, view, this.vectors, 9 * lattices[i]);
  }

  #markReflection({ view, first, end, lattices }: StepGroup, h: number, k: number, l: number, region: Region, found: LiveLeaves): void {
    const surfaces = this.#surfaces;
    const heights = this.#heights;
    const height = surfaces.heightOf(0, h, k, l);
    const tolerance = this.#tolerance;
    for (let i = 0; i < end - first; i++) {
      if (Math.abs(heights[i] - height) > tolerance) continue;
      if (this.#measured[i] === 0) {
        this.#measured[i] = 1;
        surfaces.measure(i + 1, view, this.vectors, 9 * lattices[i], first + i);
      }
      if (surfaces.meets(i + 1, h, k, l, region.half)) markRectangle(region, first + i, surfaces.rectangle, found);
    }
  }
}
