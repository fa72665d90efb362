/** Reflection tables of DIALS, the files .refl. */
import { InputError } from "../ndarray/errors.js";
import { formatMsgpack, parseMsgpack, type Packed } from "./msgpack.js";

/** How many numbers an element of each type of column has, and of which kind they are. */
const types = {
  int: { width: 1, kind: "int32" },
  "std::size_t": { width: 1, kind: "uint64" },
  double: { width: 1, kind: "float64" },
  int6: { width: 6, kind: "int32" },
  "cctbx::miller::index<>": { width: 3, kind: "int32" },
  "vec3<double>": { width: 3, kind: "float64" },
} as const;
type ColumnType = keyof typeof types;
type Kind = (typeof types)[ColumnType]["kind"];
const bytesOf: Readonly<Record<Kind, number>> = { int32: 4, uint64: 8, float64: 8 };

/** A column: for each reflection one number or several. */
export interface ReflectionColumn {
  readonly type: ColumnType;
  /** row by row */
  readonly values: readonly number[];
}

/** A table of reflections. */
export interface ReflectionTable {
  /** number of reflections */
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ReflectionColumn>;
  /** names of the experiments by their numbers, where the file has them */
  readonly identifiers: ReadonlyMap<number, string>;
}

const magic = "dials::af::reflection_table";
const version = 2;

/** @throws InputError when a column has not as many rows as the others */
export function formatReflectionTable({ rows, columns, identifiers }: ReflectionTable): Uint8Array {
  const data = new Map<Packed, Packed>();
  for (const [name, { type, values }] of columns) {
    const { width, kind } = types[type];
    if (values.length !== rows * width) throw new InputError(`the column ${name} has ${values.length} numbers; ${rows} reflections need ${rows * width}`);
    const bytes = new Uint8Array(values.length * bytesOf[kind]);
    const view = new DataView(bytes.buffer);
    values.forEach((value, i) => {
      if (kind === "int32") view.setInt32(4 * i, value, true);
      else if (kind === "uint64") view.setBigUint64(8 * i, BigInt(value), true);
      else view.setFloat64(8 * i, value, true);
    });
    data.set(name, [type, [rows, bytes]]);
  }
  return formatMsgpack([magic, version, new Map<Packed, Packed>([["identifiers", new Map(identifiers)], ["nrows", rows], ["data", data]])]);
}

/**
 * Reads a table; columns of other types are passed over.
 * @param name what error messages call the bytes
 * @throws InputError when it is none, or a damaged one
 */
export function parseReflectionTable(bytes: Uint8Array, name: string): ReflectionTable {
  const file = parseMsgpack(bytes, name);
  if (!isList(file) || file[0] !== magic) throw new InputError(`${name} is no reflection table of DIALS`);
  const content = file[2];
  if (file[1] !== version || !isMap(content)) throw new InputError(`${name} is a reflection table of version ${String(file[1])}; ${version} is read`);
  const [rows, data, named] = [content.get("nrows"), content.get("data"), content.get("identifiers")];
  if (typeof rows !== "number" || !isMap(data)) throw new InputError(`${name}: the reflection table has no nrows or no data`);
  const columns = new Map<string, ReflectionColumn>();
  for (const [key, column] of data) {
    const [type, content] = isList(column) ? column : [];
    const [count, values] = isList(content) ? content : [];
    if (typeof key !== "string" || typeof type !== "string" || !isType(type)) continue;
    const { width, kind } = types[type];
    if (count !== rows || !(values instanceof Uint8Array) || values.length !== rows * width * bytesOf[kind]) {
      throw new InputError(`${name}: the column ${key} does not hold ${rows} values of the type ${type}`);
    }
    columns.set(key, { type, values: numbersIn(values, kind) });
  }
  const identifiers = new Map<number, string>();
  if (isMap(named)) for (const [key, value] of named) if (typeof key === "number" && typeof value === "string") identifiers.set(key, value);
  return { rows, columns, identifiers };
}

function numbersIn(bytes: Uint8Array, kind: Kind): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / bytesOf[kind] }, (_, i) => {
    if (kind === "int32") return view.getInt32(4 * i, true);
    return kind === "uint64" ? Number(view.getBigUint64(8 * i, true)) : view.getFloat64(8 * i, true);
  });
}

function isType(type: string): type is ColumnType {
  return type in types;
}

function isList(value: Packed | undefined): value is readonly Packed[] {
  return Array.isArray(value);
}

function isMap(value: Packed | undefined): value is ReadonlyMap<Packed, Packed> {
  return value instanceof Map;
}
