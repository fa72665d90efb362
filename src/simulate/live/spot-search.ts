/**
 * Live steps beside spots. In units of a step's widths its spot is a ball around each reflection, and q over a region of the detector is a
 * smooth surface. Reflections that scatter and are near to the surface for a group of steps are found first, and then, step by step, where
 * on the detector the surface is in the ball.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import { bentSpread, straightSpread } from "../../autodiff/enclosed.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import type { LiveLeaves } from "./live-leaves.js";
import { OwnCell } from "./own-cell.js";
import { markSpot } from "./mark-spot.js";
import { markAll, type Region, type Search } from "./region.js";
import { isAnyScattering, isScattering, type ScatteringReflections } from "./scattering-reflections.js";
import { SpotOutline } from "./spot-outline.js";
import type { SpotWidths } from "./spot-widths.js";
import type { StepGroup } from "./step-groups.js";
import { extentOf, Surface } from "./surface.js";

/** Reflections of a region: of more, it is not worth asking which of them are near. */
const mostReflections = 2 ** 15;
/** Room for rounding: of h, k and l, and of a radius, in parts. */
const closeness = 1e-9;
const radiusCloseness = 1e-7;
/** Covariances that vary more in a region, by parts, are asked about in smaller ones. */
const mostChange = 0.5;
/** So are surfaces that bend by more than this part of their slope, or of whose place this part of a radius is not known. */
const mostBent = 0.35;
const mostRest = 0.02;
/** A surface that bends by less than this part of a radius is as good as its plane. */
const straight = 0.03;
/** Planes that differ by less than this part of it are as good as one. */
const parallel = 0.03;
const mostTurns = 3;

export class SpotSearch implements Search {
  /** for each group, h, k and l between which reflections can be near */
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  /** groups that can have live steps in the present region */
  readonly #active: number[] = [];
  /** what takes q to units: of a group, and of each lattice where all have the same widths */
  readonly #ofGroup = allocate("float64", 9);
  readonly #ofLattices: Data;
  readonly #surface: Surface;
  readonly #outline = new SpotOutline();
  readonly #cell = new OwnCell();
  /** q and its slopes at a place; a normal; a reflection in units; the highest h, k and l that it is summed at; l from and to */
  readonly #place = allocate("float64", 9);
  readonly #normal = allocate("float64", 3);
  readonly #reflection = allocate("float64", 3);
  readonly #highest = allocate("float64", 3);
  readonly #near = new Int32Array(2);
  readonly #between = allocate("float64", 2);
  readonly #box = allocate("float64", 4);

  /**
   * @param positions encloses q
   * @param vectors a, b and c of each lattice, row by row
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
    this.#surface = new Surface(positions);
    this.#ofLattices = allocate("float64", widths.isShared ? vectors.length : 0);
    for (let at = 0; at < this.#ofLattices.length; at += 9) writeProduct(widths.toUnits, 0, vectors, at, this.#ofLattices, at);
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
    if (region.blocks > 1 && !(change <= mostChange)) return false;
    for (const [turn, i] of active.entries()) {
      this.#takeGroup(groups[i], turn === 0);
      if (turn === 0 && region.blocks > 1 && this.#isBent(groups[i], region)) return false;
      this.#markGroup(i, region, found);
    }
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

  /** Looks at the present region as a group sees it. */
  #takeGroup({ view, mean, first, room }: StepGroup, isFirst: boolean): void {
    const { widths } = this;
    writeProduct(widths.toUnits, widths.isShared ? 0 : 9 * first, mean, 0, this.#ofGroup, 0);
    this.#surface.look(view, isFirst);
    this.#surface.measure(this.#ofGroup, 0, room);
  }

