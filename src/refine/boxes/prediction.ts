import { known } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import { pixelPosition } from "../../models/detector.js";
import { detectorsOf } from "../../models/panels.js";
import { InputError } from "../../ndarray/errors.js";
import type { Vector } from "../../physics/vector.js";
import { placementOf, type Placement } from "./placement.js";
import { absorptionDepth, covarianceOf, seenPlace } from "./seen-spot.js";
import { across, inverse, numbers, times, transposedTimes, type Rows } from "./three-by-three.js";

/** A reflection that meets the sphere of reflection, and where it strikes the detector. */
export interface PredictedReflection {
  readonly hkl: Vector<number>;
  /** number of the panel; 0 where there is one */
  readonly panel: number;
  /** place in pixels from the panel's corner; the middle of the first pixel is at 0.5 */
  readonly fast: number;
  readonly slow: number;
  /** in Å */
  readonly resolution: number;
  /** distance of the lattice point from the sphere of reflection in Å⁻¹, positive outside of it */
  readonly excitation: number;
  /** the same in standard deviations of the spot across the sphere */
  readonly deviations: number;
  /** part of what is recorded of a reflection that stands on the sphere of reflection with all of the crystal */
  readonly partiality: number;
  /** of the spot on the detector, in pixels² */
  readonly covariance: { readonly fast: number; readonly slow: number; readonly mixed: number };
}

export interface PredictionLimits {
  /** standard deviations across the sphere of reflection up to which a reflection is predicted */
  readonly deviations: number;
  /** in Å; that of the detector's corners unless given */
  readonly dminA?: number;
}

/** Lattice points that are looked at; more would take longer than a refinement. */
const mostPoints = 30_000_000;

/** Reflections of one image; more than these would overlap everywhere. */
const mostReflections = 100_000;

/** A panel, and what follows from where it stands. */
interface PanelPlace {
  readonly placement: Placement;
  readonly pixels: Experiment["detector"]["pixels"];
  readonly normal: Vector<number>;
  /** of the plane, what gives lengths along fast and slow of a vector in it, in pixels */
  readonly along: readonly [fast: Vector<number>, slow: Vector<number>];
}

/** Where a crystal's block places its reflections on a flat detector, or on many panels; of numbers. */
export class Prediction {
  /** of the first panel: crystal and beam are the same for all */
  readonly #placement: Placement;
  readonly #panels: readonly PanelPlace[];
  readonly #incident: Vector<number>;
  readonly #perWavelength: number;
  readonly #star: Rows;
  /** from vectors in Å⁻¹ in the laboratory to the domain's own units, and back */
  readonly #toDomain: Rows;
  readonly #ofDomain: Rows;

  /** @param rotationDeg turns of the block */
  constructor(experiment: Experiment, rotationDeg: Vector<number> = [0, 0, 0]) {
    this.#panels = detectorsOf(experiment).map((detector) => placeOf(placementOf({ ...experiment, detector }, rotationDeg), detector.pixels));
    this.#placement = this.#panels[0].placement;
    const { incident, wavelength, reciprocal, lattice, widths } = this.#placement;
    this.#perWavelength = 1 / known(wavelength);
    this.#incident = numbers(incident);
    this.#star = [numbers(reciprocal.aStar), numbers(reciprocal.bStar), numbers(reciprocal.cStar)];
    const [first, second, third] = widths.domain.ofIndices;
    const direct: Rows = [numbers(lattice.a), numbers(lattice.b), numbers(lattice.c)];
    this.#toDomain = [transposedTimes(direct, numbers(first)), transposedTimes(direct, numbers(second)), transposedTimes(direct, numbers(third))];
    this.#ofDomain = inverse(this.#toDomain);
  }

