import { InputError } from "../ndarray/errors.js";
import { applied, fractionalization, transformedTensor, type Matrix } from "./cell-frame.js";
import { coordinateDoubts } from "./coordinate-doubts.js";
import type { AtomRecord, Coordinates } from "./coordinates.js";
import { elementNamed } from "./elements.js";
import { parseNumber, quote } from "./field.js";
import type { Cell } from "./mtz.js";
import { operatorsOf, spaceGroupNamed } from "./space-groups.js";
import { parseSymmetryOperator, type SymmetryOperator } from "./symmetry.js";

const meanOf = ([u11, u22, u33]: readonly number[]): number => (8 * Math.PI ** 2 * (u11 + u22 + u33)) / 3;

/** Where in its line a number stands, in columns from 1. */
type Columns = readonly [from: number, to: number];

/**
 * Reads coordinates in the format of the Protein Data Bank: cell, symmetry and the atoms of the first model.
 * @param name what error messages call the text
 * @throws InputError that names the line: no crystal, no symmetry, no atom, or a number that is none
 * Source: wwPDB, "Atomic Coordinate Entry Format Description", version 3.30.
 */
export function parsePdb(text: string, name: string): Coordinates {
  const reader = new PdbReader(name);
  text.split(/\r?\n/).forEach((line, i) => reader.read(line, i + 1));
  return reader.coordinates();
}

class PdbReader {
  readonly #name: string;
  readonly #warnings: string[] = [];
  readonly #atoms: AtomRecord[] = [];
  /** the atom of the line before, behind which its ANISOU record stands */
  #last: { readonly id: string; readonly place: number } | undefined;
  #cell: Cell | undefined;
  #spaceGroupName = "";
  #toFraction: Matrix = [];
  readonly #operators: SymmetryOperator[] = [];
  readonly #scale: (readonly number[])[] = [];
  #models = 0;
  #ended = false;
  #unknown = 0;
  #firstUnknown = "";
  #copies = 0;
  #blankOccupancies = 0;
  #blankDisplacements = 0;
  /** what else than X-rays the structure was measured with */
  #probe: string | undefined;
  /** whether the file's own matrix puts atoms elsewhere than its cell does */
  #isMoved = false;

  constructor(name: string) {
    this.#name = name;
  }

