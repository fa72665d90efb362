import { InputError } from "../../ndarray/errors.js";
import { parseNumber, quote } from "../field.js";
import type { ImageValue } from "./record.js";

/** Settings of a panel, a region of bad pixels or the whole file, by their names. */
export type Settings = Map<string, Setting>;

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

/** A setting's word and the line that it stands in. */
export interface Setting {
  readonly word: string;
  readonly line: number;
}

/**
 * The value of a setting that a unit may follow.
 * @param units what one of each is; "" where no unit is stated
 * @returns undefined where the setting is no number but a place in the image's file
 * @throws InputError that names the line when the unit is another one, or the number is none
 */
export function measured({ word, line }: Setting, key: string, units: Readonly<Record<string, number>>, name: string): number | undefined {
  const [number, unit = ""] = word.split(/\s+/);
  const value = parseNumber(number);
  if (Number.isNaN(value) && /^[-+.\d]/.test(number)) throw new InputError(`${name}, line ${line}: ${key} is ${quote(word)}; it must be a number, or a place in the image's file`);
  if (Number.isNaN(value)) return undefined;
  return value * unitOf({ word, line }, key, unit, units, name);
}

/**
 * Where in the image's file the value of a setting stands, what one of its numbers is, and a sentence of that.
 * @param units as above
 * @throws InputError that names the line when the unit is another one
 */
export function placeInImage(setting: Setting, key: string, units: Readonly<Record<string, number>>, name: string): Omit<ImageValue, "quantity"> {
  const [path, unit = ""] = setting.word.split(/\s+/);
  return { path, unit: unitOf(setting, key, unit, units, name), statedBy: `${key} is ${setting.word} of the image` };
}

function unitOf({ word, line }: Setting, key: string, unit: string, units: Readonly<Record<string, number>>, name: string): number {
  const scale = Object.entries(units).find(([candidate]) => candidate === unit)?.[1];
  if (scale !== undefined) return scale;
  const named = Object.keys(units).filter((candidate) => candidate !== "").join(" or ");
  throw new InputError(`${name}, line ${line}: ${key} is ${quote(word)}; its unit must be ${named}`);
}
