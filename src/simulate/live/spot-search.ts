/**
 * Live steps beside spots. In units of a spot's widths it is a ball around its reflection, and q over a region of the detector is a smooth
 * surface. Reflections that scatter and are near to the surface for a group of steps are found first, and then, step by step, where on the
 * detector the surface is in the ball.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Enclosure } from "../../autodiff/enclosure.js";
import { LatticeSpots } from "./lattice-spots.js";
import type { LiveLeaves } from "./live-leaves.js";
import { hasPixels, markSpot } from "./mark-spot.js";
import { lengthOf, NearIndices } from "./near-indices.js";
import { OwnCell } from "./own-cell.js";
import { markAll, type Region, type Search } from "./region.js";
import { isAnyScattering, isScattering, type ScatteringReflections } from "./scattering-reflections.js";
import type { SpotOutline } from "./spot-outline.js";
import { SpotPlace } from "./spot-place.js";
import type { ReflectionWidths, SpotWidths } from "./spot-widths.js";
import type { StepGroup } from "./step-groups.js";
import { Surface } from "./surface.js";

/** Room for rounding: of heights, and of a radius, in parts. */
const closeness = 1e-9;
const radiusCloseness = 1e-7;
/** Surfaces that bend by more than this part of their slope, or of whose place this part of a radius is not known, are asked about in smaller regions. */
const mostBent = 0.35;
const mostRest = 0.1;
/** How often the widths of a spot are looked at in a smaller part. */
const mostTurns = 3;
/** Radii that are larger than they must be by this factor are looked at in a smaller part of a region. */
const wider = 1.03;

