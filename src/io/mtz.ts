import { allocate } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { fromData, type NdArray } from "../ndarray/ndarray.js";
import { parseCount, parseNumber, quote } from "./field.js";
import { parseSymmetryOperator, type SymmetryOperator } from "./symmetry.js";

/** A column of an MTZ file. */
export interface MtzColumn {
  /** its name in the file */
  readonly label: string;
  /** one letter: H index, F amplitude, J intensity, P phase, Q standard deviation, I integer, ... */
  readonly type: string;
  /** number of the data set that it belongs to; 0 for none */
  readonly datasetId: number;
}

/** A data set of an MTZ file: measurements of one crystal at one wavelength. */
export interface MtzDataset {
  /** its number in the file */
  readonly id: number;
  /** name of the project */
  readonly project: string;
  /** name of the crystal */
  readonly crystal: string;
  /** name of the data set */
  readonly name: string;
  /** angstrom and degrees; undefined where the file has none */
  readonly cell: Cell | undefined;
  /** undefined where the file has none, or 0 */
  readonly wavelengthA: number | undefined;
}

/** a, b, c in angstrom, alpha, beta, gamma in degrees. */
export type Cell = readonly [a: number, b: number, c: number, alpha: number, beta: number, gamma: number];

/** A CCP4 reflection file as read. */
export interface Mtz {
  /** what error messages call the file */
  readonly name: string;
  /** the TITLE record */
  readonly title: string;
  /** the CELL record, or else the first data set's cell */
  readonly cell: Cell;
  /** Hermann-Mauguin symbol; empty where the file has none */
  readonly spaceGroupName: string;
  /** number in International Tables, or CCP4's; undefined where the file has none */
  readonly spaceGroupNumber: number | undefined;
  /** the SYMM records, in their order */
  readonly symmetryOperators: readonly SymmetryOperator[];
  /** how many operators the SYMINF record announces; undefined where the file does not say */
  readonly announcedOperators: number | undefined;
  /** batches of an unmerged file; 0 in a merged one */
  readonly batches: number;
  /** angstrom, the largest and the smallest spacing of lattice planes; undefined where the file does not say */
  readonly resolutionA: readonly [low: number, high: number] | undefined;
  /** in the order of the file */
  readonly datasets: readonly MtzDataset[];
  /** in the order of the file */
  readonly columns: readonly MtzColumn[];
  /** float64 of shape [reflections, columns], NaN where a value is missing */
  readonly data: NdArray;
}

const firstDataByte = 80;
const recordLength = 80;

/**
 * Reads an MTZ file, merged or not, of either byte order; batch headers and history are not looked at.
 * @param name what error messages call the bytes
 * @throws InputError when it is not one, is cut short, or its header contradicts itself
 * Source: CCP4 documentation, "MTZ file format".
 */
