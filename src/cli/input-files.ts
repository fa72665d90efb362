import { resolve } from "node:path";
import { parseFdump } from "../io/fdump.js";
import { readBinaryFile, readTextFile } from "../io/files.js";
import type { Reflections } from "../io/hkl.js";
import { headerSettings, type HeaderSettings } from "../io/header-settings.js";
import { smvContradictions } from "../io/smv-record.js";
import { maskOf } from "../io/mask.js";
import { matrixCell, parseMatrix, type MosflmMatrix } from "../io/mosflm-matrix.js";
import type { Cell } from "../io/mtz.js";
import { parseSmv } from "../io/smv.js";
import { parseSources, type ListedSource } from "../io/source-list.js";
import { roomForGrid, StructureFactors, type LeavingPolicy } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { readCurve, type ListedCurve } from "./amorphous-from-flags.js";
import { calculatedScattering, fittedScattering } from "./coordinates-scattering.js";
import type { SimulateFlag } from "./flags.js";
import { readGeometry, type StatedGeometry } from "./geometry-from-flags.js";
import type { Given } from "./parse-flags.js";
import { listContent, readReflectionFile, type ReadList } from "./reflection-file.js";
import { listedScattering, plainScattering, scatteringFormat, wholeCell, type ListedScattering } from "./scatterers.js";
import { wavelengthOf } from "./wavelength.js";

/** What the files of a command line say. */
export interface InputFiles {
  readonly structureFactors: StructureFactors | number;
  /** whether the structure factors come from a text that is worth a binary dump */
  readonly isWorthDump: boolean;
  /** what the MTZ file says of its crystal */
  readonly mtz: MtzFacts | undefined;
  readonly matrix: MosflmMatrix | undefined;
  /** the cell that the matrix file states behind its matrix */
  readonly matrixCell: Cell | undefined;
  readonly mask: NdArray | undefined;
  /** of the mask's header */
  readonly maskHeader: HeaderSettings | undefined;
  /** of the imitated image's header */
  readonly imageHeader: HeaderSettings | undefined;
  readonly sources: readonly ListedSource[] | undefined;
  /** what the geometry file states */
  readonly geometry: StatedGeometry | undefined;
  /** a material's scattering curve, and what is told of it */
  readonly curve: ListedCurve | undefined;
  /** the file that is named without an option */
  readonly scatterer: string | undefined;
  /** what is told of the files without being a fault */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** What an MTZ file says besides its amplitudes. */
export interface MtzFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly cell: Cell;
  readonly wavelengthA: number | undefined;
}

export const defaultDump = "Fdump.bin";

/** A file's name from a folder, unless it begins at the root. */
export function fromFolder(cwd: string, name: string): string {
  return resolve(cwd, name);
}

/**
 * Reads every file that a command line names.
 * @param scatterer a file that is named without an option, and known by its content
 * @throws InputError when one cannot be read or is not what it should be, or nothing says what scatters
 */
