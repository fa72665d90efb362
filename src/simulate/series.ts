import { known } from "../autodiff/tape.js";
import { orientedLattice, type Crystal } from "../models/crystal.js";
import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { norm, type Vector } from "../physics/vector.js";
import { PixelRandom } from "./pixel-random.js";
import { randomOrientation } from "./random-orientation.js";

/** By how much a quantity differs from shot to shot, and the seed of its draws. */
export interface Scatter {
  /** standard deviation: in degrees of the misset, of all else relative to the mean */
  readonly deviation: number;
  /** a whole number: each has a sequence of shots, whatever else is drawn */
  readonly seed: number;
}

/** What differs from shot to shot of a series of stills. What is not given stays as it is. */
export interface SeriesScatter {
  /** the seed of orientations that are all equally likely, in place of the misset */
  readonly orientation?: number;
  /** of turns about X, Y and Z, Gaussian, about the misset or the random orientation, in degrees */
  readonly misset?: Scatter;
  /** of each edge of the cell, Gaussian; edges that are equal stay so, and angles stay */
  readonly cell?: Scatter;
  /** of the number of cells, by one factor along a, b and c, whose logarithm is Gaussian */
  readonly size?: Scatter;
  /** of the photons, gamma distributed as those of a free electron laser's pulses: with 1, of a single mode, exponentially */
  readonly fluence?: Scatter;
  /** of the wavelength, Gaussian */
  readonly wavelength?: Scatter;
}

/** Edges whose relative difference is smaller are equal by symmetry. */
const sameEdge = 1e-6;

/**
 * A shot of a series, which depends on the seeds and its own number alone.
 * @param shot from 0
 * @throws InputError that names what cannot be drawn
 *
 * Source of the photons' distribution: E. L. Saldin, E. A. Schneidmiller & M. V. Yurkov, Opt. Commun. 148, 383 (1998).
 */
export function shotOf({ beam, crystal, ...rest }: Experiment, scatter: SeriesScatter, shot: number): Experiment {
  if (!Number.isSafeInteger(shot) || shot < 0) throw new InputError(`the shot is ${shot}; it must be a whole number of at least 0`);
  const { wavelength, fluence } = scatter;
  const wavelengthA = wavelength ? beam.wavelengthA * (1 + wavelength.deviation * draws(wavelength, "wavelength", shot).gaussian()) : beam.wavelengthA;
  if (!(wavelengthA > 0)) throw new InputError(`shot ${shot} would have a wavelength of ${wavelengthA} A; the scatter of ${wavelength?.deviation} is too wide`);
  return {
    ...rest,
    beam: { ...beam, wavelengthA, ...(fluence && { fluence: scaledFluence(beam.fluence, gamma(draws(fluence, "fluence", shot), fluence.deviation)) }) },
    crystal: crystalOf(crystal, scatter, shot),
  };
}

function scaledFluence(fluence: number | undefined, factor: number): number {
  if (fluence === undefined) throw new InputError("the fluence of shots varies about that of the beam, which is not given");
  return fluence * factor;
}

function draws({ deviation, seed }: Scatter, purpose: string, shot: number): PixelRandom {
  if (!(deviation >= 0) || deviation === Infinity || !Number.isSafeInteger(seed)) {
    throw new InputError(`the scatter of the ${purpose} is ${deviation} with the seed ${seed}; it must be at least 0, and the seed a whole number`);
  }
  return new PixelRandom(seed, `shots' ${purpose}`).at(shot);
}

function crystalOf(crystal: Crystal, { orientation, misset, cell, size }: SeriesScatter, shot: number): Crystal {
  const mean = orientation === undefined ? (crystal.missetDeg ?? [0, 0, 0]) : randomOrientation(orientation, shot);
  const turned = { ...crystal, missetDeg: misset ? nearby(mean, misset, shot) : mean };
  const scaled = cell ? { ...turned, ...scaledLattice(turned, cell, shot) } : turned;
  if (size === undefined) return scaled;
  const random = draws(size, "size", shot);
  // Of a logarithm with this variance, mean and standard deviation of the number itself are 1 and the wanted one.
  const variance = Math.log1p(size.deviation ** 2);
  const factor = Math.exp(Math.sqrt(variance) * random.gaussian() - variance / 2);
  const [na, nb, nc] = crystal.cells ?? [1, 1, 1];
  return { ...scaled, cells: [na * factor, nb * factor, nc * factor] };
}

function nearby([x, y, z]: Vector<number>, scatter: Scatter, shot: number): Vector<number> {
  const random = draws(scatter, "misset", shot);
  const turn = (): number => scatter.deviation * random.gaussian();
  return [x + turn(), y + turn(), z + turn()];
}

function scaledLattice(crystal: Crystal, scatter: Scatter, shot: number): Pick<Crystal, "lattice"> {
  const random = draws(scatter, "cell", shot);
  const { a, b, c } = orientedLattice(crystal).direct;
  const edges = [a, b, c].map((edge) => known(norm(edge)));
  const factors = edges.map(() => 1 + scatter.deviation * random.gaussian());
  const [fa, fb, fc] = factors.map((_, i) => factors[edges.findIndex((edge) => Math.abs(edge / edges[i] - 1) < sameEdge)]);
  if (!(fa > 0 && fb > 0 && fc > 0)) throw new InputError(`shot ${shot} would have a cell edge of length 0 or below; the scatter of ${scatter.deviation} is too wide`);
  const { lattice } = crystal;
  if ("a" in lattice) return { lattice: { ...lattice, a: lattice.a * fa, b: lattice.b * fb, c: lattice.c * fc } };
  const shorter = ([x, y, z]: Vector<number>, factor: number): Vector<number> => [x / factor, y / factor, z / factor];
  return { lattice: { aStar: shorter(lattice.aStar, fa), bStar: shorter(lattice.bStar, fb), cStar: shorter(lattice.cStar, fc) } };
}

/**
 * A gamma distributed number of mean 1.
 * Source: G. Marsaglia & W. W. Tsang, ACM Trans. Math. Softw. 26, 363 (2000).
 */
function gamma(random: PixelRandom, deviation: number): number {
  if (deviation === 0) return 1;
  const modes = 1 / deviation ** 2;
  // Below one mode the number of one more is drawn, and made smaller.
  const shape = modes < 1 ? modes + 1 : modes;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.gaussian();
    const v = (1 + c * x) ** 3;
    const u = random.uniform();
    if (v > 0 && Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return ((d * v) / modes) * (modes < 1 ? random.uniform() ** (1 / modes) : 1);
  }
}
