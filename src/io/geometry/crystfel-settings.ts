import { InputError } from "../../ndarray/errors.js";
import { parseNumber, quote } from "../field.js";

/** Settings of a panel, a region of bad pixels or the whole file, by their names. */
export type Settings = Map<string, { readonly word: string; readonly line: number }>;

/**
 * The number of a setting that no unit follows.
 * @returns undefined where the setting is not there
 * @throws InputError that names the line when it is no number
 */
export function numberOf(settings: Settings, key: string, name: string): number | undefined {
  const setting = settings.get(key);
  if (setting === undefined) return undefined;
  const value = parseNumber(setting.word);
  if (Number.isNaN(value)) throw new InputError(`${name}, line ${setting.line}: ${key} is ${quote(setting.word)}; it must be a number${/^[-+.\deE]+\s/.test(setting.word) ? " without a unit" : ""}`);
  return value;
}

/**
 * The number of a setting that a panel or a region cannot do without.
 * @throws InputError when it is not there, or no number
 */
export function needed(settings: Settings, key: string, panel: string, name: string): number {
  const value = numberOf(settings, key, name);
  if (value === undefined) throw new InputError(`${name}: panel ${panel} has no ${key}`);
  return value;
}

/**
 * The value of a setting that a unit may follow.
 * @param units what one of each is; "" where no unit is stated
 * @returns undefined where the setting is no number but a place in the image's file
 * @throws InputError that names the line when the unit is another one, or the number is none
 */
export function measured({ word, line }: { readonly word: string; readonly line: number }, key: string, units: Readonly<Record<string, number>>, name: string): number | undefined {
  const [number, unit = ""] = word.split(/\s+/);
  const value = parseNumber(number);
  if (Number.isNaN(value) && /^[-+.\d]/.test(number)) throw new InputError(`${name}, line ${line}: ${key} is ${quote(word)}; it must be a number, or a place in the image's file`);
  if (Number.isNaN(value)) return undefined;
  const scale = Object.entries(units).find(([candidate]) => candidate === unit)?.[1];
  if (scale === undefined) {
    const named = Object.keys(units).filter((candidate) => candidate !== "").join(" or ");
    throw new InputError(`${name}, line ${line}: ${key} is ${quote(word)}; its unit must be ${named}`);
  }
  return value * scale;
}
