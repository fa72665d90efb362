import { InputError } from "../ndarray/errors.js";
import { parseNumber, quote } from "./field.js";
import { ReflectionRows, unknownCrystal, type MeasuredReflections } from "./measured.js";

/** h, k, l in four columns each, value and standard deviation in eight. */
const line = /^[ \d-]{12}[ \d.+-]{8,}/;

/** Whether a text is a list in SHELX's fixed columns: five numbers or six, the first three of which fill four columns each. */
export function isShelxHkl(text: string): boolean {
  const first = text.split("\n", 20).map((each) => each.replace(/\r$/, "")).filter((each) => each.trim() !== "");
  const end = first.findIndex(isEnd);
  const rows = end < 0 ? first : first.slice(0, end);
  return rows.length > 0 && rows.every((each) => line.test(each) && fieldsOf(each).every((word) => !Number.isNaN(parseNumber(word.trim()))));
}

const isEnd = (each: string): boolean => fieldsOf(each).slice(0, 3).every((word) => word.trim() === "0");

function fieldsOf(each: string): string[] {
  return [[0, 4], [4, 8], [8, 12], [12, 20], [20, 28]].map(([from, to]) => each.slice(from, to));
}

/**
 * Reads SHELX's list of reflections, in fixed columns (3I4, 2F8): intensities (HKLF 4) or, if the caller knows so, amplitudes (HKLF 3). It
 * ends at 0 0 0. It knows neither cell nor symmetry.
 * @param name what error messages call the text
 * @throws InputError that names the line
 * Source: G. M. Sheldrick, SHELXL, HKLF instruction.
 */
export function parseShelxHkl(text: string, name: string, kind: "intensity" | "amplitude" = "intensity"): MeasuredReflections {
  const rows = new ReflectionRows();
  let isEnded = false;
  text.split(/\r?\n/).forEach((each, i) => {
    if (isEnded || each.trim() === "") return;
    if (isEnd(each)) {
      isEnded = true;
      return;
    }
    const where = `${name}, line ${i + 1}`;
    const [h, k, l, value, sigma] = fieldsOf(each).map((word, at) => {
      const number = parseNumber(word.trim());
      if (Number.isNaN(number)) {
        throw new InputError(`${where}: ${quote(word)} in columns ${at < 3 ? 4 * at + 1 : 8 * at - 11} and following is no number; h k l value sigma stand in 4, 4, 4, 8, 8 columns`);
      }
      return number;
    });
    rows.begin(h, k, l, where);
    rows.set("value", value);
    if (sigma > 0) rows.set("sigma", sigma);
  });
  const values = rows.column("value");
  if (values === undefined) throw new InputError(`${name} holds no reflection`);
  return {
    name,
    ...unknownCrystal,
    ...rows.indices(),
    columns: [{ label: kind === "intensity" ? "FSQ" : "F", kind, isCalculated: false, values, sigmas: rows.column("sigma"), mates: undefined }],
    areMatesApart: true,
    warnings: isEnded ? [] : [`${name} does not end with 0 0 0; it may be cut short`],
  };
}
