import { InputError } from "../ndarray/errors.js";
import { crystalOf } from "./cif-crystal.js";
import { parseCif, parseCifNumber, type CifBlock, type CifValue } from "./cif.js";
import { quote } from "./field.js";
import { ReflectionRows, type MeasuredColumn, type MeasuredReflections } from "./measured.js";

/** Names of values, of their standard deviations, and of both for the Friedel mates; the first of each list that a block has counts. */
interface Quantity {
  readonly kind: MeasuredColumn["kind"];
  readonly isCalculated?: boolean;
  readonly values: readonly string[];
  readonly sigmas?: readonly string[];
  readonly mates?: { readonly values: readonly string[]; readonly sigmas: readonly string[] };
}

const quantities: readonly Quantity[] = [
  {
    kind: "amplitude", values: ["pdbx_F_plus"], sigmas: ["pdbx_F_plus_sigma"],
    mates: { values: ["pdbx_F_minus"], sigmas: ["pdbx_F_minus_sigma"] },
  },
  { kind: "amplitude", values: ["F_meas_au", "F_meas"], sigmas: ["F_meas_sigma_au", "F_meas_sigma", "F_sigma"] },
  {
    kind: "intensity", values: ["pdbx_I_plus"], sigmas: ["pdbx_I_plus_sigma"],
    mates: { values: ["pdbx_I_minus"], sigmas: ["pdbx_I_minus_sigma"] },
  },
  { kind: "intensity", values: ["intensity_meas", "F_squared_meas"], sigmas: ["intensity_sigma", "F_squared_sigma"] },
  { kind: "amplitude", isCalculated: true, values: ["F_calc_au", "F_calc"] },
  { kind: "intensity", isCalculated: true, values: ["intensity_calc", "F_squared_calc"] },
];

/** Marks of reflections whose value is none: absent by symmetry, unreliable, or not measured. */
const unusable: ReadonlySet<string> = new Set(["x", "-"]);

/**
 * Reads structure factors of a CIF: of the Protein Data Bank (`_refln.F_meas_au` and so on) or of small molecules (`_refln_F_squared_meas`).
 * @param name what error messages call the text
 * @returns one list a block that has reflections, in the file's order
 * @throws InputError when no block holds structure factors, or a number cannot be read
 */
export function parseStructureFactorCif(text: string, name: string): readonly MeasuredReflections[] {
  const blocks = parseCif(text, name).filter((block) => block.column("_refln.index_h") !== undefined);
  if (blocks.length === 0) throw new InputError(`${name} holds no reflection: no block has _refln.index_h`);
  return blocks.map((block) => reflectionsOf(block, blocks.length > 1 ? `${name}, block ${block.name}` : name));
}

function reflectionsOf(block: CifBlock, name: string): MeasuredReflections {
  const column = (tag: string): readonly CifValue[] | undefined => block.column(`_refln.${tag}`);
  const [hs, ks, ls] = ["h", "k", "l"].map((axis) => column(`index_${axis}`));
  if (hs === undefined || ks === undefined || ls === undefined) throw new InputError(`${name}: _refln.index_h, index_k and index_l are needed`);
  const status = column("status") ?? column("observed_status") ?? [];
  const waves = column("wavelength_id") ?? [];
  const tags = quantities.flatMap(({ values, sigmas = [], mates }) => [...values, ...sigmas, ...(mates ? [...mates.values, ...mates.sigmas] : [])]);
  const present = tags.flatMap((tag) => {
    const values = column(tag);
    return values === undefined ? [] : [{ tag, values }];
  });
  const rows = new ReflectionRows();
  let otherWaves = 0;
  hs.forEach((_, row) => {
    if (waves[row] !== waves[0]) {
      otherWaves++;
      return;
    }
    const where = `${name}, reflection ${row + 1}`;
    const index = (values: readonly CifValue[]): number => parseCifNumber(values[row] ?? "");
    rows.begin(index(hs), index(ks), index(ls), where);
    if (unusable.has(status[row] ?? "")) return;
    for (const { tag, values } of present) {
      const word = values[row];
      if (word === undefined) continue;
      const value = parseCifNumber(word);
      if (Number.isNaN(value)) throw new InputError(`${where}: ${tag} is ${quote(word)}; it must be a number`);
      rows.set(tag, value);
    }
  });
  const { cell, spaceGroupName, operators, doubts } = crystalOf(block);
  const waveIds = block.column("_diffrn_radiation_wavelength.id") ?? [];
  const at = Math.max(0, waveIds.indexOf(waves[0]));
  const wavelength = parseCifNumber(block.column("_diffrn_radiation_wavelength.wavelength")?.[at] ?? "");
  return {
    name,
    cell,
    spaceGroupName,
    operators,
    wavelengthA: wavelength > 0 ? wavelength : undefined,
    ...rows.indices(),
    columns: quantities.flatMap((quantity) => columnOf(quantity, rows)),
    areMatesApart: false,
    warnings: otherWaves === 0 ? doubts : [...doubts, `${name}: ${otherWaves} reflections of other wavelengths than the first (wavelength_id ${waves[0] ?? "."}) are left out`],
  };
}

function columnOf({ kind, isCalculated = false, values, sigmas = [], mates }: Quantity, rows: ReflectionRows): MeasuredColumn[] {
  const first = (tags: readonly string[]): string | undefined => tags.find((tag) => rows.column(tag) !== undefined);
  const label = first(values);
  const found = rows.column(label);
  if (label === undefined || found === undefined) return [];
  const minus = mates && rows.column(first(mates.values));
  return [
    {
      label,
      kind,
      isCalculated,
      values: found,
      sigmas: rows.column(first(sigmas)),
      mates: mates && minus && { values: minus, sigmas: rows.column(first(mates.sigmas)) },
    },
  ];
}