  /** Whether the surface is curved by more than is good to ask about it at once. */
  #isBent({ first }: StepGroup, { half }: Region): boolean {
    const surface = this.#surface;
    this.#touch(0, 0);
    const isStraight = surface.bentPerPixel(half, half) <= mostBent * this.#outline.slope && surface.rest <= mostRest * this.#radius(first);
    return !isStraight;
  }

  #radius(step: number): number {
    const { radii, isShared } = this.widths;
    return radii[isShared ? 0 : step];
  }

  /** Takes the plane that touches the surface, as the present group sees it. */
  #touch(x: number, y: number): void {
    this.#surface.expand(x, y, this.#place);
    this.#outline.touch(this.#ofGroup, 0, x, y, this.#place, this.#reflection);
  }

  #markGroup(at: number, region: Region, found: LiveLeaves): void {
    const group = this.groups[at];
    const { first, view, room } = group;
    const { reflections } = this;
    const low = this.#low;
    const high = this.#high;
    const { isShared, toUnits } = this.widths;
    const units = isShared ? 0 : 9 * first;
    const radius = this.#radius(first) * (1 + radiusCloseness) + room * this.#length(view);
    // Along the normal of the plane that touches the surface at the region's centre, reflections that are near are between two heights.
    const surface = this.#surface;
    const reflection = this.#reflection;
    const normal = this.#normal;
    reflection.fill(0);
    this.#touch(0, 0);
    this.#outline.writeNormal(normal);
    const ofGroup = this.#ofGroup;
    const [n0, n1, n2] = normal;
    const height = n0 * toUnits[units] + n1 * toUnits[units + 3] + n2 * toUnits[units + 6];
    const heightK = n0 * toUnits[units + 1] + n1 * toUnits[units + 4] + n2 * toUnits[units + 7];
    const heightL = n0 * toUnits[units + 2] + n1 * toUnits[units + 5] + n2 * toUnits[units + 8];
    for (let axis = 0; axis < 3; axis++) normal[axis] = n0 * ofGroup[axis] + n1 * ofGroup[3 + axis] + n2 * ofGroup[6 + axis];
    surface.writeHeights(normal, region.half, this.#between);
    const q = this.#place;
    const centre = normal[0] * q[0] + normal[1] * q[1] + normal[2] * q[2];
    const away = (radius + surface.rest) * (1 + closeness);
    const lowest = centre + this.#between[0] - away;
    const highest = centre + this.#between[1] + away;
    for (let h = low[3 * at]; h <= high[3 * at]; h++) {
      for (let k = low[3 * at + 1]; k <= high[3 * at + 1]; k++) {
        const beside = height * h + heightK * k;
        this.#findNear((lowest - beside) / heightL, (highest - beside) / heightL, low[3 * at + 2], high[3 * at + 2]);
        const last = this.#near[1];
        for (let l = this.#near[0]; l <= last; l++) {
          if (reflections !== undefined && !isScattering(reflections, h, k, l)) continue;
          this.#markReflection(group, radius, h, k, l, region, found);
        }
      }
    }
  }

  /** Finds which whole numbers are between two numbers, of those from low to high. */
  #findNear(a: number, b: number, low: number, high: number): void {
    const first = Math.min(a, b) - closeness * Math.abs(a);
    const last = Math.max(a, b) + closeness * Math.abs(b);
    this.#near[0] = first > low ? Math.ceil(first) : low;
    this.#near[1] = last < high ? Math.floor(last) : high;
  }

  #markReflection(group: StepGroup, radius: number, h: number, k: number, l: number, region: Region, found: LiveLeaves): void {
    const { first, end, moved } = group;
    const { toUnits, isShared } = this.widths;
    const units = isShared ? 0 : 9 * first;
    for (let row = 0; row < 3; row++) this.#reflection[row] = toUnits[units + 3 * row] * h + toUnits[units + 3 * row + 1] * k + toUnits[units + 3 * row + 2] * l;
    if (!this.#findBox(region.half, radius)) return;
    const { counts } = this;
    this.#highest[0] = h - moved[0] + counts[0] / 2;
    this.#highest[1] = k - moved[1] + counts[1] / 2;
    this.#highest[2] = l - moved[2] + counts[2] / 2;
    if (end - first > 1) this.#markSteps(group, region, found);
    else this.#markSpot(first, this.#radius(first) * (1 + radiusCloseness) + this.#surface.bent(this.#toX(), this.#toY()), group.mean, 0, region, found);
  }

  #x = 0;
  #y = 0;

  /** Finds a box in which all of a group's spots of the present reflection are; returns whether there is any. */
  #findBox(half: number, radius: number): boolean {
    const surface = this.#surface;
    const outline = this.#outline;
    const { box } = outline;
    box[0] = box[2] = -half;
    box[1] = box[3] = half;
    let x = 0;
    let y = 0;
    this.#touch(x, y);
    // Towards where the surface is nearest to the reflection.
    for (let turn = 0; turn < 2; turn++) {
      const { nearestX, nearestY } = outline;
      if (!(Math.abs(nearestX) < Infinity && Math.abs(nearestY) < Infinity)) break;
      x = Math.max(-half, Math.min(half, nearestX));
      y = Math.max(-half, Math.min(half, nearestY));
      this.#touch(x, y);
    }
    const toX = half + Math.abs(x);
    const toY = half + Math.abs(y);
    const bent = surface.bent(toX, toY);
    // |d + J ε| <= radius + rest + κ |J ε|, and |J ε| <= |d + J ε| + |d|.
    const perSlope = surface.bentPerPixel(toX, toY) / outline.slope;
    const wide = perSlope < 1 ? (radius + surface.rest + perSlope * outline.distance) / (1 - perSlope) : Infinity;
    if (!outline.narrow(Math.min(radius + bent, wide))) return false;
    for (let turn = 0; turn < mostTurns; turn++) {
      x = (box[0] + box[1]) / 2;
      y = (box[2] + box[3]) / 2;
      const within = surface.bent(box[1] - x, box[3] - y);
      this.#touch(x, y);
      if (!outline.narrow(radius + within)) return false;
      if (within - surface.rest <= straight * radius) break;
    }
    this.#x = x;
    this.#y = y;
    return true;
  }

  #markSteps({ first, end, lattices, room }: StepGroup, region: Region, found: LiveLeaves): void {
    const outline = this.#outline;
    const { box } = outline;
    const all = this.#box;
    const q = this.#place;
    const x = this.#x;
    const y = this.#y;
    const toUnits = this.#ofLattices;
    const reflection = this.#reflection;
    const normal = this.#normal;
    outline.writeNormal(normal);
    const n0 = normal[0];
    const n1 = normal[1];
    const n2 = normal[2];
    const height = n0 * reflection[0] + n1 * reflection[1] + n2 * reflection[2];
    all.set(box);
    const extent = extentOf(q, this.#toX(), this.#toY());
    const bent = this.#surface.bent(this.#toX(), this.#toY());
    const radius = this.#radius(first) * (1 + radiusCloseness) + bent;
    const tolerance = radius + room * extent;
    // All steps' planes are nearly parallel: they are taken for parallel where that makes spots hardly larger.
    const areParallel = room * extent <= parallel * radius;
    const size = areParallel ? tolerance : radius;
    for (let i = 0; i < end - first; i++) {
      const from = 9 * lattices[i];
      const t0 = n0 * toUnits[from] + n1 * toUnits[from + 3] + n2 * toUnits[from + 6];
      const t1 = n0 * toUnits[from + 1] + n1 * toUnits[from + 4] + n2 * toUnits[from + 7];
      const t2 = n0 * toUnits[from + 2] + n1 * toUnits[from + 5] + n2 * toUnits[from + 8];
      if (Math.abs(t0 * q[0] + t1 * q[1] + t2 * q[2] - height) > tolerance) continue;
      box.set(all);
      if (areParallel) outline.move(toUnits, from, q, reflection);
      else outline.touch(toUnits, from, x, y, q, reflection);
      if (outline.narrow(size)) this.#markSpot(first + i, size, this.vectors, from, region, found);
    }
  }

  /** Marks the leaves of a region where a step's spot is. */
  #markSpot(step: number, radius: number, lattice: Data, from: number, region: Region, found: LiveLeaves): void {
    const { box } = this.#outline;
    const bent = this.#surface.bentOfQ(this.#toX(), this.#toY());
    if (this.#cell.take(lattice, from, this.#x, this.#y, this.#place, this.#highest, bent, box)) markSpot(region, step, this.#outline, radius, this.#cell, found);
  }

  /** How far the box extends from the present place. */
  #toX(): number {
    const { box } = this.#outline;
    return Math.max(box[1] - this.#x, this.#x - box[0]);
  }

  #toY(): number {
    const { box } = this.#outline;
    return Math.max(box[3] - this.#y, this.#y - box[2]);
  }
}

/** Writes a product of two matrices of three rows, row by row. */
function writeProduct(a: Data, fromA: number, b: Data, fromB: number, into: Data, at: number): void {
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      into[at + 3 * row + column] = a[fromA + 3 * row] * b[fromB + column] + a[fromA + 3 * row + 1] * b[fromB + 3 + column] + a[fromA + 3 * row + 2] * b[fromB + 6 + column];
    }
  }
}