  /** The reflections within limits that strike the detector, in the order of their indices. */
  all({ deviations, dminA = 0 }: PredictionLimits): PredictedReflection[] {
    const found: PredictedReflection[] = [];
    const finest = Math.max(dminA, this.#finest());
    const reach = this.#reach(1 / finest) * deviations;
    const [a, b, c] = this.#star;
    const lengths = [this.#placement.lattice.a, this.#placement.lattice.b, this.#placement.lattice.c].map((edge) => Math.hypot(...numbers(edge)));
    const most = lengths.map((length) => Math.floor(length / finest));
    if (most.reduce((points, count) => points * (2 * count + 1), 1) > mostPoints) return this.all({ deviations, dminA: finest * 1.2 });
    const [sx, sy, sz] = this.#incident.map((component) => component * this.#perWavelength);
    for (let h = -most[0]; h <= most[0]; h++) {
      for (let k = -most[1]; k <= most[1]; k++) {
        for (let l = -most[2]; l <= most[2]; l++) {
          const x = h * a[0] + k * b[0] + l * c[0];
          const y = h * a[1] + k * b[1] + l * c[1];
          const z = h * a[2] + k * b[2] + l * c[2];
          const square = x * x + y * y + z * z;
          if (square === 0 || square * finest * finest > 1) continue;
          const excitation = Math.sqrt((x + sx) ** 2 + (y + sy) ** 2 + (z + sz) ** 2) - this.#perWavelength;
          if (Math.abs(excitation) > reach) continue;
          const reflection = this.of([h, k, l]);
          if (reflection && Math.abs(reflection.deviations) <= deviations) found.push(reflection);
          if (found.length > mostReflections) throw new InputError(`more than ${mostReflections} reflections are predicted: the spots are so wide that all of the lattice meets the sphere of reflection`);
        }
      }
    }
    return found;
  }

  /**
   * Where the spot of a reflection is brightest on the sphere of reflection.
   * @returns undefined where that does not strike the detector
   */
  of(hkl: Vector<number>): PredictedReflection | undefined {
    const [h, k, l] = hkl;
    const q = this.#star[0].map((_, axis) => h * this.#star[0][axis] + k * this.#star[1][axis] + l * this.#star[2][axis]);
    const scattered = this.#scattered(q);
    const length = Math.hypot(...scattered);
    const outward: Vector<number> = [scattered[0] / length, scattered[1] / length, scattered[2] / length];
    const excitation = length - this.#perWavelength;
    const first = this.#struck(outward);
    if (first === undefined) return undefined;
    const { placement } = this.#panels[first.panel];
    const covariance = covarianceOf(placement, seenPlace(placement, first.fast, first.slow), hkl);
    const [xx, yy, zz, xy, xz, yz] = covariance.map(known);
    const rows: Rows = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
    /** S n of the covariance in the laboratory, in Å⁻² */
    const along = (n: Vector<number>): Vector<number> => times(this.#ofDomain, times(rows, transposedTimes(this.#ofDomain, n)));
    const spread = along(outward);
    const variance = across(outward, spread);
    const moved = q.map((component, axis) => component - (spread[axis] * excitation) / variance);
    const onSphere = this.#scattered(moved);
    const size = Math.hypot(...onSphere);
    const direction: Vector<number> = [onSphere[0] / size, onSphere[1] / size, onSphere[2] / size];
    const place = this.#struck(direction);
    if (place === undefined) return undefined;
    const [alongFast, alongSlow] = this.#pixelsPerScattering(direction, place);
    const onDetector = (u: Vector<number>, v: Vector<number>): number => across(u, along(v)) - (across(u, spread) * across(v, spread)) / variance;
    const deviations = excitation / Math.sqrt(variance);
    return {
      hkl,
      panel: place.panel,
      fast: place.fast,
      slow: place.slow,
      resolution: 1 / Math.hypot(...q),
      excitation,
      deviations,
      partiality: Math.exp(-(deviations ** 2) / 2),
      covariance: { fast: onDetector(alongFast, alongFast), slow: onDetector(alongSlow, alongSlow), mixed: onDetector(alongFast, alongSlow) },
    };
  }

  #scattered(q: readonly number[]): Vector<number> {
    const [x, y, z] = this.#incident;
    return [q[0] + x * this.#perWavelength, q[1] + y * this.#perWavelength, q[2] + z * this.#perWavelength];
  }

  /** Where a ray is counted on the detector, in pixels, behind the mean depth of absorption; of panels in a row, on the first that it meets. */
  #struck(direction: Vector<number>): Struck | undefined {
    let nearest: Struck | undefined;
    for (const [panel, { placement: { frame, sensor }, normal, along, pixels }] of this.#panels.entries()) {
      const obliquity = across(direction, normal);
      const close = known(frame.closeDistance);
      if (obliquity * close <= 0) continue;
      const distance = close / obliquity + known(absorptionDepth(sensor, Math.abs(obliquity)).mean) / Math.abs(obliquity);
      if (nearest !== undefined && nearest.distance <= distance) continue;
      const origin = numbers(frame.origin);
      const from: Vector<number> = [direction[0] * distance - origin[0], direction[1] * distance - origin[1], direction[2] * distance - origin[2]];
      const [fast, slow] = along.map((axis) => across(axis, from));
      if (fast >= 0 && slow >= 0 && fast < pixels.fast && slow < pixels.slow) nearest = { panel, fast, slow, distance };
    }
    return nearest;
  }

  /** By how many pixels along fast and slow a change of the scattering vector in Å⁻¹ moves a ray. */
  #pixelsPerScattering(direction: Vector<number>, { panel, distance }: Struck): readonly [Vector<number>, Vector<number>] {
    const { normal, along } = this.#panels[panel];
    const reach = distance / this.#perWavelength;
    const obliquity = across(direction, normal);
    const of = (axis: Vector<number>): Vector<number> => {
      const part = across(direction, axis) / obliquity;
      return [(axis[0] - normal[0] * part) * reach, (axis[1] - normal[1] * part) * reach, (axis[2] - normal[2] * part) * reach];
    };
    return [of(along[0]), of(along[1])];
  }

  /** The resolution in Å of the corner that is farthest from the beam. */
  #finest(): number {
    const corners = this.#panels.flatMap(({ placement: { frame }, pixels }) => {
      const size = known(frame.pixelSize);
      return [[0, 0], [pixels.fast, 0], [0, pixels.slow], [pixels.fast, pixels.slow]].map(([fast, slow]) => {
        const position = numbers(pixelPosition(frame, false, fast * size, slow * size, 0));
        const length = Math.hypot(...position);
        return 1 / (Math.hypot(...position.map((component, axis) => component / length - this.#incident[axis])) * this.#perWavelength);
      });
    });
    return Math.min(...corners);
  }

  /** The standard deviation in Å⁻¹ of the widest spots across the sphere, at a length of the scattering vector. */
  #reach(length: number): number {
    const { widths, turn } = this.#placement;
    const eta = Math.max(...[widths.eta].flat().map((component) => Math.abs(known(component))));
    const own = Math.max(...this.#ofDomain.map((row) => Math.hypot(...row)));
    const divergence = Math.max(...widths.divergence.map(({ variance }) => known(variance))) * this.#perWavelength ** 2;
    return Math.sqrt(2 * own ** 2 + ((3 * eta) ** 2 + known(turn) + known(widths.bandwidth) ** 2) * length ** 2 + divergence);
  }
}

interface Struck {
  readonly panel: number;
  readonly fast: number;
  readonly slow: number;
  /** from the sample, in metres */
  readonly distance: number;
}

/** A panel whose axes may be stretched and need not be exactly across each other. */
function placeOf(placement: Placement, pixels: PanelPlace["pixels"]): PanelPlace {
  const { frame } = placement;
  const [fast, slow, size] = [numbers(frame.fast), numbers(frame.slow), known(frame.pixelSize)];
  const [ff, fs, ss] = [across(fast, fast), across(fast, slow), across(slow, slow)];
  const area = (ff * ss - fs * fs) * size;
  const mixed = (a: number, b: number): Vector<number> => [(a * fast[0] + b * slow[0]) / area, (a * fast[1] + b * slow[1]) / area, (a * fast[2] + b * slow[2]) / area];
  return { placement, pixels, normal: numbers(frame.normal), along: [mixed(ss, -fs), mixed(-fs, ff)] };
}
