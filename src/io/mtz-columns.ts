import { InputError } from "../ndarray/errors.js";
import { quote } from "./field.js";
import type { Mtz, MtzColumn } from "./mtz.js";

/** The columns that amplitudes are taken from, as numbers of columns. */
export interface AmplitudeColumns {
  /** F, or F(+) */
  readonly amplitude: number;
  /** F(-), where the two Friedel mates have columns of their own */
  readonly mate?: number;
  /** F(+) - F(-), where a mean and a difference stand for the two mates */
  readonly difference?: number;
  /** its standard deviation */
  readonly sigma?: number;
  /** whether its numbers can be below 0, as those of map coefficients and differences */
  readonly isSigned: boolean;
  readonly warnings: readonly string[];
}

/** Types of columns whose numbers can be taken as amplitudes; only F and G are taken without being asked for. */
const amplitudeTypes: ReadonlySet<string> = new Set(["F", "G", "E", "R"]);
const mapLabel = /WT$|FOFC|^2M?FO|^DELF|^ANOM|^FAN$|^FDM$|^FEM$|^LLG|^F?DIFF|MAP|NO_?FILL/i;
const differenceLabel = /^(ANOM|DANO|DELF|DEL|F?DIFF|DF)/i;

/**
 * The columns that hold amplitudes: those that are asked for, or else the first measured amplitude, two columns for Friedel mates, or
 * a calculated amplitude, in this order. Beside an amplitude its anomalous difference is taken, beside F(+) also F(-).
 * @param wanted a label, data set and label parted by /, or two labels of Friedel mates parted by a comma
 * @throws InputError when there is no such column, several have the label, or only map coefficients and differences are there
 */
export function amplitudeColumns(mtz: Mtz, wanted: string | undefined): AmplitudeColumns {
  const { name, columns } = mtz;
  if (wanted === undefined) return preferred(mtz);
  const exact = matching(mtz, wanted);
  const [first, second] = wanted.split(",");
  if (exact.length === 0 && second !== undefined) return pairOf(mtz, columnNamed(mtz, first), columnNamed(mtz, second));
  const amplitude = columnNamed(mtz, wanted);
  const { label, type } = columns[amplitude];
  if (isOfMates(columns[amplitude])) {
    const mate = mateOf(columns, amplitude);
    if (mate !== undefined) return isMinus(label) ? pairOf(mtz, mate, amplitude) : pairOf(mtz, amplitude, mate);
    const warning = `${name}: column ${label} holds one of two Friedel mates, and no column holds the other; it is taken for both`;
    return { ...alone(columns, amplitude), warnings: [warning] };
  }
  const warnings: string[] = [];
  const phase = phaseOf(columns, amplitude);
  const isSigned = isMap(columns, amplitude);
  if (isSigned) warnings.push(`${name}: column ${label}${phase} is a map coefficient or a difference, not the amplitude of a crystal`);
  else if (phase !== "") warnings.push(`${name}: column ${label}${phase} is a calculated amplitude or a map coefficient, not a measured one`);
  if (type === "E") warnings.push(`${name}: column ${label} holds normalized amplitudes (type E), which are not electrons`);
  if (type === "R") warnings.push(`${name}: column ${label} is of type R, any real number, and is taken for amplitudes`);
  return withDifference(mtz, { ...alone(columns, amplitude), isSigned, warnings });
}

function preferred(mtz: Mtz): AmplitudeColumns {
  const { name, columns } = mtz;
  const all = columns.flatMap((column, i) => (column.type === "F" && !isOfMates(column) ? [i] : []));
  const plain = all.filter((i) => !isMap(columns, i));
  const measured = plain.find((i) => phaseOf(columns, i) === "");
  const plus = columns.findIndex((column, i) => isOfMates(column) && !isMinus(column.label) && mateOf(columns, i) !== undefined);
  const pair = plus < 0 ? undefined : pairOf(mtz, plus, mateOf(columns, plus) ?? plus);
  const calculated = plain.find((i) => phaseOf(columns, i) !== "");
  const single = (i: number): AmplitudeColumns => withDifference(mtz, alone(columns, i));
  const chosen = measured !== undefined ? single(measured) : (pair ?? (calculated !== undefined ? single(calculated) : undefined));
  if (chosen === undefined) {
    const signed = all.map((i) => columns[i].label);
    const problem =
      signed.length > 0
        ? `has only map coefficients or differences (${signed.join(", ")}); if one of them is meant, name it with --column`
        : "has no amplitude column (type F)";
    throw new InputError(`${name} ${problem}; its columns are ${described(columns)}`);
  }
  const { amplitude, mate } = chosen;
  const taken = [amplitude, mate].flatMap((i) => (i === undefined ? [] : [columns[i].label]));
  const others = [...all.map((i) => columns[i].label), ...(pair ? [columns[pair.amplitude].label] : [])].filter((label) => !taken.includes(label));
  if (others.length === 0) return chosen;
  const choice = `${name}: amplitudes are taken from column ${taken.join(" and ")}; --column takes another one (${others.join(", ")})`;
  return { ...chosen, warnings: [choice, ...chosen.warnings] };
}

function alone(columns: readonly MtzColumn[], amplitude: number): AmplitudeColumns {
  const next = columns.at(amplitude + 1);
  const hasSigma = next?.type === "Q" || next?.type === "L";
  return { amplitude, ...(hasSigma && { sigma: amplitude + 1 }), isSigned: false, warnings: [] };
}