export class SpotSearch implements Search {
  looked = 0;
  mostLooked = Infinity;
  readonly #indices: NearIndices;
  /** groups that can have live steps in the present region */
  readonly #active: number[] = [];
  /** what takes indices to units of the present group or reflection; and q to the same */
  readonly #units = allocate("float64", 9);
  readonly #ofGroup: Data;
  readonly #surface: Surface;
  readonly #place: SpotPlace;
  readonly #outline: SpotOutline;
  readonly #cell = new OwnCell();
  readonly #lattices: LatticeSpots;
  /** the plane's normal; between which heights along it reflections are near */
  readonly #normal = allocate("float64", 3);
  readonly #heights = allocate("float64", 2);
  /** of a step's spot, in units; a reflection in units; the highest h, k and l at which a step sums it; lowest and highest l */
  #ownRadius = 0;
  readonly #reflection: Data;
  readonly #highest = allocate("float64", 3);
  readonly #near = new Int32Array(2);

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
    this.#indices = new NearIndices(positions, groups, counts, widths.reach);
    this.#surface = new Surface(positions);
    this.#place = new SpotPlace(this.#surface);
    this.#outline = this.#place.outline;
    this.#ofGroup = this.#place.toUnits;
    this.#reflection = this.#place.reflection;
    const toUnits = allocate("float64", widths.ofReflections ? 0 : vectors.length);
    if (toUnits.length > 0) widths.writeUnits(0, this.#units);
    for (let at = 0; at < toUnits.length; at += 9) writeProduct(this.#units, vectors, at, toUnits, at);
    const areCut = widths.reach.some((most, axis) => !(most < counts[axis] / 2));
    this.#lattices = new LatticeSpots(vectors, toUnits, this.#place, areCut);
  }

  mark(region: Region, found: LiveLeaves): boolean {
    const { positions, groups, widths, reflections } = this;
    positions.over(region.fast, region.slow, region.halfX, region.halfY);
    const active = this.#active;
    active.length = 0;
    for (let i = 0; i < groups.length; i++) {
      if (!this.#indices.find(i)) {
        if (region.blocks > 1) return false;
        for (let step = groups[i].first; step < groups[i].end; step++) markAll(region, step, found);
      } else if (reflections === undefined || isAnyScattering(reflections, this.#indices.low, this.#indices.high, 3 * i)) active.push(i);
    }
    if (active.length === 0) return true;
    if (region.blocks > 1 && !this.#isStraight(groups[active[0]], region)) return false;
    const areWidthsKnown = widths.over(region);
    if (region.blocks > 1 && !areWidthsKnown) return false;
    for (let turn = 0; turn < active.length; turn++) {
      this.#takeGroup(groups[active[turn]], turn === 0);
      this.#markGroup(active[turn], region, found);
    }
    return true;
  }

  /** Looks at the present region as a group sees it. */
  #takeGroup({ view, mean, first, room }: StepGroup, isFirst: boolean): void {
    this.widths.writeUnits(first, this.#units);
    this.#surface.look(view, isFirst);
    this.#takeUnits(mean, room);
  }

  /** Looks at it in the present units. */
  #takeUnits(mean: Data, room: number): void {
    writeProduct(this.#units, mean, 0, this.#ofGroup, 0);
    this.#surface.measure(this.#ofGroup, 0, room);
  }

  /** Whether the surface is straight enough to ask about all of it at once. */
  #isStraight(group: StepGroup, { halfX, halfY }: Region): boolean {
    const surface = this.#surface;
    this.#takeGroup(group, true);
    this.#place.touchCentre();
    return surface.bentPerPixel(halfX, halfY) <= mostBent * this.#outline.slope && surface.rest <= mostRest * this.widths.leastRadius;
  }

  #markGroup(at: number, region: Region, found: LiveLeaves): void {
    const group = this.groups[at];
    const { reflections } = this;
    const { low, high } = this.#indices;
    this.#ownRadius = this.widths.radius * (1 + radiusCloseness);
    const radius = this.#ownRadius + group.room * lengthOf(this.positions, group.view);
    const { ofReflections } = this.widths;
    ofReflections?.look(group.first, region.halfX, region.halfY);
    const heights = this.#heights;
    const normal = this.#normal;
    this.#reflection.fill(0);
    this.#place.touchCentre();
    this.#outline.writeNormal(normal);
    this.#writeHeights(ofReflections ? radius * ofReflections.along(normal, low, high, 3 * at) : radius, region);
    const lowest = heights[0];
    const highest = heights[1];
    const units = this.#units;
    const perH = normal[0] * units[0] + normal[1] * units[3] + normal[2] * units[6];
    const perK = normal[0] * units[1] + normal[1] * units[4] + normal[2] * units[7];
    const perL = normal[0] * units[2] + normal[1] * units[5] + normal[2] * units[8];
    for (let h = low[3 * at]; h <= high[3 * at]; h++) {
      for (let k = low[3 * at + 1]; k <= high[3 * at + 1]; k++) {
        const beside = perH * h + perK * k;
        this.#findNear((lowest - beside) / perL, (highest - beside) / perL, low[3 * at + 2], high[3 * at + 2]);
        const last = this.#near[1];
        if (this.looked > this.mostLooked) return;
        for (let l = this.#near[0]; l <= last; l++) {
          if (reflections === undefined || isScattering(reflections, h, k, l)) this.#markReflection(group, radius, h, k, l, region, found);
        }
      }
    }
  }

  /** Finds between which heights along the normal reflections are near to the surface. */
  #writeHeights(radius: number, { halfX, halfY }: Region): void {
    const surface = this.#surface;
    const heights = this.#heights;
    const normal = this.#normal;
    const ofGroup = this.#ofGroup;
    const { q } = this.#place;
    const x = normal[0] * ofGroup[0] + normal[1] * ofGroup[3] + normal[2] * ofGroup[6];
    const y = normal[0] * ofGroup[1] + normal[1] * ofGroup[4] + normal[2] * ofGroup[7];
    const z = normal[0] * ofGroup[2] + normal[1] * ofGroup[5] + normal[2] * ofGroup[8];
    const centre = x * q[0] + y * q[1] + z * q[2];
    const away = (radius + surface.rest) * (1 + closeness);
    surface.writeHeights(x, y, z, halfX, halfY, heights);
    heights[0] += centre - away;
    heights[1] += centre + away;
  }

  /** Finds which whole numbers are between two numbers, of those from low to high. */
  #findNear(a: number, b: number, low: number, high: number): void {
    const first = Math.min(a, b) - closeness * Math.abs(a);
    const last = Math.max(a, b) + closeness * Math.abs(b);
    this.#near[0] = first > low ? Math.ceil(first) : low;
    this.#near[1] = last < high ? Math.floor(last) : high;
  }

