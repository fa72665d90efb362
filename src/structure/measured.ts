import { InputError } from "../ndarray/errors.js";
import { array, type NdArray } from "../ndarray/ndarray.js";
import type { UnitCell } from "../models/crystal.js";
import { expectedAmplitude } from "./french-wilson.js";
import { inverseSquare, reciprocalMetric } from "./reflections.js";
import type { Indices, Symmetry } from "./symmetry.js";

/** Values of a list and their standard deviations, shape [n], NaN where there is none. */
export interface ListedValues {
  readonly values: NdArray;
  readonly sigmas: NdArray | undefined;
}

/** What a list holds under one name. */
export interface ListedColumn extends ListedValues {
  readonly label: string;
  readonly kind: "amplitude" | "intensity";
  readonly isCalculated: boolean;
  /** those of -h -k -l, where the values are of h k l alone */
  readonly mates: ListedValues | undefined;
}

/** Reflections as a file lists them. */
export interface ReflectionTable {
  /** what messages call the list */
  readonly name: string;
  /** Miller index, int32 of shape [n] */
  readonly h: NdArray;
  /** as `h` */
  readonly k: NdArray;
  /** as `h` */
  readonly l: NdArray;
  /** amplitudes and intensities */
  readonly columns: readonly ListedColumn[];
  /** whether h k l and -h -k -l on lines of their own are different measurements */
  readonly areMatesApart: boolean;
}

/** Amplitudes of unique reflections. */
export interface Amplitudes {
  /** int32, shape [n, 3], each the representative of its equivalents */
  readonly hkl: NdArray;
  /** shape [n] */
  readonly f: NdArray;
  /** whether h k l and -h -k -l are listed apart */
  readonly areMatesApart: boolean;
  /** sentences on what was assumed or left out */
  readonly warnings: readonly string[];
}

/**
 * The column that a list's amplitudes are best taken from: measured before calculated, amplitudes before intensities, Friedel mates apart
 * before their mean.
 * @param wanted the label of another one
 * @throws InputError when there is none, or none of that label
 */
export function chooseColumn({ name, columns }: ReflectionTable, wanted?: string): ListedColumn {
  const available = columns.map(({ label, kind, mates }) => `${label} (${kind}${mates ? ", Friedel mates apart" : ""})`).join(", ");
  if (wanted !== undefined) {
    const found = columns.find(({ label }) => label === wanted);
    if (found === undefined) throw new InputError(`${name} has no column ${JSON.stringify(wanted)}; it has ${available === "" ? "none of reflections" : available}`);
    return found;
  }
  const rank = ({ isCalculated, kind, mates }: ListedColumn): number => (isCalculated ? 4 : 0) + (kind === "intensity" ? 2 : 0) + (mates ? 0 : 1);
  const [best] = [...columns].sort((a, b) => rank(a) - rank(b));
  if (best === undefined) throw new InputError(`${name} lists neither amplitudes nor intensities`);
  return best;
}

interface Merged {
  readonly hkl: Indices;
  weights: number;
  sum: number;
  count: number;
}

/**
 * Amplitudes of a column: equivalent reflections merged, weighted by their standard deviations where all have one, and intensities turned
 * into the amplitudes that are to be expected behind them (without standard deviations, into their roots).
 * @throws InputError when no value is left
 */