function pairOf({ name, columns }: Mtz, amplitude: number, mate: number): AmplitudeColumns {
  const [first, second] = [columns[amplitude], columns[mate]];
  const isOdd = first.datasetId !== second.datasetId || first.type !== second.type;
  const warning = `${name}: columns ${first.label} and ${second.label} are taken as Friedel mates, though they differ in type or data set`;
  return { ...alone(columns, amplitude), mate, warnings: isOdd ? [warning] : [] };
}

/** Where an anomalous difference (type D) follows the amplitude, before the next one, it belongs to it. */
function withDifference({ name, columns }: Mtz, chosen: AmplitudeColumns): AmplitudeColumns {
  const { amplitude, isSigned, warnings } = chosen;
  const { label, type, datasetId } = columns[amplitude];
  if (isSigned || type !== "F") return chosen;
  const behind = columns.slice(amplitude + 1);
  const end = behind.findIndex((column) => column.type === "F" || column.datasetId !== datasetId);
  const place = behind.slice(0, end < 0 ? undefined : end).findIndex((column) => column.type === "D");
  if (place < 0) return chosen;
  const difference = amplitude + 1 + place;
  const told = `${name}: Friedel mates are ${label} + ${columns[difference].label} / 2 and ${label} - ${columns[difference].label} / 2`;
  return { ...chosen, difference, warnings: [...warnings, told] };
}

function columnNamed(mtz: Mtz, wanted: string): number {
  const { name, columns } = mtz;
  const found = matching(mtz, wanted);
  if (found.length === 0) throw new InputError(`${name} has no column ${quote(wanted)}; its columns are ${described(columns)}`);
  if (found.length > 1) {
    const full = found.map((i) => `${nameOfDataset(mtz, columns[i].datasetId)}/${columns[i].label}`);
    throw new InputError(`${name} has ${found.length} columns ${quote(wanted)}; name the data set as well, one of ${full.join(", ")}`);
  }
  const { label, type } = columns[found[0]];
  if (!amplitudeTypes.has(type)) {
    throw new InputError(`${name}: column ${label} is of type ${type}, not an amplitude (F); its columns are ${described(columns)}`);
  }
  return found[0];
}

/** Columns of a label, in front of which the data set's name may stand, and before it the crystal's. */
function matching(mtz: Mtz, wanted: string): number[] {
  const parts = wanted.split("/");
  const label = parts.at(-1) ?? wanted;
  const [dataset, crystal] = [parts.at(-2), parts.at(-3)];
  return mtz.columns.flatMap((column, i) => {
    if (column.label === wanted) return [i];
    if (column.label !== label || dataset === undefined) return [];
    const owner = mtz.datasets.find(({ id }) => id === column.datasetId);
    return owner?.name === dataset && (crystal === undefined || owner.crystal === crystal) ? [i] : [];
  });
}

function nameOfDataset({ datasets }: Mtz, id: number): string {
  return datasets.find((dataset) => dataset.id === id)?.name ?? String(id);
}

function described(columns: readonly MtzColumn[]): string {
  return columns.map(({ label, type }) => `${label} (${type})`).join(", ");
}

/** Whether a column holds only one of two Friedel mates. */
function isOfMates({ label, type }: MtzColumn): boolean {
  return type === "G" || /[([]?[+-][)\]]?$/.test(label) || /(plus|minus|plu|minu)$/i.test(label);
}

function isMinus(label: string): boolean {
  return /-[)\]]?$/.test(label) || /minus?$/i.test(label);
}

/** The column of the other Friedel mates: the one whose label differs in the sign alone, or the next of the same type and data set. */
function mateOf(columns: readonly MtzColumn[], at: number): number | undefined {
  const { label, type, datasetId } = columns[at];
  const other = isMinus(label)
    ? label.replace(/-([)\]]?)$/, "+$1").replace(/minus?$/i, "")
    : label.replace(/\+([)\]]?)$/, "-$1").replace(/plus?$/i, "");
  const isSame = (column: MtzColumn, i: number): boolean => i !== at && column.type === type && column.datasetId === datasetId;
  const named = columns.findIndex((column, i) => isSame(column, i) && (column.label === other || column.label.replace(/(plus?|minus?)$/i, "") === other));
  if (named >= 0) return named;
  const next = columns.findIndex((column, i) => i > at && isSame(column, i));
  return type === "G" && next >= 0 && !isMinus(label) ? next : undefined;
}

/** Names the phase that belongs to an amplitude, behind a blank, or nothing. */
function phaseOf(columns: readonly MtzColumn[], at: number): string {
  const { label } = columns[at];
  const phases = new Set([`PH${label}`, `PHI${label}`, `PHI_${label}`, label.replace("F", "PH"), label.replace("F", "PHI")]);
  const next = columns.at(at + 1);
  const phase = next?.type === "P" ? next : columns.find((column) => column.type === "P" && phases.has(column.label));
  return phase && !hasSigma(columns, at) ? ` with phase ${phase.label}` : "";
}

function hasSigma(columns: readonly MtzColumn[], at: number): boolean {
  return columns.at(at + 1)?.type === "Q";
}

function isMap(columns: readonly MtzColumn[], at: number): boolean {
  const { label } = columns[at];
  if (hasSigma(columns, at)) return false;
  return differenceLabel.test(label) || (phaseOf(columns, at) !== "" && mapLabel.test(label));
}
