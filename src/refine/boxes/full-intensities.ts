/** Full intensities of a still against those of a file: a scale and a temperature factor are fitted between them. */
import { relativeErrorAt, type PartialityError } from "./partiality-error.js";

/** A reflection that both know. */
export interface IntensityPair {
  /** fitted |F|², its standard deviation by noise alone, and the part of the reflection that was recorded */
  readonly square: number;
  readonly sigma: number;
  readonly partiality: number;
  /** |F|² of the file */
  readonly known: number;
  /** in Å */
  readonly resolution: number;
}

/** How they agree, of all reflections of which at least so much was recorded. */
export interface FullIntensities {
  readonly leastPartiality: number;
  readonly reflections: number;
  readonly correlation: number;
  /** each reflection by the variance that noise and the error of its partiality give to one of mean intensity */
  readonly weightedCorrelation: number;
  /** sum of the differences over the sum of the file's intensities */
  readonly r: number;
}

const leastPartialities = [0.1, 0.3, 0.5, 0.8] as const;
/** Reflections of a shell of resolution. */
const perShell = 100;
const fewest = 10;
const mostSteps = 20;

/** @param errors of the partialities */
export function compareFullIntensities(pairs: readonly IntensityPair[], errors: readonly PartialityError[]): FullIntensities[] {
  return leastPartialities.flatMap((leastPartiality) => {
    const chosen = pairs.filter(({ partiality, sigma }) => partiality >= leastPartiality && sigma < Infinity);
    return chosen.length < fewest ? [] : [{ leastPartiality, reflections: chosen.length, ...agreementOf(chosen, errors) }];
  });
}

function agreementOf(pairs: readonly IntensityPair[], errors: readonly PartialityError[]): Omit<FullIntensities, "leastPartiality" | "reflections"> {
  const scale = scaleBetween(pairs);
  const squares = pairs.map(({ square }) => square);
  const knowns = pairs.map(({ known, resolution }) => known * scale(resolution));
  const means = new Map(shellsOf(pairs).flatMap((shell) => {
    const mean = sum(shell.map(({ known, resolution }) => known * scale(resolution))) / shell.length;
    return shell.map((pair) => [pair, mean] as const);
  }));
  // The mean square of exponentially distributed intensities is twice the square of their mean.
  const weights = pairs.map((pair) => 1 / (pair.sigma ** 2 + 2 * (relativeErrorAt(pair.partiality, errors) * (means.get(pair) ?? 0)) ** 2));
  return {
    correlation: correlationOf(squares, knowns, pairs.map(() => 1)),
    weightedCorrelation: correlationOf(squares, knowns, weights),
    r: sum(squares.map((square, i) => Math.abs(square - knowns[i]))) / sum(knowns),
  };
}

function shellsOf(pairs: readonly IntensityPair[]): IntensityPair[][] {
  const ordered = [...pairs].sort((one, other) => other.resolution - one.resolution);
  const count = Math.max(1, Math.round(ordered.length / perShell));
  return Array.from({ length: count }, (_, i) => ordered.slice(Math.floor((i * ordered.length) / count), Math.floor(((i + 1) * ordered.length) / count)));
}

/**
 * The factor of the file's intensities, k exp(-B / (2 d²)): the sum of the intensities, and their sum weighted by 1/d², are those that were
 * fitted. It is the maximum of a likelihood like Poisson's, and exact where the two differ by nothing else.
 */
function scaleBetween(pairs: readonly IntensityPair[]): (resolution: number) => number {
  const total = sum(pairs.map(({ known }) => known));
  const ratio = sum(pairs.map(({ square }) => square)) / total;
  if (!(ratio > 0 && ratio < Infinity)) return () => 1;
  const middle = sum(pairs.map(({ known, resolution }) => known / resolution ** 2)) / total;
  let [level, slope] = [Math.log(ratio), 0];
  for (let step = 0; step < mostSteps; step++) {
    const at = (resolution: number): number => resolution ** -2 - middle;
    const factors = pairs.map(({ known, resolution }) => known * Math.exp(level + slope * at(resolution)));
    const moments = [0, 1, 2].map((power) => sum(factors.map((factor, i) => factor * at(pairs[i].resolution) ** power)));
    const missing = [0, 1].map((power) => sum(pairs.map(({ square, resolution }, i) => (square - factors[i]) * at(resolution) ** power)));
    const determinant = moments[0] * moments[2] - moments[1] ** 2;
    if (!(determinant > 1e-12 * moments[0] * moments[2])) break;
    const [rise, tilt] = [(moments[2] * missing[0] - moments[1] * missing[1]) / determinant, (moments[0] * missing[1] - moments[1] * missing[0]) / determinant];
    // Far from the end, a step of Newton's would leave the numbers.
    const part = 1 / Math.max(1, Math.abs(rise), ...pairs.map(({ resolution }) => Math.abs(tilt * at(resolution))));
    [level, slope] = [level + part * rise, slope + part * tilt];
  }
  return (resolution) => Math.exp(level + slope * (resolution ** -2 - middle));
}

/** The correlation of two lists, each pair of which has a weight. */
export function correlationOf(x: readonly number[], y: readonly number[], weights: readonly number[]): number {
  const total = sum(weights);
  const mean = (values: readonly number[]): number => sum(values.map((value, i) => weights[i] * value)) / total;
  const [mx, my] = [mean(x), mean(y)];
  const product = (a: readonly number[], ma: number, b: readonly number[], mb: number): number => sum(a.map((value, i) => weights[i] * (value - ma) * (b[i] - mb)));
  return product(x, mx, y, my) / Math.sqrt(product(x, mx, x, mx) * product(y, my, y, my));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
