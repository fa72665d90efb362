import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Dataset, Group } from "h5wasm/node";
import { InputError } from "../../ndarray/errors.js";

/** What is read of an HDF5 file, by paths that begin at its root. */
export interface Hdf5File {
  readonly name: string;
  /** names in a group; none where there is no such group */
  keys(path: string): readonly string[];
  dataset(path: string): Hdf5Dataset | undefined;
  /** the attribute of a group or data set, text or numbers */
  attribute(path: string, attribute: string): string | readonly number[] | undefined;
}

export interface Hdf5Dataset {
  readonly path: string;
  readonly shape: readonly number[];
  /** "uint32", "float64" or the like; "" where the values are no numbers */
  readonly numberType: string;
  text(): string | undefined;
  /** all its numbers */
  numbers(): readonly number[];
  /** the numbers at an index of the first axis */
  plane(index: number): ArrayLike<number>;
  /** the numbers between a beginning and an end along each axis, the last axis fastest */
  part(ranges: readonly (readonly [begin: number, end: number])[]): ArrayLike<number>;
}

/** What reading a file needs is not installed. */
export class MissingPackageError extends InputError {}

const install = "npm install h5wasm@0.8 h5wasm-plugins@0.2";

/** Filters that come with the library, and the files of the plugins that the others need. */
const builtIn: ReadonlySet<number> = new Set([1, 2, 3, 5, 6]);
const plugins: ReadonlyMap<number, string> = new Map([
  [307, "bz2"],
  [32000, "lzf"],
  [32001, "blosc"],
  [32004, "lz4"],
  [32008, "bshuf"],
  [32013, "zfp"],
  [32015, "zstd"],
  [32026, "blosc2"],
]);

/**
 * Opens an HDF5 file, does something with it, and closes it.
 * @param path of the file on the disk
 * @param name what error messages call it
 * @throws MissingPackageError when an optional package that it needs is not installed; InputError when the file is damaged
 */
export async function withHdf5<T>(path: string, name: string, use: (file: Hdf5File) => T): Promise<T> {
  const library = await import("h5wasm/node").catch((error: unknown) => {
    throw new MissingPackageError(`${name} is an HDF5 file, and reading it needs optional packages: ${install}`, { cause: error });
  });
  const module = await library.ready;
  module.activate_throwing_error_handler();
  const folder = pluginFolder();
  if (folder !== undefined && !module.get_plugin_search_paths().includes(folder)) module.insert_plugin_search_path(folder, 0);
  const attempt = <R>(what: string, action: () => R): R => {
    try {
      return action();
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`${name} cannot be read: ${what} is damaged or cut short`, { cause: error });
    }
  };
  const file = attempt("the HDF5 file", () => new library.File(path, "r"));
  // Part by part: what is not there is an error of the library, and prints.
  const entity = (at: string): Group | Dataset | undefined => {
    let found: Group | Dataset = file;
    for (const part of at.split("/").filter((word) => word !== "")) {
      if (!(found instanceof library.Group)) return undefined;
      const group: Group = found;
      const next = attempt(at, () => (group.keys().includes(part) ? group.get(part) : undefined));
      if (!(next instanceof library.Group || next instanceof library.Dataset)) return undefined;
      found = next;
    }
    return found;
  };
  const keys = (at: string): readonly string[] => {
    const group = entity(at);
    return group instanceof library.Group ? attempt(at, () => group.keys()) : [];
  };
  try {
    return use({
      name,
      keys,
      dataset: (at) => {
        const found = entity(at);
        return found instanceof library.Dataset ? datasetOf(found, name, dirname(path), folder, attempt) : undefined;
      },
      attribute: (at, attribute) => {
        const attributes = attempt(at, () => entity(at)?.attrs ?? {});
        return attribute in attributes ? plain(attempt(at, () => attributes[attribute].value)) : undefined;
      },
    });
  } finally {
    attempt("the HDF5 file", () => file.close());
  }
}

function pluginFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("h5wasm-plugins")), "plugins");
  } catch {
    return undefined;
  }
}

type Attempt = <R>(what: string, action: () => R) => R;

function datasetOf(dataset: Dataset, name: string, home: string, folder: string | undefined, attempt: Attempt): Hdf5Dataset {
  const { path } = dataset;
  const metadata = attempt(path, () => dataset.metadata);
  const shape = metadata.shape ?? [];
  const read = (slices?: readonly (readonly [number, number])[]): unknown => {
    for (const { file_name: source } of metadata.virtual_sources ?? []) {
      if (source !== "." && !existsSync(resolve(home, source))) throw new InputError(`${name}: ${path} lies in ${source}, which is not there`);
    }
    checkFilters(attempt(path, () => dataset.filters), `${name}: ${path}`, folder);
    return attempt(path, () => (slices ? dataset.slice(slices.map(([begin, end]): [number, number] => [begin, end])) : dataset.value));
  };
  const numbers = (value: unknown): ArrayLike<number> => {
    const list = numbersOf(value);
    if (list === undefined) throw new InputError(`${name}: ${path} does not hold numbers`);
    return list;
  };
  const isInteger = metadata.type === 0;
  const isFloat = metadata.type === 1;
  return {
    path,
    shape,
    numberType: isInteger ? `${metadata.signed ? "int" : "uint"}${8 * metadata.size}` : isFloat ? `float${8 * metadata.size}` : "",
    text: () => {
      const value = plain(read());
      return typeof value === "string" ? value : undefined;
    },
    numbers: () => Array.from(numbers(read())),
    plane: (index) => numbers(read([[index, index + 1], ...shape.slice(1).map((extent) => [0, extent] as const)])),
    part: (ranges) => numbers(read(ranges)),
  };
}

/** Refuses filters that nothing here undoes: without them the library gives numbers that mean nothing. */
function checkFilters(filters: readonly { readonly id: number; readonly name: string }[], where: string, folder: string | undefined): void {
  for (const { id, name } of filters) {
    if (builtIn.has(id)) continue;
    const plugin = plugins.get(id);
    const called = `filter ${id}${name === "" ? "" : ` (${name.replace(/;.*/, "")})`}`;
    if (plugin === undefined) throw new InputError(`${where} is packed by the HDF5 ${called}, which cannot be undone here`);
    if (folder === undefined || !existsSync(join(folder, `libH5Z${plugin}.so`))) {
      throw new MissingPackageError(`${where} is packed by the HDF5 ${called}, and undoing it needs an optional package: ${install}`);
    }
  }
}

function numbersOf(value: unknown): ArrayLike<number> | undefined {
  if (typeof value === "number") return [value];
  if (typeof value === "bigint") return [Number(value)];
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Array.from(value, Number);
  if (ArrayBuffer.isView(value)) return isNumberList(value) ? value : undefined;
  return Array.isArray(value) && value.every((entry) => typeof entry === "number") ? value : undefined;
}

function isNumberList(value: object): value is ArrayLike<number> {
  return "length" in value && (!("0" in value) || typeof value[0] === "number");
}

function plain(value: unknown): string | readonly number[] | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === "string") return value[0];
  const list = numbersOf(value);
  return list === undefined ? undefined : Array.from(list);
}