  read(line: string, number: number): void {
    const keyword = line.slice(0, 6).trimEnd();
    if (this.#ended && keyword !== "MODEL") return;
    switch (keyword) {
      case "EXPDTA":
        this.#probe ??= /NEUTRON DIFFRACTION|ELECTRON (?:MICROSCOPY|CRYSTALLOGRAPHY)/.exec(line)?.[0];
        return;
      case "CRYST1":
        return this.#readCell(line, number);
      case "SCALE1":
      case "SCALE2":
      case "SCALE3":
        this.#scale[Number(keyword[5]) - 1] = [[11, 20], [21, 30], [31, 40], [46, 55]].map(([from, to]) => this.#number(line, number, [from, to], "SCALE matrix"));
        return;
      case "REMARK":
        return this.#readSymmetry(line);
      case "MTRIX1":
        if (line[59] !== "1" && /[1-9]/.test(line.slice(10, 55))) this.#copies++;
        return;
      case "MODEL":
        this.#ended = ++this.#models > 1;
        return;
      case "ENDMDL":
        this.#ended = true;
        return;
      case "ATOM":
      case "HETATM":
        return this.#readAtom(line, number);
      case "ANISOU":
        return this.#readDisplacement(line, number);
    }
  }

  coordinates(): Coordinates {
    const name = this.#name;
    const cell = this.#knownCell("coordinates");
    if (this.#atoms.length === 0) throw new InputError(`${name} holds no atom`);
    const warnings = this.#warnings;
    if (this.#models > 1) warnings.push(`${name} holds ${this.#models} models; the first one is taken`);
    if (this.#copies > 0) {
      warnings.push(`${name}: MTRIX records tell of ${this.#copies} copies of the molecule whose atoms are not listed; they are left out`);
    }
    if (this.#unknown > 0) {
      const others = this.#unknown > 1 ? ` and ${this.#unknown - 1} more` : "";
      warnings.push(`${name}: ${this.#firstUnknown}${others} of no known element ${this.#unknown > 1 ? "are" : "is"} left out`);
    }
    const { operators, warning } = this.#symmetry(cell);
    if (warning !== undefined) warnings.push(warning);
    for (const [count, what, taken] of [[this.#blankOccupancies, "occupancy", 1], [this.#blankDisplacements, "B", 0]] as const) {
      if (count > 0) warnings.push(`${name}: ${count === 1 ? "1 atom has" : `${count} atoms have`} no ${what}; ${taken} is taken`);
    }
    if (this.#probe !== undefined) warnings.push(`${name} is a structure by ${this.#probe}, and the scattering of X-rays is calculated`);
    if (this.#isMoved) warnings.push(`${name}: the SCALE matrix is not that of the cell's usual frame, and counts`);
    const structure = { name, cell, spaceGroupName: this.#spaceGroupName, operators, atoms: this.#atoms };
    return { ...structure, occupancyOf: "written", warnings: [...warnings, ...coordinateDoubts(structure)] };
  }

  #knownCell(what: string): Cell {
    if (this.#cell === undefined) throw new InputError(`${this.#name}: no CRYST1 record stands before the ${what}, so the unit cell is not known`);
    return this.#cell;
  }

  #readCell(line: string, number: number): void {
    const at: readonly Columns[] = [[7, 15], [16, 24], [25, 33], [34, 40], [41, 47], [48, 54]];
    const [a, b, c, alpha, beta, gamma] = at.map((columns) => this.#number(line, number, columns, "CRYST1 record"));
    const cell: Cell = [a, b, c, alpha, beta, gamma];
    const isCell = cell.every((value) => value > 0) && [alpha, beta, gamma].every((angle) => angle < 180);
    if (!isCell || !fractionalization(cell).every(Number.isFinite)) {
      throw new InputError(`${this.#name}, line ${number}: ${cell.join(" ")} is no unit cell`);
    }
    if (a === 1 && b === 1 && c === 1) {
      throw new InputError(`${this.#name}, line ${number}: a unit cell of 1 x 1 x 1 A stands for a structure that is not of a crystal`);
    }
    if (this.#cell?.some((value, i) => value !== cell[i])) throw new InputError(`${this.#name}, line ${number}: a second CRYST1 record states another unit cell`);
    this.#cell = cell;
    this.#toFraction = fractionalization(cell);
    this.#spaceGroupName = line.slice(55, 66).trim();
  }

  /** REMARK 290 lists the operators in words, each behind its number and 555. */
  #readSymmetry(line: string): void {
    const [, words] = /^REMARK 290\s+\d+555\s+(\S+)\s*$/.exec(line) ?? [];
    if (words !== undefined) this.#operators.push(parseSymmetryOperator(words, `${this.#name}, REMARK 290`));
  }

  #symmetry(cell: Cell): { readonly operators: readonly SymmetryOperator[]; readonly warning?: string } {
    const group = this.#spaceGroupName === "" ? undefined : spaceGroupNamed(this.#spaceGroupName, cell.slice(3));
    if (group !== undefined) {
      const operators = operatorsOf(group);
      const listed = this.#operators.length;
      if (listed === 0 || listed === operators.length) return { operators };
      const warning = `${this.#name}: REMARK 290 lists ${listed} operators and ${this.#spaceGroupName} has ${operators.length}; those of the space group are taken`;
      return { operators, warning };
    }
    if (this.#operators.length > 0) return { operators: this.#operators };
    const found = this.#spaceGroupName === "" ? "names no space group" : `names ${quote(this.#spaceGroupName)}, which is no space group`;
    throw new InputError(`${this.#name}: the CRYST1 record ${found}, and there is no REMARK 290`);
  }

  #readAtom(line: string, number: number): void {
    this.#knownCell("atoms");
    this.#last = undefined;
    const residue = `${line.slice(17, 20).trim()} ${line[21] ?? ""}${line.slice(22, 27).trim()}`;
    const label = `${line.slice(12, 16).trim()} of ${residue}`;
    const element = elementOf(line);
    const [x, y, z] = ([[31, 38], [39, 46], [47, 54]] as const).map((columns) => this.#number(line, number, columns, "coordinates"));
    if (line.slice(54, 60).trim() === "") this.#blankOccupancies++;
    if (line.slice(60, 66).trim() === "") this.#blankDisplacements++;
    const occupancy = line.slice(54, 60).trim() === "" ? 1 : this.#number(line, number, [55, 60], "occupancy");
    const bIso = line.slice(60, 66).trim() === "" ? 0 : this.#number(line, number, [61, 66], "displacement");
    if (element === undefined) {
      if (this.#unknown++ === 0) this.#firstUnknown = `line ${number}, ${label},`;
      return;
    }
    const [, amount, sign] = /^(\d)([+-])$/.exec(line.slice(78, 80)) ?? [];
    const charge = amount === undefined ? 0 : Number(`${sign}${amount}`);
    const place = this.#atoms.length;
    this.#atoms.push({ label, element, charge, position: this.#fraction([x, y, z]), occupancy, bIso, uStar: undefined, alternate: (line[16] ?? " ").trim() });
    this.#last = { id: line.slice(6, 27), place };
  }

  #fraction(position: readonly [number, number, number]): [number, number, number] {
    const rows = this.#scale;
    if (rows.length < 3) return applied(this.#toFraction, position);
    const [x, y, z] = rows.map(([p, q, r, shift]) => p * position[0] + q * position[1] + r * position[2] + shift);
    const plain = applied(this.#toFraction, position);
    // The records have six decimals; a difference beyond them is a frame of the file's own.
    const isPlain = [x, y, z].every((value, i) => Math.abs(value - plain[i]) < 2e-6 * (3 + Math.abs(position[0]) + Math.abs(position[1]) + Math.abs(position[2])));
    if (!isPlain) this.#isMoved = true;
    return isPlain ? plain : [x, y, z];
  }

  #readDisplacement(line: string, number: number): void {
    const last = this.#last;
    if (last === undefined || last.id !== line.slice(6, 27)) {
      // That of an atom that is left out, which has been told.
      if (this.#unknown > 0) return;
      throw new InputError(`${this.#name}, line ${number}: the ANISOU record does not stand behind its atom`);
    }
    const at: readonly Columns[] = [[29, 35], [36, 42], [43, 49], [50, 56], [57, 63], [64, 70]];
    const u = at.map((columns) => 1e-4 * this.#number(line, number, columns, "ANISOU record"));
    const rows = this.#scale.length < 3 ? this.#toFraction : this.#scale.flatMap((row) => row.slice(0, 3));
    this.#atoms[last.place] = { ...this.#atoms[last.place], uStar: transformedTensor(rows, u), bIso: meanOf(u) };
  }

  #number(line: string, number: number, [from, to]: Columns, what: string): number {
    const word = line.slice(from - 1, to).trim();
    const value = parseNumber(word);
    if (!Number.isNaN(value)) return value;
    throw new InputError(`${this.#name}, line ${number}: ${quote(word)} in columns ${from} to ${to} (${what}) is no number`);
  }
}

/** From its own columns or, where an old file leaves them blank, from the atom's name, in which the symbol ends in column 14. */
function elementOf(line: string): string | undefined {
  const own = line.slice(76, 78).trim();
  if (own !== "") return elementNamed(own);
  const written = line.slice(12, 14);
  const symbol = written.replace(/\d/g, " ").trim();
  // A hydrogen's name of four letters begins one column early.
  const isHydrogen = /^H/.test(written) && line.slice(12, 16).trim().length === 4;
  return isHydrogen ? "H" : (elementNamed(symbol) ?? elementNamed(symbol.slice(-1)));
}
