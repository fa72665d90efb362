import { allocate } from "../../ndarray/dtype.js";
import { SpotOutline } from "./spot-outline.js";
import type { Surface } from "./surface.js";

/** A surface that bends by less than this part of a radius is as good as the plane that touches it. */
const straight = 0.03;
const mostTurns = 3;
/** Places that are so many pixels apart are as good as one. */
const near = 1;

/** Where a spot is: near to the place at which a plane touches the surface. */
export class SpotPlace {
  readonly outline = new SpotOutline();
  /** what takes q to units, row by row, and the reflection in these units */
  readonly toUnits = allocate("float64", 9);
  readonly reflection = allocate("float64", 3);
  /** where the plane touches the surface, in pixels from the region's centre; q and its slopes there */
  x = 0;
  y = 0;
  readonly q = allocate("float64", 9);

  constructor(readonly surface: Surface) {}

  /** Takes the plane that touches the surface at the region's centre. */
  touchCentre(): void {
    this.x = 0;
    this.y = 0;
    this.#touch();
  }

  /** Takes the one at the present place, which stands in fields: a number that one function hands to another takes memory each time. */
  #touch(): void {
    this.surface.expand(this.x, this.y, this.q);
    this.outline.touch(this.toUnits, 0, this);
  }

  /** Narrows the outline's box to where the surface of a region is within a radius of the reflection; returns whether it is anywhere. */
  find(halfX: number, halfY: number, radius: number): boolean {
    const { surface, outline } = this;
    this.touchCentre();
    // Towards where the surface is nearest to the reflection.
    const { nearestX, nearestY } = outline;
    if (Math.abs(nearestX) < Infinity && Math.abs(nearestY) < Infinity && Math.abs(nearestX) + Math.abs(nearestY) > near) {
      this.x = Math.max(-halfX, Math.min(halfX, nearestX));
      this.y = Math.max(-halfY, Math.min(halfY, nearestY));
      this.#touch();
    }
    const toX = halfX + Math.abs(this.x);
    const toY = halfY + Math.abs(this.y);
    // A surface d + J ε that bends by less than κ |J ε| is near where |d + J ε| <= radius + κ |J ε|, and |J ε| <= |d + J ε| + |d|.
    const perSlope = surface.bentPerPixel(toX, toY) / outline.slope;
    const wide = perSlope < 1 ? (radius + surface.rest + perSlope * outline.distance) / (1 - perSlope) : Infinity;
    return outline.narrow(Math.min(radius + surface.bent(toX, toY), wide)) && this.narrow(radius);
  }

  /** Narrows it further, with planes that touch the surface in its middle. */
  narrow(radius: number): boolean {
    const { surface, outline } = this;
    const { box } = outline;
    for (let turn = 0; turn < mostTurns; turn++) {
      const x = (box[0] + box[1]) / 2;
      const y = (box[2] + box[3]) / 2;
      const bent = surface.bent(box[1] - x, box[3] - y);
      this.x = x;
      this.y = y;
      this.#touch();
      if (!outline.narrow(radius + bent)) return false;
      if (bent - surface.rest <= straight * radius) break;
    }
    return true;
  }

  /** How far the box extends from where the plane touches the surface. */
  get toX(): number {
    const { box } = this.outline;
    return Math.max(box[1] - this.x, this.x - box[0]);
  }

  get toY(): number {
    const { box } = this.outline;
    return Math.max(box[3] - this.y, this.y - box[2]);
  }

  /** By how much the surface departs from the plane in the box. */
  get bent(): number {
    return this.surface.bent(this.toX, this.toY);
  }
}
