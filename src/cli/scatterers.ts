import { parseCns, isCns } from "../io/cns.js";
import { parseCoordinateCif } from "../io/coordinate-cif.js";
import type { Coordinates } from "../io/coordinates.js";
import { quote } from "../io/field.js";
import { parseHkl, type Reflections } from "../io/hkl.js";
import type { MeasuredReflections } from "../io/measured.js";
import { expandToP1 } from "../io/mtz-expansion.js";
import { intensitiesOf } from "../io/mtz-measured.js";
import { parseMtz, type Cell, type Mtz } from "../io/mtz.js";
import { symmetryDoubts } from "../io/coordinate-doubts.js";
import { parsePdb } from "../io/pdb.js";
import { isShelxHkl, parseShelxHkl } from "../io/shelx-hkl.js";
import { operatorsOf, spaceGroupNamed } from "../io/space-groups.js";
import type { SymmetryOperator } from "../io/symmetry.js";
import { parseStructureFactorCif } from "../io/structure-factor-cif.js";
import { isXdsAscii, parseXdsAscii } from "../io/xds-ascii.js";
import type { UnitCell } from "../models/crystal.js";
import { InputError } from "../ndarray/errors.js";
import { amplitudesFrom, chooseColumn } from "../structure/measured.js";
import { completeness } from "../structure/completeness.js";
import { expand } from "../structure/expand.js";
import { fill } from "../structure/fill.js";
import { Symmetry } from "../structure/symmetry.js";
import type { Amplitudes } from "../structure/measured.js";

/** What a file of a crystal's scattering can be. */
export type ScatteringFormat = "mtz" | "coordinates" | "structure-factor cif" | "xds" | "shelx" | "cns" | "hkl";

/** What a file holds, by its content. */
export function scatteringFormat(bytes: Uint8Array): ScatteringFormat {
  if (String.fromCharCode(...bytes.subarray(0, 4)) === "MTZ ") return "mtz";
  if (beginsAsHkl(bytes)) return "hkl";
  const text = new TextDecoder("latin1").decode(bytes);
  if (/^\s*data_/im.test(text)) return /^\s*_refln[._]index_h/im.test(text) && !/^\s*_atom_site[._](Cartn|fract)_x/im.test(text) ? "structure-factor cif" : "coordinates";
  if (/^(CRYST1|ATOM  |HETATM)/m.test(text)) return "coordinates";
  if (isXdsAscii(text)) return "xds";
  if (isCns(text)) return "cns";
  return isShelxHkl(text) && !isFourColumns(text) ? "shelx" : "hkl";
}