export async function readInputFiles(given: Given<SimulateFlag>, cwd: string, scatterer?: string): Promise<InputFiles> {
  const text = (flag: SimulateFlag, name: string): Promise<string> => naming(given, flag, () => readTextFile(fromFolder(cwd, name)));
  const binary = (flag: SimulateFlag, name: string): Promise<Uint8Array> =>
    naming(given, flag, () => readBinaryFile(fromFolder(cwd, name)));
  const list = (flag: SimulateFlag, name: string): Promise<ReadList> => naming(given, flag, () => readReflectionFile(fromFolder(cwd, name), name));
  const warnings: string[] = [];

  const geometry = await readGeometry(given, cwd);
  const matName = given.word("mat");
  const matText = matName === undefined ? "" : await text("mat", matName);
  const matrix = matName === undefined ? undefined : parseMatrix(matText, matName);
  const maskName = given.word("mask");
  const maskFile = maskName === undefined ? undefined : parseSmv(await binary("mask", maskName), maskName);
  const imageName = given.word("img");
  const imageFile = imageName === undefined ? undefined : parseSmv(await binary("img", imageName), imageName);
  for (const [file, name] of [[maskFile, maskName], [imageFile, imageName]] as const) {
    for (const sentence of file ? smvContradictions(file) : []) warnings.push(`${name}: ${sentence}`);
  }
  const headers = { maskHeader: maskFile && headerSettings(maskFile, maskName ?? ""), imageHeader: imageFile && headerSettings(imageFile, imageName ?? ""), geometry };
  const sourceName = given.word("sourcefile");
  const curveFlag = given.last("stol", "4stol", "Q")?.name ?? "stol";
  const curve = await naming(given, curveFlag, () => readCurve(given, (name) => fromFolder(cwd, name)));
  const sources = sourceName === undefined ? undefined : parseSources(await text("sourcefile", sourceName), sourceName);

  const defaultF = given.number("default_F") ?? 0;
  const policy: LeavingPolicy = given.word("policy") === "mask" || given.word("spots") === "closed" ? "mask" : "sequential";
  const options = { defaultF, policy };
  const notes: string[] = [];
  let structureFactors: StructureFactors | number = defaultF;
  let mtzFacts: MtzFacts | undefined;
  const sourcesOfF = await scatteringFiles(given, binary, list, scatterer);
  const structureFactorsOf = (reflections: Reflections): StructureFactors => {
    warnings.push(...reflections.warnings);
    return StructureFactors.fromReflections(reflections, options);
  };
  const { coordinates, list: listed } = sourcesOfF;
  const hasColumns = listed !== undefined && listed.reflections === undefined && scatteringFormat(listed.bytes) !== "hkl";
  if (given.has("column") && !hasColumns) throw new InputError("--column names a column of an MTZ file, and there is no -mtz");
  if (coordinates !== undefined || listed !== undefined) {
    const found = await scatteringFrom(given, sourcesOfF, () => wavelengthOf(given, headers));
    notes.push(...found.notes);
    if (found.cell !== undefined) {
      mtzFacts = { name: (coordinates ?? listed)?.name ?? "", columns: found.columns, cell: found.cell, wavelengthA: found.wavelengthA };
    }
    structureFactors = structureFactorsOf(found);
    if (found.cell !== undefined && !holdsF000(found)) {
      warnings.push(`${listed?.name} does not hold F(000); -default_F, ${defaultF}, stands for it`);
    }
  } else {
    const dumpName = given.word("dump") ?? defaultDump;
    const dump = await dumped(given, dumpName, cwd, defaultF);
    if (dump !== undefined) {
      const { values, min } = parseFdump(dump, dumpName, roomForGrid);
      structureFactors = new StructureFactors(values, min, options);
      if (!given.has("dump")) {
        const beside = defaultF === 0 ? "" : `, and -default_F, ${defaultF}, is for reflections outside of it alone`;
        warnings.push(`the structure factors are those of ${dumpName}, which an earlier run left in this folder${beside}, as in nanoBragg`);
      }
    }
  }
  return {
    structureFactors,
    isWorthDump: listed?.isText === true && coordinates === undefined,
    scatterer,
    notes,
    mtz: mtzFacts,
    matrix,
    matrixCell: matrixCell(matText),
    mask: maskFile && maskOf(maskFile),
    maskHeader: headers.maskHeader,
    imageHeader: headers.imageHeader,
    sources,
    geometry,
    curve,
    warnings: [...warnings, ...(curve?.warnings ?? [])],
  };
}

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface ScatteringFiles {
  readonly coordinates: NamedBytes | undefined;
  readonly list: (NamedBytes & ReadList & { readonly isText: boolean }) | undefined;
}

