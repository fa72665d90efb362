import { InputError } from "../ndarray/errors.js";
import { applied, fractionalization, reciprocalLengths, transformedTensor, type Matrix } from "./cell-frame.js";
import { crystalOf } from "./cif-crystal.js";
import { parseCif, parseCifNumber, type CifBlock, type CifValue } from "./cif.js";
import { coordinateDoubts } from "./coordinate-doubts.js";
import type { AtomRecord, Coordinates } from "./coordinates.js";
import { elementNamed, ionNamed } from "./elements.js";
import { quote } from "./field.js";
import type { Cell } from "./mtz.js";

const perU = 8 * Math.PI ** 2;

/**
 * Reads coordinates of a CIF: of macromolecules (mmCIF, Cartn_x) or of small molecules (fract_x). The first block that holds atoms is
 * taken.
 * @param name what error messages call the text
 * @throws InputError when there is no atom, cell or symmetry, or a number is none
 */
export function parseCoordinateCif(text: string, name: string): Coordinates {
  const blocks = parseCif(text, name).filter((block) => block.column("_atom_site.fract_x", "_atom_site.Cartn_x") !== undefined);
  if (blocks.length === 0) throw new InputError(`${name} holds no atom: there is neither _atom_site.Cartn_x nor _atom_site_fract_x`);
  const [block] = blocks;
  const { cell, spaceGroupName, operators, doubts } = crystalOf(block);
  if (cell === undefined) throw new InputError(`${name}, block ${quote(block.name)}: the unit cell is not given (_cell.length_a and so on)`);
  if (operators === undefined) throw new InputError(`${name}, block ${quote(block.name)}: nothing tells the symmetry`);
  const sites = new AtomSites(block, cell);
  const warnings = [...doubts];
  if (blocks.length > 1) warnings.push(`${name} holds atoms in ${blocks.length} blocks; the first, ${quote(block.name)}, is taken`);
  const atoms = sites.atoms(warnings);
  if (atoms.length === 0) throw new InputError(`${name}, block ${quote(block.name)} holds no atom that scatters`);
  const occupancyOf = sites.isSmall ? "site" : "written";
  const structure = { name, cell, spaceGroupName, operators, atoms };
  return { ...structure, occupancyOf, warnings: [...warnings, ...coordinateDoubts(structure)] };
}

/** The columns of a block's atoms. */
class AtomSites {
  readonly #block: CifBlock;
  readonly #cell: Cell;
  /** whether the atoms stand in fractions of the cell, as those of small molecules */
  readonly isSmall: boolean;

  constructor(block: CifBlock, cell: Cell) {
    this.#block = block;
    this.#cell = cell;
    this.isSmall = block.column("_atom_site.Cartn_x") === undefined;
  }