/** Whether the first lines, but for comments, are h k l F, as in no other format. */
export function beginsAsHkl(bytes: Uint8Array): boolean {
  const whole = new TextDecoder("latin1").decode(bytes.subarray(0, 2 ** 13)).split("\n").slice(0, -1);
  const lines = whole.filter((line) => line.trim() !== "" && !/^\s*[#!]/.test(line)).slice(0, 20);
  return lines.length > 8 && lines.every((line) => /^\s*-?\d{1,5}\s+-?\d{1,5}\s+-?\d{1,5}\s+[-+.\d]\S*\s*$/.test(line));
}

/** Whether the first lines hold h k l F and nothing else. */
function isFourColumns(text: string): boolean {
  const lines = text.split("\n", 20).filter((line) => line.trim() !== "" && !/^\s*[#!]/.test(line));
  return lines.every((line) => line.trim().split(/\s+/).length === 4);
}

/** What options say of a list of reflections. */
export interface ScatteringOptions {
  /** label of a column, in a file of several blocks with the block's name and / in front */
  readonly column?: string | undefined;
  /** where the file does not say it */
  readonly cell?: Cell | undefined;
  readonly spaceGroup?: string | undefined;
  /** where neither the file nor a name says them */
  readonly operators?: readonly SymmetryOperator[] | undefined;
  /** puts in what is missing: the root mean square of like resolution */
  readonly fill?: boolean | undefined;
}

/** Amplitudes of a file over the full sphere, and what it says of the crystal. */
export interface ListedScattering extends Reflections {
  readonly columns: readonly string[];
  readonly cell: Cell | undefined;
  readonly wavelengthA: number | undefined;
  /** completeness and what else is told without being a fault */
  readonly notes: readonly string[];
}

/** A cell of which b and c are as a, and angles 90, where they are left out. */
export function wholeCell([a, b = a, c = a, alpha = 90, beta = 90, gamma = 90]: readonly number[]): Cell {
  return [a, b, c, alpha, beta, gamma];
}

export function unitCellOf([a, b, c, alpha, beta, gamma]: Cell): UnitCell {
  return { a, b, c, alpha, beta, gamma };
}

export function parseCoordinates(bytes: Uint8Array, name: string): Coordinates {
  const text = new TextDecoder("latin1").decode(bytes);
  return /^\s*data_/im.test(text) ? parseCoordinateCif(text, name) : parsePdb(text, name);
}

const optionOf = { column: "-column", spaceGroup: "-spacegroup", fill: "-fill" } as const;

/** What is said of options that a file leaves no use for. */
function unheeded(name: string, options: ScatteringOptions, unused: readonly (keyof typeof optionOf)[], why: string): string[] {
  return unused.filter((option) => options[option] !== undefined && options[option] !== false).map((option) => `${name}: ${optionOf[option]} is not used; ${why}`);
}

/** The amplitudes of a plain list. */
export function plainScattering({ warnings, ...reflections }: Reflections, name: string, options: ScatteringOptions = {}): ListedScattering {
  const unused = unheeded(name, options, ["column", "spaceGroup", "fill"], "a list of h k l F is taken as it is, as a full sphere in P 1");
  return { ...reflections, warnings: [...warnings, ...unused], columns: [], cell: undefined, wavelengthA: undefined, notes: [] };
}

/**
 * The amplitudes that a file lists, expanded to P 1.
 * @throws InputError when the file cannot be read, or nothing says its cell or symmetry
 */
export function listedScattering(bytes: Uint8Array, name: string, options: ScatteringOptions = {}): ListedScattering {
  const format = scatteringFormat(bytes);
  if (format === "hkl") return plainScattering(parseHkl(bytes, name), name, options);
  if (format === "mtz") {
    const mtz = parseMtz(bytes, name);
    if (!isOfIntensities(mtz, options.column) && !options.fill) {
      const expanded = expandToP1(mtz, options.column);
      return { ...expanded, warnings: [...expanded.warnings, ...unheeded(name, options, ["spaceGroup"], "the file states its own symmetry")], notes: [] };
    }
  }
  const { amplitudes, symmetry, cell, label, table, notes, warnings } = measuredAmplitudes(bytes, name, options);
  const expanded = expand(amplitudes, symmetry);
  if (expanded.lonely > 0) warnings.push(`${name}: of ${expanded.lonely} reflections only one Friedel mate has an amplitude; the other is taken to be equal`);
  return { ...expanded, columns: [label], cell, wavelengthA: table.wavelengthA, warnings, notes };
}

/** Amplitudes of a file, of unique reflections. */
export interface MeasuredAmplitudes {
  readonly amplitudes: Amplitudes;
  readonly symmetry: Symmetry;
  readonly cell: Cell;
  readonly label: string;
  readonly table: MeasuredReflections;
  readonly notes: string[];
  readonly warnings: string[];
}

export function measuredAmplitudes(bytes: Uint8Array, name: string, { column, cell: givenCell, spaceGroup, operators: usual, fill: wantsFill }: ScatteringOptions): MeasuredAmplitudes {
  const { tables, wanted } = tablesOf(bytes, name, column);
  const table = tables.find(({ columns }) => columns.length > 0) ?? tables[0];
  const cell = table.cell ?? givenCell;
  if (cell === undefined) throw new InputError(`${name} does not say its unit cell; give it with -cell`);
  const group = spaceGroup === undefined ? undefined : spaceGroupNamed(spaceGroup, cell.slice(3));
  if (spaceGroup !== undefined && group === undefined) throw new InputError(`-spacegroup is ${quote(spaceGroup)}, which is no space group`);
  const operators = group === undefined ? (table.operators ?? usual) : operatorsOf(group);
  if (operators === undefined) throw new InputError(`${name} does not say its symmetry; give it with -spacegroup`);
  const symmetry = new Symmetry(operators);
  const unitCell = unitCellOf(cell);
  const chosen = chooseColumn(table, wanted);
  const found = amplitudesFrom(table, chosen, unitCell, symmetry);
  const warnings = [...table.warnings, ...found.warnings, ...symmetryDoubts(name, cell, operators, group?.name ?? table.spaceGroupName)];
  if (group !== undefined && table.operators !== undefined && operators.length !== table.operators.length) warnings.push(`${name} states the space group ${table.spaceGroupName || `of ${table.operators.length} operators`}, and the given ${group.name} is taken`);
  const others = tables.flatMap((each) => each.columns.filter((other) => each !== table || other !== chosen).map(({ label }) => (each === table ? label : `${each.name.split(" ").at(-1)}/${label}`)));
  const made = chosen.kind === "amplitude" ? "" : chosen.sigmas ? ", as the amplitudes to be expected behind intensities (French and Wilson)" : ", as roots of intensities";
  const notes = [`${table.name}: amplitudes are taken from ${chosen.label}${chosen.mates ? " and its Friedel mates" : ""}${made}${others.length > 0 ? `; --column takes another one (${others.join(", ")})` : ""}`];
  const shells = completeness(found, unitCell, symmetry);
  notes.push(`${table.name}: complete to ${shells.map(({ highA, listed, possible }) => `${highA.toFixed(2)} A ${percent(listed, possible)}`).join(", ")}`);
  if (!wantsFill) return { amplitudes: found, symmetry, cell, label: chosen.label, table, notes, warnings };
  const filled = fill(found, unitCell, symmetry);
  notes.push(`${table.name}: ${filled.filled} missing reflections are filled with the root mean square amplitude of their resolution`);
  return { amplitudes: filled, symmetry, cell, label: chosen.label, table, notes, warnings };
}

const percent = (part: number, whole: number): string => `${whole > 0 ? Math.round((100 * part) / whole) : 0} %`;

function isOfIntensities({ columns }: Mtz, wanted: string | undefined): boolean {
  if (wanted !== undefined) return columns.some(({ label, type }) => label === wanted && /[JK]/.test(type));
  return columns.some(({ type }) => /[JK]/.test(type)) && !columns.some(({ type }) => /[FG]/.test(type));
}

/** The lists of a file, of which the wanted column's comes first, and the label in it. */
function tablesOf(bytes: Uint8Array, name: string, column: string | undefined): { readonly tables: readonly MeasuredReflections[]; readonly wanted: string | undefined } {
  const text = (): string => new TextDecoder("latin1").decode(bytes);
  switch (scatteringFormat(bytes)) {
    case "mtz":
      return { tables: [intensitiesOf(parseMtz(bytes, name))], wanted: column };
    case "xds":
      return { tables: [parseXdsAscii(text(), name)], wanted: column };
    case "cns":
      return { tables: [parseCns(text(), name)], wanted: column };
    case "shelx":
      return { tables: [parseShelxHkl(text(), name, column === "F" ? "amplitude" : "intensity")], wanted: column };
    case "structure-factor cif": {
      const tables = parseStructureFactorCif(text(), name);
      const [block, label] = column?.includes("/") ? column.split("/", 2) : [undefined, column];
      const own = tables.filter((table) => (block === undefined || table.name.endsWith(`block ${block}`)) && (label === undefined || table.columns.some((each) => each.label === label)));
      if (own.length === 0) {
        const available = tables.flatMap((table) => table.columns.map((each) => `${tables.length > 1 ? `${table.name.split(" ").at(-1)}/` : ""}${each.label}`));
        throw new InputError(`${name} has no column ${quote(column ?? "")}; it has ${available.join(", ")}`);
      }
      return { tables: [...own, ...tables.filter((table) => !own.includes(table))], wanted: label };
    }
    default:
      throw new InputError(`${name} holds coordinates, and reflections are needed`);
  }
}