/** The files that say what scatters. */
async function scatteringFiles(
  given: Given<SimulateFlag>,
  read: (flag: SimulateFlag, name: string) => Promise<Uint8Array>,
  readList: (flag: SimulateFlag, name: string) => Promise<ReadList>,
  scatterer: string | undefined,
): Promise<ScatteringFiles> {
  if (given.has("hkl") && given.has("mtz")) throw new InputError("-hkl and -mtz both give structure factors; leave one of them out");
  let coordinates: ScatteringFiles["coordinates"];
  let list: ScatteringFiles["list"];
  const pdb = given.word("pdb");
  if (pdb !== undefined) coordinates = { name: pdb, bytes: await listContent(await read("pdb", pdb), pdb) };
  for (const flag of ["hkl", "mtz"] as const) {
    const name = given.word(flag);
    if (name !== undefined) list = { name, ...(await readList(flag, name)), isText: flag === "hkl" };
  }
  if (scatterer !== undefined) {
    const named = { name: scatterer, bytes: await listContent(await read("pdb", scatterer), scatterer) };
    const isCoordinates = scatteringFormat(named.bytes) === "coordinates";
    const taken = isCoordinates ? coordinates : list;
    if (taken !== undefined) throw new InputError(`${taken.name} and ${scatterer} both give structure factors; leave one of them out`);
    if (isCoordinates) coordinates = named;
    else list = { ...named, reflections: undefined, isText: false };
  }
  return { coordinates, list };
}

const usualDminA = 2;

/** @param wavelength in Å, at which atoms scatter */
async function scatteringFrom(given: Given<SimulateFlag>, { coordinates, list }: ScatteringFiles, wavelength: () => number): Promise<ListedScattering> {
  const cellWords = given.last("cell")?.numbers;
  const cell = cellWords === undefined ? undefined : wholeCell(cellWords);
  const listOptions = { column: given.word("column"), cell, spaceGroup: given.word("spacegroup"), fill: given.has("fill") };
  if (coordinates === undefined) {
    if (list === undefined) throw new InputError("nothing says what scatters");
    const lost = given.last("solvent", "nosolvent");
    if (lost !== undefined) throw new InputError(`${lost.spelling} belongs to coordinates, and there is no -pdb`);
    if (list.reflections !== undefined) return plainScattering(list.reflections, list.name, listOptions);
    return listedScattering(list.bytes, list.name, listOptions);
  }
  const [density, b] = given.last("solvent")?.numbers ?? [];
  const dminA = given.number("dmin") || usualDminA;
  const solvent = given.last("solvent", "nosolvent")?.name === "nosolvent" ? null : density === undefined ? undefined : { density, b };
  const options = { dminA, wavelengthA: wavelength(), solvent };
  if (list?.reflections !== undefined) throw new InputError(`${list.name} is too long a list for coordinates to be fitted to`);
  if (list !== undefined) return fittedScattering(coordinates.bytes, coordinates.name, list, { ...options, ...listOptions });
  const found = calculatedScattering(coordinates.bytes, coordinates.name, options);
  if (given.number("dmin")) return found;
  return { ...found, notes: [...found.notes, `${coordinates.name}: no -dmin is given, and beyond ${usualDminA} A default_F scatters`] };
}

function holdsF000({ h, k, l }: Reflections): boolean {
  const [hs, ks, ls] = [h, k, l].map(flatData);
  return hs.some((index, i) => index === 0 && ks[i] === 0 && ls[i] === 0);
}

/** The dump of an earlier run, which stands in for structure factors that no option gives. */
async function dumped(given: Given<SimulateFlag>, name: string, cwd: string, defaultF: number): Promise<Uint8Array | undefined> {
  if (given.has("dump")) return naming(given, "dump", () => readBinaryFile(fromFolder(cwd, name)));
  return readBinaryFile(fromFolder(cwd, name)).catch((error: unknown) => {
    if (defaultF !== 0) return undefined;
    throw new InputError(`nothing says what scatters: give -hkl or -mtz, or -default_F above 0 (there is no ${name} of an earlier run)`, {
      cause: error,
    });
  });
}

/** What reading gives, its failure told with the option that asked for the file. */
async function naming<T>(given: Given<SimulateFlag>, name: SimulateFlag, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${given.last(name)?.spelling ?? name}: ${error.message}`, { cause: error });
    throw error;
  }
}
