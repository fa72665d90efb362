import type { Coordinates } from "../io/coordinates.js";
import { expandToP1 } from "../io/mtz-expansion.js";
import { parseMtz, type Cell } from "../io/mtz.js";
import { array } from "../ndarray/ndarray.js";
import type { Structure } from "../structure/atomic-model.js";
import { calculatedAmplitudes, fittedTo } from "../structure/calculated.js";
import { expand } from "../structure/expand.js";
import { fill } from "../structure/fill.js";
import { amplitudesFrom, type Amplitudes } from "../structure/measured.js";
import { sharedOccupancies } from "../structure/sites.js";
import { edgeInWords } from "../structure/solvent-edge.js";
import { Symmetry } from "../structure/symmetry.js";
import { measuredAmplitudes, parseCoordinates, scatteringFormat, unitCellOf, type ListedScattering, type ScatteringOptions } from "./scatterers.js";

/** What options say of the scattering of coordinates. */
export interface CoordinateOptions {
  readonly dminA: number;
  readonly wavelengthA: number;
  /** null for none; fitted where there are measured amplitudes, else an average one's, unless given */
  readonly solvent: { readonly density: number; readonly b: number } | null | undefined;
}

/** A structure, and what had to be assumed of it. */
export interface ReadStructure {
  readonly structure: Structure;
  readonly cell: Cell;
  readonly warnings: readonly string[];
}

export function structureOf(coordinates: Coordinates): ReadStructure {
  const { cell, operators, atoms, occupancyOf, name } = coordinates;
  const listed = { cell: unitCellOf(cell), operators, atoms };
  const counted = sharedOccupancies(listed, occupancyOf);
  const warnings = [...coordinates.warnings];
  if (counted.shared > 0 && occupancyOf === "written") {
    warnings.push(`${name}: ${counted.shared} atoms on special positions (${counted.label} first) are more than one atom there by their occupancies, which are shared among their images`);
  }
  return { structure: { ...listed, atoms: counted.atoms }, cell, warnings };
}

/**
 * The amplitudes of coordinates over the full sphere, F(000) included.
 * @throws InputError when the file cannot be read, or its structure cannot be
 */
export function calculatedScattering(bytes: Uint8Array, name: string, options: CoordinateOptions): ListedScattering {
  const { structure, cell, warnings } = structureOf(parseCoordinates(bytes, name));
  const made = calculatedAmplitudes(structure, options);
  const notes = [`${name}: ${structure.atoms.length} atoms, amplitudes to ${options.dminA} A, F(000) = ${made.f000.toFixed(0)} electrons`, ...made.notes.map((note) => `${name}: ${note}`)];
  const all = [...warnings, ...made.warnings.map((warning) => `${name}: ${warning}`)];
  return { ...expand(made, new Symmetry(structure.operators)), columns: [], cell, wavelengthA: undefined, warnings: all, notes };
}

/**
 * Measured amplitudes in electrons: on the scale of the coordinates, whose solvent is fitted to them, and which give F(000).
 * @param list of measured reflections
 * @throws InputError when a file cannot be read
 */
export async function fittedScattering(
  bytes: Uint8Array,
  name: string,
  list: { readonly bytes: Uint8Array; readonly name: string },
  options: CoordinateOptions & ScatteringOptions,
): Promise<ListedScattering> {
  const { structure, cell, warnings } = structureOf(parseCoordinates(bytes, name));
  const symmetry = new Symmetry(structure.operators);
  const measured = amplitudesOfList(list, structure, symmetry, cell, options);
  const { scale, rFactor, amplitudesAt, f000, edge } = await fittedTo(structure, measured.amplitudes, { wavelengthA: options.wavelengthA, solvent: options.solvent });
  const filled = options.fill ? fill(measured.amplitudes, structure.cell, symmetry, amplitudesAt) : { ...measured.amplitudes, filled: 0 };
  const inElectrons = { ...filled, f: array(Array.from(filled.f.data, (f) => f / scale.overall)) };
  const expanded = expand(inElectrons, symmetry);
  const listed = (indices: typeof expanded.h, index: number): typeof expanded.h => array([index, ...indices.data], indices.dtype);
  const notes = [
    ...measured.notes,
    `${list.name}: R = ${rFactor.toFixed(3)} against ${name}, with scale ${scale.overall.toPrecision(4)} and a solvent of ${scale.solventDensity.toFixed(3)} electrons/A^3 and B = ${scale.solventB.toFixed(0)} A^2${edge ? `, ${edgeInWords(edge)}` : ""}`,
    ...(options.fill ? [`${list.name}: ${filled.filled} missing reflections are filled with calculated amplitudes`] : []),
  ];
  return {
    h: listed(expanded.h, 0),
    k: listed(expanded.k, 0),
    l: listed(expanded.l, 0),
    f: listed(expanded.f, f000 / scale.overall),
    columns: [measured.label],
    cell,
    wavelengthA: undefined,
    warnings: [...warnings, ...measured.warnings],
    notes,
  };
}

interface ListAmplitudes {
  readonly amplitudes: Amplitudes;
  readonly label: string;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Amplitudes of a list, in the symmetry and cell of the coordinates. */
export function amplitudesOfList(
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
  structure: Structure,
  symmetry: Symmetry,
  cell: Cell,
  options: ScatteringOptions,
): ListAmplitudes {
  const hasOwnReader = scatteringFormat(bytes) === "mtz" && parseMtz(bytes, name).columns.some(({ type }) => /[FG]/.test(type));
  if (!hasOwnReader) return measuredAmplitudes(bytes, name, { ...options, cell, operators: structure.operators, fill: false });
  const { h, k, l, f, columns, warnings } = expandToP1(parseMtz(bytes, name), options.column);
  const [label] = columns;
  const column = { label, kind: "amplitude", isCalculated: false, values: f, sigmas: undefined, mates: undefined } as const;
  const amplitudes = amplitudesFrom({ name, h, k, l, columns: [column], areMatesApart: columns.length > 1 }, column, structure.cell, symmetry);
  return { amplitudes, label, notes: [], warnings };
}
