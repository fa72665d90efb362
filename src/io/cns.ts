import { InputError } from "../ndarray/errors.js";
import { parseNumber, quote } from "./field.js";
import { ReflectionRows, unknownCrystal, type MeasuredColumn, type MeasuredReflections } from "./measured.js";

/** Whether a text is a list of reflections of CNS or X-PLOR. */
export function isCns(text: string): boolean {
  return /^\s*(?:\{[^}]*\}\s*)*(?:NREF|INDE|ANOM|DECL)[a-z]*\b/i.test(text.slice(0, 10000));
}

const intensityName = /^I|^J|INT/i;
const sigmaName = /^SIG/i;
const calculatedName = /CALC|^FC/i;
const amplitudeName = /^F/i;

/**
 * Reads a CNS or X-PLOR reflection file: indices, and values by name. It knows neither cell nor symmetry.
 * @param name what error messages call the text
 * @throws InputError that names the line
 * Source: A. T. Brunger et al., CNS 1.3, "Reflection file format".
 */
export function parseCns(text: string, name: string): MeasuredReflections {
  const rows = new ReflectionRows();
  const names: string[] = [];
  let isAnomalous = false;
  let announced: number | undefined;
  let column: string | undefined;
  const plain = text.replace(/\{[^}]*\}/g, (comment) => comment.replace(/[^\n]/g, " "));
  plain.split(/\r?\n/).forEach((whole, i) => {
    const where = `${name}, line ${i + 1}`;
    const each = whole.replace(/!.*$/, "").replace(/=/g, "= ").trim();
    if (each === "") return;
    if (/^NREF/i.test(each)) announced = parseNumber(/=\s*(\d+)/.exec(each)?.[1] ?? "");
    if (/^(NREF|ANOM)/i.test(each)) {
      const said = /ANOM\w*\s*=\s*(\w+)/i.exec(each)?.[1];
      if (said !== undefined) isAnomalous = /^T/i.test(said);
      return;
    }
    if (/^(DECL|GROUP)/i.test(each)) return;
    const words = each.split(/\s+/);
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      if (/^INDE/i.test(word)) {
        const [h, k, l] = words.slice(at + 1, at + 4).map(parseNumber);
        rows.begin(h ?? NaN, k ?? NaN, l ?? NaN, where);
        column = undefined;
        at += 3;
      } else if (word.endsWith("=") || words[at + 1] === "=") {
        column = word.replace(/=$/, "").toUpperCase();
        if (!word.endsWith("=")) at++;
        if (!names.includes(column)) names.push(column);
        const value = parseNumber(words[++at] ?? "");
        if (Number.isNaN(value)) throw new InputError(`${where}: ${column} is ${quote(words[at] ?? "")}; it must be a number`);
        if (rows.size === 0) throw new InputError(`${where}: ${column} stands before the first INDE`);
        rows.set(column, value);
      } else if (column === undefined || Number.isNaN(parseNumber(word))) {
        throw new InputError(`${where}: ${quote(word)} is neither INDE nor the name of a value with = behind it`);
      }
      // A second number behind a name is a phase.
    }
  });
  if (rows.size === 0) throw new InputError(`${name} holds no reflection`);
  const columns = names.flatMap((label): MeasuredColumn[] => {
    const values = rows.column(label);
    if (values === undefined || sigmaName.test(label)) return [];
    const kind = intensityName.test(label) ? "intensity" : amplitudeName.test(label) ? "amplitude" : undefined;
    if (kind === undefined) return [];
    return [{ label, kind, isCalculated: calculatedName.test(label), values, sigmas: rows.column(sigmaOf(label, names)), mates: undefined }];
  });
  const isShort = announced !== undefined && announced !== rows.size;
  return {
    name,
    ...unknownCrystal,
    ...rows.indices(),
    columns,
    areMatesApart: isAnomalous,
    warnings: isShort ? [`${name} announces ${announced} reflections and lists ${rows.size}; it may be cut short`] : [],
  };
}

/** The standard deviation of a value: named like it, else the next one that is named as one. */
function sigmaOf(label: string, names: readonly string[]): string | undefined {
  const own = names.find((other) => [`SIG${label}`, `SIGMA${label}`, `SIGMA_${label}`, label.replace("OBS", "SIG").replace(/^(.)SIG/, "SIG$1")].includes(other));
  const next = names[names.indexOf(label) + 1];
  return own ?? (next !== undefined && sigmaName.test(next) ? next : undefined);
}
