import { InputError } from "../../ndarray/errors.js";
import { quote } from "../field.js";
import type { Settings } from "./crystfel-settings.js";
import type { MaskMap } from "./record.js";

/** The older names of the settings of mask 0. */
const older: ReadonlyMap<string, string> = new Map([
  ["mask", "mask0_data"],
  ["mask_file", "mask0_file"],
  ["mask_good", "mask0_goodbits"],
  ["mask_bad", "mask0_badbits"],
]);

/** A setting's name, where it is one of a mask in the form maskN_data, else as it is. */
export function maskSetting(key: string): string {
  return older.get(key) ?? key;
}

/**
 * The maps of pixels that do not count, as a panel's settings name them. A mask without a data set is none, and one without bits leaves no
 * pixel out.
 * @param name of the geometry file, for messages
 * @param remarks to which a sentence is added for each mask that has no effect
 * @throws InputError that names the line where bits are no whole number of 32 bits, or an axis is none
 *
 * Source: CrystFEL manual, crystfel_geometry(5): maskN_data, maskN_file, maskN_goodbits, maskN_badbits; dimN.
 */
export function maskMapsOf(settings: Settings, name: string, remarks: Set<string>): MaskMap[] {
  const numbers = [...new Set([...settings.keys()].flatMap((key) => /^mask(\d+)_(?:data|file|goodbits|badbits)$/.exec(key)?.[1] ?? []))];
  return numbers.flatMap((number) => {
    const word = (part: string): string | undefined => settings.get(`mask${number}_${part}`)?.word;
    const [path, file] = [word("data"), word("file")];
    const called = `mask ${number}${file === undefined ? "" : ` of ${file}`}`;
    if (path === undefined) {
      remarks.add(`${called} is ignored: no mask${number}_data (or mask) names its data set`);
      return [];
    }
    const [goodBits, badBits] = [bitsOf(settings, `mask${number}_goodbits`, name), bitsOf(settings, `mask${number}_badbits`, name)];
    if (goodBits === 0 && badBits === 0) {
      remarks.add(`${called} leaves no pixel out: neither its good bits nor its bad bits are stated`);
      return [];
    }
    return [{ path, ...(file !== undefined && { file }), axes: axesOf(settings, name), goodBits, badBits }];
  });
}

function bitsOf(settings: Settings, key: string, name: string): number {
  const setting = settings.get(key);
  if (setting === undefined) return 0;
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(setting.word) ? Number(setting.word) : NaN;
  if (!(value < 2 ** 32)) throw new InputError(`${name}, line ${setting.line}: ${key} is ${quote(setting.word)}; it must be a whole number of at most 32 bits, as 0xffff`);
  return value;
}

/**
 * What the axes of the data count: dim0, dim1 and so on; slow and fast unless they say otherwise.
 * @throws InputError that names the line of an axis that is none, or when the slow and the fast one do not stand there once each
 */
export function axesOf(settings: Settings, name: string): MaskMap["axes"] {
  const stated = [...settings].flatMap(([key, { word, line }]) => {
    const place = /^dim(\d)$/.exec(key)?.[1];
    if (place === undefined) return [];
    const axis = ({ "%": "frame", ss: "slow", fs: "fast" } as const)[word] ?? (/^\d{1,9}$/.test(word) ? Number(word) : undefined);
    if (axis === undefined) throw new InputError(`${name}, line ${line}: ${key} is ${quote(word)}; it can be %, ss, fs or a whole number`);
    return [{ place: Number(place), axis }];
  });
  if (stated.length === 0) return ["slow", "fast"];
  const axes = stated.sort((one, other) => one.place - other.place).map(({ axis }) => axis);
  for (const [axis, word] of [["slow", "ss"], ["fast", "fs"]] as const) {
    if (axes.filter((each) => each === axis).length !== 1) throw new InputError(`${name}: of the axes dim0 to dim${axes.length - 1} one must be ${word}`);
  }
  return axes;
}
