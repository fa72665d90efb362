import { add, mul, sub } from "../autodiff/primitives/elementwise.js";
import { reshape } from "../autodiff/primitives/reshape.js";
import { slice } from "../autodiff/primitives/slice.js";
import { waveSum } from "../autodiff/primitives/waves.js";
import { Variable, type Operand } from "../autodiff/tape.js";
import { evaluate } from "../autodiff/differentiate.js";
import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { array, copy, fromData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { electronVoltAngstrom } from "../physics/constants.js";
import { formFactor } from "../physics/form-factors.js";
import type { UnitCell } from "../models/crystal.js";
import { reciprocalMetric, stolSquared } from "./reflections.js";
import { dispersionOf, formFactorOf, symbolOf, type Dispersion, type FormFactor } from "./scattering.js";
import { Symmetry, type SymmetryOperator } from "./symmetry.js";

/** An atom of the asymmetric unit. */
export interface Atom {
  /** as messages call it */
  readonly label: string;
  /** chemical symbol */
  readonly element: string;
  /** of the ion, in units of the proton's */
  readonly charge: number;
  /** in fractions of the cell edges */
  readonly position: readonly [x: number, y: number, z: number];
  /** part of the unit cells that hold the atom, 0 to 1 */
  readonly occupancy: number;
  /** B = 8π²⟨u²⟩ in Å², of an anisotropic displacement the mean */
  readonly bIso: number;
  /** U* of an anisotropic displacement (11, 22, 33, 12, 13, 23), which scatters exp(-2π² h·U*h) as much */
  readonly uStar: readonly number[] | undefined;
}

/** A crystal structure. */
export interface Structure {
  /** edges in angstrom, angles in degrees */
  readonly cell: UnitCell;
  /** all operators of the space group */
  readonly operators: readonly SymmetryOperator[];
  /** of the asymmetric unit */
  readonly atoms: readonly Atom[];
}

/** What of the atoms can be parameters, arrays or recorded, in the order of the model's atoms. */
export interface AtomParameters {
  /** in fractions of the cell edges, shape [3, atoms] */
  readonly position: Operand;
  /** B in Å², shape [atoms]; of an anisotropic atom the mean, about which the differences stay what they are */
  readonly displacement: Operand;
  /** shape [atoms] */
  readonly occupancy: Operand;
}

/** Real and imaginary part of structure factors in electrons, each of shape [n]. */
export interface ComplexF<T = Variable> {
  /** in electrons, shape [n] */
  readonly real: T;
  /** in electrons, shape [n] */
  readonly imaginary: T;
}

/** Atoms that scatter alike, a range of the model's. */
export interface Kind {
  /** chemical symbol */
  readonly element: string;
  /** name of the form factor, with the charge of an ion */
  readonly symbol: string;
  /** number of its first atom in the model */
  readonly first: number;
  /** number of its atoms */
  readonly count: number;
  /** how its scattering falls with the angle */
  readonly factor: FormFactor;
  /** anomalous scattering at the wavelength */
  readonly dispersion: Dispersion;
}

const perU = 8 * Math.PI ** 2;

/** How the atoms of a model scatter. */
export interface AtomicModelOptions {
  /** of f' and f''; without it atoms scatter as if far from their edges */
  readonly wavelengthA?: number | undefined;
}

/** The structure factors of a crystal as a function of its atoms. */
export class AtomicModel {
  /** edges in angstrom, angles in degrees */
  readonly cell: UnitCell;
  /** of the space group */
  readonly symmetry: Symmetry;
  /** sorted by kind */
  readonly atoms: readonly Atom[];
  /** ranges of atoms that scatter alike */
  readonly kinds: readonly Kind[];
  /** sentences on what was assumed */
  readonly warnings: readonly string[];
  /** U* that a displacement of B = 1 Å² is */
  readonly #perB: NdArray;
  /** what the displacements of anisotropic atoms are besides their mean */
  readonly #beyondB: NdArray;

  /**
   * @throws InputError when the operators are no group, there is no atom, or an element has no scattering factor
   */
  constructor({ cell, operators, atoms }: Structure, options: AtomicModelOptions = {}) {
    checkOptions("AtomicModel", options, { wavelengthA: true });
    const { wavelengthA } = options;
    if (atoms.length === 0) throw new InputError("a structure needs at least one atom");
    this.cell = cell;
    this.symmetry = new Symmetry(operators);
    const symbol = ({ element, charge }: Atom): string => symbolOf(element, charge);
    const order = [...new Set(atoms.map(symbol))];
    this.atoms = order.flatMap((each) => atoms.filter((atom) => symbol(atom) === each));
    const warnings: string[] = [];
    let first = 0;
    this.kinds = order.map((each) => {
      const members = atoms.filter((atom) => symbol(atom) === each);
      const { element, charge } = members[0];
      const factor = formFactorOf(element, charge);
      if (factor.symbol !== each) warnings.push(`no scattering factor of ${each} is listed; that of the neutral atom is taken`);
      const kind = { element, symbol: factor.symbol, first, count: members.length, factor, dispersion: dispersionAt(element, wavelengthA, warnings) };
      first += members.length;
      return kind;
    });
    this.warnings = warnings;
    const [aa, bb, cc, ab, ac, bc] = reciprocalMetric(cell);
    const perB = [aa, bb, cc, ab, ac, bc].map((product) => product / perU);
    this.#perB = array(perB.map((u) => [u]));
    this.#beyondB = zeros([6, this.atoms.length]);
    this.atoms.forEach(({ uStar, bIso }, j) => {
      if (uStar !== undefined) uStar.forEach((u, i) => (this.#beyondB.data[i * this.atoms.length + j] = u - bIso * perB[i]));
    });
  }

  /** Whether h k l and -h -k -l scatter differently: some atom has an f'', and no rotation takes the one into the other. */
  get areMatesApart(): boolean {
    const isCentric = this.symmetry.primitive.some(({ rotation }) => rotation.every((x, i) => x === (i % 4 === 0 ? -1 : 0)));
    return !isCentric && this.kinds.some(({ dispersion }) => dispersion.imaginary !== 0);
  }

  /** The atoms as they are listed. */
  get parameters(): AtomParameters & { readonly [K in keyof AtomParameters]: NdArray } {
    const column = (value: (atom: Atom) => number): NdArray => array(this.atoms.map(value));
    return {
      position: array([0, 1, 2].map((axis) => this.atoms.map(({ position }) => position[axis]))),
      displacement: column(({ bIso }) => bIso),
      occupancy: column(({ occupancy }) => occupancy),
    };
  }

  /**
   * Records the structure factors: the sum over kinds of f + f' + i f'' times the sum over atoms and operators of
   * occupancy exp(-2π² h·U h) exp(2πi h·x).
   * @param hkl int32, shape [n, 3]; fastest in the order of h, k, l
   * @param given of which at least one is recorded; those that are not given are the listed ones
   */
  record(hkl: NdArray, given: Partial<AtomParameters>): ComplexF {
    const all: AtomParameters = { ...this.parameters, ...given };
    const like = Object.values(all).find((operand): operand is Variable => operand instanceof Variable);
    if (like === undefined) throw new InputError("structure factors are recorded from at least one recorded parameter; calculate() takes arrays");
    const literal = (values: NdArray): Variable => like.tape.literal(copy(values, like.dtype));
    const recorded = (operand: Operand): Variable =>
      operand instanceof Variable ? operand : literal(typeof operand === "number" ? array(this.atoms.map(() => operand)) : operand);
    const tensor = add(mul(literal(this.#perB), reshape(recorded(all.displacement), [1, this.atoms.length])), literal(this.#beyondB));
    const weight = recorded(all.occupancy);
    const images = this.symmetry.primitive.map((operator) => ({ position: moved(operator, recorded(all.position)), tensor: turned(operator, tensor) }));
    const stol = literal(stolSquared(this.cell, hkl));
    const parts = this.kinds.map(({ first, count, factor, dispersion }) => {
      const of = (matrix: Variable): Variable => slice(matrix, {}, { start: first, stop: first + count });
      const weights = slice(weight, { start: first, stop: first + count });
      const sums = images.map((image) => waveSum(hkl, of(image.position), of(image.tensor), weights));
      const waves = total(sums);
      const row = (part: number): Variable => slice(waves, part);
      const f = add(formFactor(factor, stol), dispersion.real);
      const { imaginary } = dispersion;
      const [real, imag] = [mul(f, row(0)), mul(f, row(1))];
      if (imaginary === 0) return { real, imaginary: imag };
      return { real: sub(real, mul(imaginary, row(1))), imaginary: add(imag, mul(imaginary, row(0))) };
    });
    const sums = { real: total(parts.map(({ real }) => real)), imaginary: total(parts.map(({ imaginary }) => imaginary)) };
    if (this.symmetry.centrings === 1) return sums;
    const inStep = literal(array(Array.from({ length: hkl.shape[0] }, (_, i) => this.symmetry.inStep([hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]))));
    return { real: mul(inStep, sums.real), imaginary: mul(inStep, sums.imaginary) };
  }

  /** The structure factors of given parameters, or of the atoms as they are listed. */
  calculate(hkl: NdArray, given: Partial<{ readonly [K in keyof AtomParameters]: NdArray }> = {}): ComplexF<NdArray> {
    const both = evaluate((p: AtomParameters) => {
      const { real, imaginary } = this.record(hkl, p);
      const onAxis = (part: Variable, at: number): Variable => mul(reshape(part, [1, part.shape[0]]), array([[1 - at], [at]]));
      return add(onAxis(real, 0), onAxis(imaginary, 1));
    })({ ...this.parameters, ...given });
    const count = hkl.shape[0];
    const half = (part: number): NdArray => fromData(both.data.slice(part * count, (part + 1) * count));
    return { real: half(0), imaginary: half(1) };
  }
}

function dispersionAt(element: string, wavelengthA: number | undefined, warnings: string[]): Dispersion {
  if (wavelengthA === undefined) return { real: 0, imaginary: 0 };
  const energy = electronVoltAngstrom / wavelengthA;
  const found = dispersionOf(element, energy);
  if (found === undefined) warnings.push(`f' and f'' of ${element} at ${energy.toFixed(0)} eV are not in the table (3 to 70 keV, Li to U); 0 is taken`);
  return found ?? { real: 0, imaginary: 0 };
}

/** The positions that an operator makes, shape [3, atoms]. */
function moved({ rotation, translation }: SymmetryOperator, position: Variable): Variable {
  const rows = [0, 1, 2].map((axis) => mul(array([0, 3, 6].map((row) => [rotation[row + axis]]), position.dtype), rowOf(position, axis)));
  return add(total(rows), array(translation.map((t) => [t]), position.dtype));
}

/** R U Rᵀ of displacements, shape [6, atoms]. */
function turned({ rotation: r }: SymmetryOperator, tensor: Variable): Variable {
  const pairs = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]];
  const columns = pairs.map(([i, j], at) => {
    const factors = pairs.map(([row, column]) => {
      const once = r[3 * row + i] * r[3 * column + j];
      return [i === j ? once : once + r[3 * row + j] * r[3 * column + i]];
    });
    return mul(array(factors, tensor.dtype), rowOf(tensor, at));
  });
  return total(columns);
}

const total = (terms: readonly Variable[]): Variable => terms.reduce((sum, term) => add(sum, term));

function rowOf(matrix: Variable, row: number): Variable {
  return reshape(slice(matrix, row), [1, matrix.shape[1]]);
}
