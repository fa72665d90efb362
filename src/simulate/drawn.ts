import { add, div, mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import type { Along, IncidentBeams } from "../models/beam.js";
import type { DetectorFrame } from "../models/detector.js";
import type { Draws } from "../models/draws.js";
import { normalDraws } from "../models/draws.js";
import type { Experiment } from "../models/experiment.js";
import { radiansPerDegree } from "../physics/constants.js";
import type { DirectBasis } from "../physics/lattice.js";
import { componentsOf, symmetricOf, times } from "../physics/symmetric.js";
import { cross, norm, plus, product, rotationMatrix, scale, transform, unitize, type Vector } from "../physics/vector.js";

/** What a draw moves. */
export interface Drawn {
  readonly lattice: DirectBasis;
  readonly incident: IncidentBeams;
  /** of the place on the detector that is looked at, in pixels */
  readonly shift: { readonly fast: Quantity; readonly slow: Quantity };
}

/** The draws as the innermost part of the axis of orientations. */
export class DrawAxis {
  readonly #deviates: readonly (readonly number[])[];

  constructor(
    draws: Draws,
    readonly orientations: number,
    readonly along: Along,
  ) {
    this.#deviates = normalDraws(draws);
  }

  /** Spreads numbers of orientations, each over all draws. */
  readonly each: Along = (values) => this.along(values.flatMap((value) => this.#deviates.map(() => value)));

  /** A number of each draw. */
  of(value: (deviates: readonly number[]) => number): Quantity {
    const values = this.#deviates.map(value);
    return this.along(Array.from({ length: this.orientations * values.length }, (_, i) => values[i % values.length]));
  }
}

/**
 * Records the draws of the domains' rotations (deviates 0 to 2), the wavelength (3), the beam's direction (4, 5) and the place on the
 * detector (6, 7), each as the closed form has it, but none of them linearized.
 */
export function recordDraws({ beam, crystal, detector }: Experiment<Quantity>, frame: DetectorFrame, lattice: DirectBasis, incident: IncidentBeams, axis: DrawAxis): Drawn {
  const deviate = (i: number): Quantity => axis.of((deviates) => deviates[i]);
  const bandwidth = product(beam.bandwidthPercent ?? 0, 0.01);
  const [horizontal, vertical = horizontal] = componentsOf(beam.beamDivergenceMrad ?? 0);
  const across = plus(
    scale(cross(frame.vertical, frame.beam), product(product(horizontal, 1e-3), deviate(4))),
    scale(frame.vertical, product(product(vertical, 1e-3), deviate(5))),
  );
  const isParallel = horizontal === 0 && vertical === 0;
  const [f, s = f, mixed = 0] = componentsOf(detector.footprintMm ?? 0);
  const pixels = (first: Quantity, second: Quantity): Quantity => div(add(product(first, deviate(6)), product(second, deviate(7))), mul(1000, frame.pixelSize));
  return {
    lattice: turned(crystal.etaDeg ?? 0, lattice, axis),
    incident: {
      direction: isParallel ? incident.direction : unitize(plus(incident.direction, across)),
      wavelength: bandwidth === 0 ? incident.wavelength : mul(incident.wavelength, add(1, mul(bandwidth, deviate(3)))),
    },
    shift: { fast: pixels(f, mixed), slow: pixels(mixed, s) },
  };
}

/** The lattices of domains that are turned about axes through the crystal. */
function turned(etaDeg: NonNullable<Experiment<Quantity>["crystal"]["etaDeg"]>, lattice: DirectBasis, axis: DrawAxis): DirectBasis {
  if (etaDeg === 0) return lattice;
  const length = ([x, y, z]: readonly number[]): number => Math.hypot(x, y, z);
  const deviates: Vector = [axis.of(([x]) => x), axis.of(([, y]) => y), axis.of(([, , z]) => z)];
  const isIsotropic = componentsOf(etaDeg).length === 1;
  let direction: Vector;
  let angleDeg: Quantity;
  if (isIsotropic) {
    direction = [axis.of((of) => of[0] / length(of)), axis.of((of) => of[1] / length(of)), axis.of((of) => of[2] / length(of))];
    angleDeg = mul(componentsOf(etaDeg)[0], axis.of(length));
  } else {
    const [x, y, z] = times(symmetricOf(etaDeg), deviates);
    const alongC = unitize(lattice.c);
    const alongAStar = unitize(cross(lattice.b, lattice.c));
    const turn = plus(scale(alongAStar, x), scale(cross(alongC, alongAStar), y), scale(alongC, z));
    angleDeg = norm(turn);
    direction = scale(turn, div(1, angleDeg));
  }
  const rotation = rotationMatrix(direction, mul(angleDeg, radiansPerDegree));
  return { a: transform(rotation, lattice.a), b: transform(rotation, lattice.b), c: transform(rotation, lattice.c) };
}
