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

/** @param errors of the partialities */
export function compareFullIntensities(pairs: readonly IntensityPair[], errors: readonly PartialityError[]): FullIntensities[] {
  return leastPartialities.flatMap((leastPartiality) => {
    const chosen = pairs.filter(({ partiality, sigma }) => partiality >= leastPartiality && sigma < Infinity);
    return chosen.length < fewest ? [] : [{ leastPartiality, reflections: chosen.length, ...agreementOf(chosen, errors) }];
  });
}

function agreementOf(pairs: readonly IntensityPair[], errors: readonly PartialityError[]): Omit<FullIntensities, "leastPartiality" | "reflections"> {
  const shells = shellsOf(pairs);
  const scale = scaleBetween(shells);
  const squares = pairs.map(({ square }) => square);
  const knowns = pairs.map(({ known, resolution }) => known * scale(resolution));
  const means = new Map(shells.flatMap((shell) => {
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

/** The factor of the file's intensities, k exp(-B / (2 d²)), by a line through the logarithms of the shells' ratios; of few shells, k alone. */
function scaleBetween(shells: readonly (readonly IntensityPair[])[]): (resolution: number) => number {
  const points = shells.flatMap((shell) => {
    const [fitted, known] = [sum(shell.map(({ square }) => square)), sum(shell.map((pair) => pair.known))];
    return fitted > 0 && known > 0 ? [{ at: sum(shell.map(({ resolution }) => resolution ** -2)) / shell.length, logarithm: Math.log(fitted / known) }] : [];
  });
  if (points.length === 0) return () => 1;
  const middle = sum(points.map(({ at }) => at)) / points.length;
  const level = sum(points.map(({ logarithm }) => logarithm)) / points.length;
  const spread = sum(points.map(({ at }) => (at - middle) ** 2));
  const slope = points.length < 3 ? 0 : sum(points.map(({ at, logarithm }) => (at - middle) * (logarithm - level))) / spread;
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
