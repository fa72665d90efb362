import { InputError } from "../ndarray/errors.js";
import { parseNumber, quote } from "./field.js";
import { ReflectionRows, type MeasuredReflections } from "./measured.js";
import type { Cell } from "./mtz.js";
import { operatorsOf, spaceGroupNumbered } from "./space-groups.js";

/** Whether a text is what XDS calls XDS_ASCII. */
export function isXdsAscii(text: string): boolean {
  return /^!FORMAT=XDS_ASCII\b/.test(text);
}

/**
 * Reads XDS_ASCII.HKL: scaled intensities, merged or not. What XDS marks as a misfit, by a negative standard deviation, is left out.
 * @param name what error messages call the text
 * @throws InputError that names the line
 * Source: W. Kabsch, XDS, "XDS_ASCII.HKL" in the list of files.
 */
export function parseXdsAscii(text: string, name: string): MeasuredReflections {
  if (!isXdsAscii(text)) throw new InputError(`${name} is no XDS_ASCII file: it does not begin with !FORMAT=XDS_ASCII`);
  const header = new Map<string, string>();
  const items = new Map<string, number>();
  const rows = new ReflectionRows();
  let misfits = 0;
  let isEnded = false;
  let inHeader = true;
  text.split("\n").forEach((line, i) => {
    const where = `${name}, line ${i + 1}`;
    if (line.startsWith("!")) {
      if (line.startsWith("!END_OF_HEADER")) inHeader = false;
      if (line.startsWith("!END_OF_DATA")) isEnded = true;
      for (const [, key, value] of line.matchAll(/([A-Z_][A-Z_0-9.'()-]*)=\s*([^=!]*?)(?=\s+[A-Z_][A-Z_0-9.'()-]*=|\s*$)/g)) {
        if (key.startsWith("ITEM_")) items.set(key.slice(5), Number(value) - 1);
        else if (inHeader) header.set(key, value);
      }
      return;
    }
    if (line.trim() === "" || isEnded) return;
    if (inHeader) throw new InputError(`${where}: a reflection stands before !END_OF_HEADER`);
    const words = line.trim().split(/\s+/);
    const value = (item: string, usual: number): number => {
      const word = words[items.get(item) ?? usual] ?? "";
      const number = parseNumber(word);
      if (Number.isNaN(number)) throw new InputError(`${where}: ${item} is ${quote(word)}; it must be a number`);
      return number;
    };
    const [intensity, sigma] = [value("IOBS", 3), value("SIGMA(IOBS)", 4)];
    if (sigma < 0) {
      misfits++;
      return;
    }
    rows.begin(value("H", 0), value("K", 1), value("L", 2), where);
    rows.set("IOBS", intensity);
    rows.set("SIGMA", sigma);
  });
  const values = rows.column("IOBS");
  if (values === undefined) throw new InputError(`${name} holds no reflection`);
  const warnings: string[] = [];
  if (misfits > 0) warnings.push(`${name}: ${misfits} misfits (of negative standard deviation) are left out`);
  if (!isEnded) warnings.push(`${name} has no !END_OF_DATA; it may be cut short`);
  const cell = cellOf(header, name);
  const number = Number(header.get("SPACE_GROUP_NUMBER"));
  const group = spaceGroupNumbered(number, cell.slice(3));
  if (group === undefined) throw new InputError(`${name}: SPACE_GROUP_NUMBER is ${quote(header.get("SPACE_GROUP_NUMBER") ?? "")}; it must be 1 to 230`);
  const wavelengthA = parseNumber(header.get("X-RAY_WAVELENGTH") ?? "");
  return {
    name,
    cell,
    spaceGroupName: group.name,
    operators: operatorsOf(group),
    wavelengthA: wavelengthA > 0 ? wavelengthA : undefined,
    ...rows.indices(),
    columns: [{ label: "IOBS", kind: "intensity", isCalculated: false, values, sigmas: rows.column("SIGMA"), mates: undefined }],
    areMatesApart: (header.get("FRIEDEL'S_LAW") ?? "TRUE").startsWith("FALSE"),
    warnings,
  };
}

function cellOf(header: ReadonlyMap<string, string>, name: string): Cell {
  const words = header.get("UNIT_CELL_CONSTANTS") ?? "";
  const [a, b, c, alpha, beta, gamma] = words.trim().split(/\s+/).map(parseNumber);
  const cell: Cell = [a, b, c, alpha, beta, gamma];
  if (!cell.every((value) => value > 0)) throw new InputError(`${name}: UNIT_CELL_CONSTANTS are ${quote(words)}; three lengths and three angles are needed`);
  return cell;
}