export function parseMtz(bytes: Uint8Array, name: string): Mtz {
  const littleEndian = isLittleEndian(bytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerStart = headerPosition(view, littleEndian, name);
  const { facts, rows, missing } = readHeader(bytes, headerStart, name);
  const { columns } = facts;
  const wanted = firstDataByte + 4 * rows * columns.length;
  if (wanted > headerStart) {
    throw new InputError(
      `${name}: ${rows} reflections of ${columns.length} columns need ${wanted} bytes, but the header begins at byte ${headerStart}`,
    );
  }
  const data = allocate("float64", rows * columns.length);
  for (let i = 0; i < data.length; i++) {
    const value = view.getFloat32(firstDataByte + 4 * i, littleEndian);
    const isMissing = value === missing && columns[i % columns.length].type !== "H";
    data[i] = isMissing ? NaN : value;
  }
  return { name, ...facts, data: fromData(data, [rows, columns.length]) };
}

/** The machine stamp's first half byte tells how floats are stored: 1 big-endian, 4 little-endian. */
function isLittleEndian(bytes: Uint8Array, name: string): boolean {
  if (bytes.length < firstDataByte || String.fromCharCode(...bytes.subarray(0, 4)) !== "MTZ ") {
    throw new InputError(`${name} is not an MTZ file: it does not begin with "MTZ "`);
  }
  const format = bytes[8] >> 4;
  if (format !== 1 && format !== 4) {
    throw new InputError(`${name}: the machine stamp stands for number format ${format}; this reads 1 (big-endian) and 4 (little-endian)`);
  }
  return format === 4;
}

/** Where the header begins; the position is counted in words of 4 bytes from 1, and -1 says that 8 bytes at byte 12 hold it. */
function headerPosition(view: DataView, littleEndian: boolean, name: string): number {
  const short = view.getInt32(4, littleEndian);
  const word = short === -1 ? Number(view.getBigInt64(12, littleEndian)) : short;
  const start = 4 * (word - 1);
  if (start < firstDataByte || start + recordLength > view.byteLength) {
    throw new InputError(`${name} has ${view.byteLength} bytes, but says that its header begins at byte ${start}; it may be cut short`);
  }
  return start;
}

interface Header {
  readonly facts: Omit<Mtz, "name" | "data">;
  readonly rows: number;
  readonly missing: number;
}

function readHeader(bytes: Uint8Array, start: number, name: string): Header {
  const decoder = new TextDecoder("latin1");
  const columns: MtzColumn[] = [];
  const datasets = new Map<number, MtzDataset>();
  const symmetryOperators: SymmetryOperator[] = [];
  let title = "";
  let size: readonly number[] | undefined;
  let cell: Cell | undefined;
  let spaceGroupName = "";
  let spaceGroupNumber: number | undefined;
  let announcedOperators: number | undefined;
  let resolutionA: readonly [number, number] | undefined;
  let missing = NaN;
  let batches = 0;
  const describe = (id: string, facts: Partial<MtzDataset>): void => {
    const number = count(id, "dataset number", name);
    const known = datasets.get(number);
    const blank = { id: number, project: "", crystal: "", name: "", cell: undefined, wavelengthA: undefined };
    datasets.set(number, { ...(known ?? blank), ...facts });
  };
  for (let at = start; ; at += recordLength) {
    if (at + recordLength > bytes.length) throw new InputError(`${name}: no END record closes the header; the file may be cut short`);
    const record = decoder.decode(bytes.subarray(at, at + recordLength));
    const [keyword, ...words] = record.trim().split(/\s+/);
    const rest = record.trim().slice(keyword.length).trim();
    if (keyword === "END") break;
    switch (keyword) {
      case "TITLE":
        title = rest;
        break;
      case "NCOL":
        size = words.slice(0, 2).map((word) => count(word, "size in the NCOL record", name));
        batches = parseCount(words[2] ?? "") || 0;
        break;
      case "CELL":
        cell = parseCell(words);
        if (!cell) throw new InputError(`${name}: the CELL record ${quote(rest)} is not three lengths (A) and three angles (degrees)`);
        break;
      case "SYMINF":
        announcedOperators = parseCount(words[0] ?? "") || undefined;
        spaceGroupNumber = parseCount(words[3] ?? "") || undefined;
        spaceGroupName = /'([^']*)'/.exec(rest)?.[1].trim() ?? words[4] ?? "";
        break;
      case "SYMM":
        symmetryOperators.push(parseSymmetryOperator(rest, `${name}, SYMM record ${symmetryOperators.length + 1}`));
        break;
      case "RESO":
        resolutionA = parseResolution(words);
        break;
      case "VALM":
        // The flag is printed in decimal, but compared with float32 values.
        missing = Math.fround(parseNumber(words[0] ?? ""));
        break;
      case "COLUMN":
        columns.push(parseColumn(words, columns.length + 1, name));
        break;
      case "PROJECT":
        describe(words[0] ?? "", { project: words.slice(1).join(" ") });
        break;
      case "CRYSTAL":
        describe(words[0] ?? "", { crystal: words.slice(1).join(" ") });
        break;
      case "DATASET":
        describe(words[0] ?? "", { name: words.slice(1).join(" ") });
        break;
      case "DCELL":
        describe(words[0] ?? "", { cell: parseCell(words.slice(1)) });
        break;
      case "DWAVEL":
        describe(words[0] ?? "", { wavelengthA: parseNumber(words[1] ?? "") || undefined });
        break;
    }
  }
  cell ??= [...datasets.values()].find((dataset) => dataset.cell)?.cell;
  if (!cell) throw new InputError(`${name}: the header has no CELL record`);
  if (size?.length !== 2) throw new InputError(`${name}: the header has no NCOL record with the numbers of columns and reflections`);
  const [columnCount, rows] = size;
  if (columnCount !== columns.length || columnCount < 3) {
    throw new InputError(`${name}: the header says ${columnCount} columns and describes ${columns.length}; H, K, L at least are needed`);
  }
  const facts = {
    title,
    cell,
    spaceGroupName,
    spaceGroupNumber,
    symmetryOperators,
    announcedOperators,
    batches,
    resolutionA,
    datasets: [...datasets.values()],
    columns,
  };
  return { facts, rows, missing };
}

function count(word: string, what: string, name: string): number {
  const value = parseCount(word);
  if (Number.isNaN(value)) throw new InputError(`${name}: the ${what} is ${quote(word)}; it must be a whole number of at least 0`);
  return value;
}

function parseCell(words: readonly string[]): Cell | undefined {
  const [a, b, c, alpha, beta, gamma] = words.slice(0, 6).map(parseNumber);
  const isCell = [a, b, c, alpha, beta, gamma].every((value) => value > 0) && Math.max(alpha, beta, gamma) < 180;
  return isCell ? [a, b, c, alpha, beta, gamma] : undefined;
}

/** From 1/d^2, smallest and largest, as the RESO record has them. */
function parseResolution(words: readonly string[]): readonly [number, number] | undefined {
  const [low, high] = words.slice(0, 2).map((word) => 1 / Math.sqrt(parseNumber(word)));
  return low > 0 && high > 0 ? [low, high] : undefined;
}

function parseColumn(words: readonly string[], number: number, name: string): MtzColumn {
  const [label, type] = words;
  if (words.length < 2 || type.length !== 1) throw new InputError(`${name}: COLUMN record ${number} has no label and one-letter type`);
  return { label, type, datasetId: parseCount(words[4] ?? "") || 0 };
}