export function amplitudesFrom(table: ReflectionTable, column: ListedColumn, cell: UnitCell, symmetry: Symmetry): Amplitudes {
  const { name, h, k, l } = table;
  const isCentrosymmetric = symmetry.primitive.some(({ rotation }) => rotation.every((x, i) => x === (i % 4 === 0 ? -1 : 0)));
  const areMatesApart = !isCentrosymmetric && (column.mates !== undefined || table.areMatesApart);
  const hasSigmas = column.sigmas !== undefined;
  const merged = new Map<string, Merged>();
  let unusable = 0;
  let repeated = 0;
  const isAmplitude = column.kind === "amplitude";
  let signed = 0;
  const add = (hkl: Indices, value: number, sigma: number, isMate: boolean): void => {
    if (!Number.isFinite(value)) return;
    if (hasSigmas && !(sigma > 0)) {
      unusable++;
      return;
    }
    const own = symmetry.representative(hkl, areMatesApart);
    const key = own.join();
    const entry = merged.get(key) ?? { hkl: own, weights: 0, sum: 0, count: 0 };
    merged.set(key, entry);
    // The mates of a centric reflection are one reflection, which a line lists twice.
    if (entry.count > 0 && !isMate) repeated++;
    const weight = hasSigmas ? 1 / (sigma * sigma) : 1;
    if (isAmplitude && value < 0) signed++;
    entry.weights += weight;
    entry.sum += weight * (isAmplitude ? Math.abs(value) : value);
    entry.count++;
  };
  const { values, sigmas, mates } = column;
  for (let i = 0; i < values.size; i++) {
    const hkl: Indices = [h.get(i), k.get(i), l.get(i)];
    add(hkl, values.get(i), sigmas?.get(i) ?? NaN, false);
    if (mates) add([0 - hkl[0], 0 - hkl[1], 0 - hkl[2]], mates.values.get(i), mates.sigmas?.get(i) ?? NaN, true);
  }
  if (merged.size === 0) throw new InputError(`${name}: every value of ${column.label} is missing${hasSigmas ? ", or has no standard deviation above 0" : ""}`);
  const entries = [...merged.values()].sort((a, b) => a.hkl[0] - b.hkl[0] || a.hkl[1] - b.hkl[1] || a.hkl[2] - b.hkl[2]);
  const warnings: string[] = [];
  if (unusable > 0) warnings.push(`${name}: ${unusable} values of ${column.label} have no standard deviation above 0 and are left out`);
  if (repeated > 0) warnings.push(`${name}: ${repeated} values of ${column.label} are merged with equivalent ones`);
  if (signed > 0) warnings.push(`${name}: ${signed} values of ${column.label} are below 0; their sizes count, as amplitudes have no sign`);
  const metric = reciprocalMetric(cell);
  const means = column.kind === "intensity" && hasSigmas ? wilsonMeans(entries, metric, symmetry) : undefined;
  let negative = 0;
  const f = entries.map((entry, i) => {
    const value = entry.sum / entry.weights;
    if (isAmplitude) return value;
    if (value < 0) negative++;
    if (means === undefined) return Math.sqrt(Math.max(value, 0));
    return expectedAmplitude({ intensity: value, sigma: Math.sqrt(1 / entry.weights), mean: means[i], isCentric: symmetry.isCentric(entry.hkl) });
  });
  if (negative > 0 && means === undefined) warnings.push(`${name}: ${negative} intensities of ${column.label} below 0 count as 0, as there are no standard deviations`);
  return { hkl: array(entries.map(({ hkl }) => [...hkl]), "int32"), f: array(f), areMatesApart, warnings };
}

/** Of so many the mean intensity is known well enough, and changes little. */
export const reflectionsOfShell = 200;

/** The mean intensity to be expected of each reflection, from those of like resolution. */
function wilsonMeans(entries: readonly Merged[], metric: ReturnType<typeof reciprocalMetric>, symmetry: Symmetry): number[] {
  const points = entries.map(({ hkl, sum, weights }, i) => ({ i, at: inverseSquare(metric, hkl), multiplicity: symmetry.multiplicity(hkl), value: sum / weights }));
  const sorted = [...points].sort((a, b) => a.at - b.at);
  const shells = Math.max(1, Math.floor(sorted.length / reflectionsOfShell));
  const centres: { readonly at: number; readonly mean: number }[] = [];
  for (let shell = 0; shell < shells; shell++) {
    const members = sorted.slice(Math.floor((shell * sorted.length) / shells), Math.floor(((shell + 1) * sorted.length) / shells));
    const average = (value: (point: (typeof members)[number]) => number): number => members.reduce((sum, each) => sum + value(each), 0) / members.length;
    centres.push({ at: average(({ at }) => at), mean: average(({ value, multiplicity }) => value / multiplicity) });
  }
  const overall = points.reduce((sum, { value, multiplicity }) => sum + value / multiplicity, 0) / points.length;
  // A shell without any signal must not make its reflections impossible.
  const floor = Math.max(1e-3 * overall, Number.MIN_VALUE);
  const means = new Array<number>(entries.length).fill(0);
  let next = 0;
  for (const { i, at, multiplicity } of sorted) {
    while (next < centres.length && centres[next].at < at) next++;
    const [before, after] = [centres[Math.max(0, next - 1)], centres[Math.min(next, centres.length - 1)]];
    const share = after.at > before.at ? Math.min(1, Math.max(0, (at - before.at) / (after.at - before.at))) : 0;
    means[i] = multiplicity * Math.max(floor, before.mean + share * (after.mean - before.mean));
  }
  return means;
}