  atoms(warnings: string[]): AtomRecord[] {
    const column = (...tags: readonly string[]): readonly CifValue[] => this.#block.column(...tags) ?? [];
    const axes = ["x", "y", "z"].map((axis) => column(this.isSmall ? `_atom_site.fract_${axis}` : `_atom_site.Cartn_${axis}`));
    const labels = column("_atom_site.label", "_atom_site.id");
    const symbols = column("_atom_site.type_symbol");
    const names = column("_atom_site.auth_atom_id", "_atom_site.label_atom_id");
    const residues = column("_atom_site.auth_comp_id", "_atom_site.label_comp_id");
    const chains = column("_atom_site.auth_asym_id", "_atom_site.label_asym_id");
    const numbers = column("_atom_site.auth_seq_id", "_atom_site.label_seq_id");
    const alternates = column("_atom_site.label_alt_id", "_atom_site.disorder_group");
    const charges = column("_atom_site.pdbx_formal_charge");
    const models = column("_atom_site.pdbx_PDB_model_num");
    const occupancies = column("_atom_site.occupancy");
    const bs = column("_atom_site.B_iso_or_equiv");
    const us = column("_atom_site.U_iso_or_equiv");
    const flags = column("_atom_site.calc_flag");
    const anisotropic = this.#anisotropic();
    const toFraction = this.#toFraction();
    const atoms: AtomRecord[] = [];
    const left: string[] = [];
    const models1 = new Set<CifValue>(models);
    axes[0].forEach((_, row) => {
      if (models.length > 0 && models[row] !== models[0]) return;
      if (flags[row] === "dum") return;
      const id = labels[row] ?? String(row + 1);
      const label = names[row] === undefined ? id : `${names[row]} of ${residues[row] ?? "?"} ${chains[row] ?? ""}${numbers[row] ?? ""}`;
      const at = axes.map((axis, i) => this.#number(axis[row], `coordinate ${"xyz"[i]} of atom ${id}`, NaN));
      // Hydrogens whose place nobody found, and calculated ones without one, are listed by their names alone.
      if (at.some(Number.isNaN)) {
        left.push(label);
        return;
      }
      const ion = ionNamed(symbols[row] ?? /^[A-Za-z]{1,2}/.exec(id)?.[0] ?? "") ?? ionNamed(id.slice(0, 1));
      if (ion === undefined || elementNamed(ion.element) === undefined) {
        left.push(label);
        return;
      }
      const place: [number, number, number] = [at[0], at[1], at[2]];
      const uStar = anisotropic.get(id);
      const u = us[row] === undefined ? undefined : this.#number(us[row], `U of atom ${id}`, 0);
      const b = u === undefined ? this.#number(bs[row], `B of atom ${id}`, 0) : perU * u;
      atoms.push({
        label,
        element: ion.element,
        charge: charges[row] === undefined ? ion.charge : this.#number(charges[row], `charge of atom ${id}`, 0),
        position: this.isSmall ? place : toFraction(place),
        occupancy: this.#number(occupancies[row], `occupancy of atom ${id}`, 1),
        bIso: b,
        uStar,
        alternate: alternates[row] ?? "",
      });
    });
    const { file } = this.#block;
    if (models1.size > 1) warnings.push(`${file} holds ${models1.size} models; the first one is taken`);
    if (left.length > 0) warnings.push(`${file}: ${left[0]}${left.length > 1 ? ` and ${left.length - 1} more` : ""} without a place or a known element ${left.length > 1 ? "are" : "is"} left out`);
    return atoms;
  }

  #number(word: CifValue, what: string, missing: number): number {
    if (word === undefined) return missing;
    const value = parseCifNumber(word);
    if (Number.isNaN(value)) throw new InputError(`${this.#block.file}: the ${what} is ${quote(word)}; it must be a number`);
    return value;
  }

  /** The file's own matrix and shift, where it has one, else the usual frame's. */
  #toFraction(): (place: [number, number, number]) => [number, number, number] {
    const plain = fractionalization(this.#cell);
    const own: Matrix = [1, 2, 3].flatMap((i) => [1, 2, 3].map((j) => this.#block.number(`_atom_sites.fract_transf_matrix[${i}][${j}]`) ?? NaN));
    const shift = [1, 2, 3].map((i) => this.#block.number(`_atom_sites.fract_transf_vector[${i}]`) ?? 0);
    const isOwn = own.every(Number.isFinite) && (own.some((value, i) => Math.abs(value - plain[i]) > 2e-6) || shift.some((value) => value !== 0));
    if (!isOwn) return (place) => applied(plain, place);
    return (place) => {
      const [x, y, z] = applied(own, place);
      return [x + shift[0], y + shift[1], z + shift[2]];
    };
  }

  /** U* by the atom's label. */
  #anisotropic(): ReadonlyMap<string, readonly number[]> {
    const block = this.#block;
    const ids = block.column("_atom_site_anisotrop.id", "_atom_site_aniso.label") ?? [];
    const order = ["11", "22", "33", "12", "13", "23"];
    const named = (kind: string): (readonly CifValue[])[] =>
      order.map(
        (ij) => block.column(`_atom_site_anisotrop.${kind}[${ij[0]}][${ij[1]}]`, `_atom_site_aniso.${kind}_${ij}`) ?? [],
      );
    const us = named("U");
    const bs = named("B");
    const found = new Map<string, readonly number[]>();
    ids.forEach((id, row) => {
      if (id === undefined) return;
      const isU = us[0][row] !== undefined;
      const columns = isU ? us : bs;
      if (columns[0][row] === undefined) return;
      const u = columns.map((column, i) => this.#number(column[row], `U${order[i]} of atom ${id}`, 0) / (isU ? 1 : perU));
      found.set(id, this.#starred(u));
    });
    return found;
  }

  /** mmCIF counts U along right angles, a small molecule's CIF along the reciprocal edges' unit vectors. */
  #starred(u: readonly number[]): number[] {
    if (!this.isSmall) return transformedTensor(fractionalization(this.#cell), u);
    const [a, b, c] = reciprocalLengths(this.#cell);
    return [u[0] * a * a, u[1] * b * b, u[2] * c * c, u[3] * a * b, u[4] * a * c, u[5] * b * c];
  }
}