  /** @param radius in which all of a group's steps are from their mean */
  #markReflection(group: StepGroup, radius: number, h: number, k: number, l: number, region: Region, found: LiveLeaves): void {
    const { counts } = this;
    const { halfX, halfY } = region;
    this.looked++;
    const { box } = this.#outline;
    box[0] = -halfX;
    box[1] = halfX;
    box[2] = -halfY;
    box[3] = halfY;
    if (!(this.widths.ofReflections ? this.#findOwnBox(this.widths.ofReflections, group, h, k, l, region) : this.#findSharedBox(h, k, l, region, radius))) return;
    const highest = this.#highest;
    highest[0] = h + counts[0] / 2;
    highest[1] = k + counts[1] / 2;
    highest[2] = l + counts[2] / 2;
    if (group.lattices.length > 1) this.#lattices.mark(group, this.#ownRadius, highest, region, found);
    else this.#markOrientation(group, h, k, l, region, found);
  }

  /** Finds the box of a reflection with widths of its own: those in the region first, and then those in the box. */
  #findOwnBox(widths: ReflectionWidths, { mean, room }: StepGroup, h: number, k: number, l: number, region: Region): boolean {
    const { box } = this.#outline;
    this.#ownRadius = widths.writeOwnUnits(h, k, l, 0, 0, region.halfX, region.halfY, this.#units) * (1 + radiusCloseness);
    this.#takeUnits(mean, room);
    if (!this.#findSharedBox(h, k, l, region, this.#ownRadius)) return false;
    for (let turn = 0; turn < mostTurns && this.#ownRadius > wider * this.widths.leastRadius; turn++) {
      const x = (box[0] + box[1]) / 2;
      const y = (box[2] + box[3]) / 2;
      this.#ownRadius = widths.writeOwnUnits(h, k, l, x, y, box[1] - x, box[3] - y, this.#units) * (1 + radiusCloseness);
      this.#takeUnits(mean, room);
      this.#takeReflection(h, k, l);
      if (!this.#place.narrow(this.#ownRadius)) return false;
    }
    return true;
  }

  #findSharedBox(h: number, k: number, l: number, { halfX, halfY }: Region, radius: number): boolean {
    this.#takeReflection(h, k, l);
    return this.#place.find(halfX, halfY, radius);
  }

  #takeReflection(h: number, k: number, l: number): void {
    const units = this.#units;
    for (let row = 0; row < 3; row++) this.#reflection[row] = units[3 * row] * h + units[3 * row + 1] * k + units[3 * row + 2] * l;
  }

  /** Marks the steps of an orientation, which differ in the cells of pixels for which each of them sums the present reflection. */
  #markOrientation({ first, mean }: StepGroup, h: number, k: number, l: number, region: Region, found: LiveLeaves): void {
    if (!hasPixels(region, this.#outline)) return;
    const [nh, nk, nl] = this.counts;
    const highest = this.#highest;
    this.#outline.writeRows(region, this.#ownRadius + this.#place.bent);
    let step = first;
    for (let i = 0; i < nh; i++) {
      highest[0] = h - i + nh / 2;
      for (let j = 0; j < nk; j++) {
        highest[1] = k - j + nk / 2;
        for (let n = 0; n < nl; n++) {
          highest[2] = l - n + nl / 2;
          if (this.#cell.take(mean, 0, this.#place, highest)) markSpot(region, step, this.#outline, this.#cell, found);
          step++;
        }
      }
    }
  }
}

/** Writes a product of two matrices of three rows, row by row, of which the second one stands from an index on. */
function writeProduct(a: Data, b: Data, from: number, into: Data, at: number): void {
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      into[at + 3 * row + column] = a[3 * row] * b[from + column] + a[3 * row + 1] * b[from + 3 + column] + a[3 * row + 2] * b[from + 6 + column];
    }
  }
}
