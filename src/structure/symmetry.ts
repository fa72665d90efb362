import { InputError } from "../ndarray/errors.js";

/** An operator of a space group on fractional coordinates: x -> rotation x + translation. */
export interface SymmetryOperator {
  /** 3x3 whole numbers, row by row */
  readonly rotation: readonly number[];
  /** in fractions of the cell edges */
  readonly translation: readonly number[];
}

export type Indices = readonly [h: number, k: number, l: number];

/** h R: the reflection that scatters as h does, but for its phase. */
export function rotated([h, k, l]: Indices, r: readonly number[]): [number, number, number] {
  return [h * r[0] + k * r[3] + l * r[6], h * r[1] + k * r[4] + l * r[7], h * r[2] + k * r[5] + l * r[8]];
}

const negative = ([h, k, l]: Indices): [number, number, number] => [0 - h, 0 - k, 0 - l];

/** Whether the first of two reflections comes later in the order of h, then k, then l. */
function isAfter(a: Indices, b: Indices): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] !== b[1] ? a[1] > b[1] : a[2] > b[2];
}

const isSame = (a: Indices, b: Indices): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2];

const tolerance = 1e-3;
const isWhole = (x: number): boolean => Math.abs(x - Math.round(x)) < tolerance;

/** What the operators of a space group mean for reflections. */
export class Symmetry {
  /** one operator a rotation; those that the centring adds are left out */
  readonly primitive: readonly SymmetryOperator[];
  /** lattice points in the cell */
  readonly centrings: number;
  readonly #all: readonly SymmetryOperator[];

  /**
   * @param operators all of them; the identity may be left out
   * @throws InputError when they are no group
   */
  constructor(operators: readonly SymmetryOperator[]) {
    const identity: SymmetryOperator = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] };
    const distinct = new Map<string, SymmetryOperator>();
    for (const operator of [identity, ...operators]) {
      const key = [...operator.rotation, ...operator.translation.map((t) => Math.round((((t % 1) + 1) % 1) * 120) % 120)].join();
      if (!distinct.has(key)) distinct.set(key, operator);
    }
    this.#all = [...distinct.values()];
    const byRotation = new Map<string, SymmetryOperator>();
    for (const operator of this.#all) if (!byRotation.has(operator.rotation.join())) byRotation.set(operator.rotation.join(), operator);
    this.primitive = [...byRotation.values()];
    this.centrings = this.#all.length / this.primitive.length;
    if (!Number.isInteger(this.centrings)) {
      throw new InputError(`${this.#all.length} symmetry operators of ${this.primitive.length} rotations are no group; one is missing or wrong`);
    }
  }

  /** Number of all operators. */
  get order(): number {
    return this.#all.length;
  }

  /** The reflections that the rotations make of one, each once, itself first. */
  equivalents(hkl: Indices): [number, number, number][] {
    const found: [number, number, number][] = [];
    for (const { rotation } of this.primitive) {
      const other = rotated(hkl, rotation);
      if (!found.some((each) => isSame(each, other))) found.push(other);
    }
    return found;
  }

  /**
   * The one of the equivalent reflections that stands for all.
   * @param matesApart whether h k l and -h -k -l are two; otherwise the mates count as equivalent
   */
  representative(hkl: Indices, matesApart: boolean): [number, number, number] {
    let [h, k, l] = hkl;
    for (const { rotation } of this.primitive) {
      const other = rotated(hkl, rotation);
      if (isAfter(other, [h, k, l])) [h, k, l] = other;
      if (matesApart) continue;
      const mate = negative(other);
      if (isAfter(mate, [h, k, l])) [h, k, l] = mate;
    }
    return [h + 0, k + 0, l + 0];
  }

  /** Whether symmetry makes the reflection vanish. */
  isAbsent(hkl: Indices): boolean {
    const [h, k, l] = hkl;
    return this.#all.some(({ rotation, translation: [x, y, z] }) => !isWhole(h * x + k * y + l * z) && isSame(rotated(hkl, rotation), hkl));
  }

  /** How many lattice points of the cell scatter in step: all that the centring makes, or none. */
  inStep([h, k, l]: Indices): number {
    const isPlain = ({ rotation }: SymmetryOperator): boolean => rotation.every((x, i) => x === (i % 4 === 0 ? 1 : 0));
    const areWhole = this.#all.every((operator) => {
      const [x, y, z] = operator.translation;
      return !isPlain(operator) || isWhole(h * x + k * y + l * z);
    });
    return areWhole ? this.centrings : 0;
  }

  /** Whether a rotation makes -h -k -l of it, so that its phase has two values only. */
  isCentric(hkl: Indices): boolean {
    const mate = negative(hkl);
    return this.primitive.some(({ rotation }) => isSame(rotated(hkl, rotation), mate));
  }

  /** How many times stronger than a general reflection it is on average: the number of operators that leave it where it is. */
  multiplicity(hkl: Indices): number {
    return this.centrings * this.primitive.filter(({ rotation }) => isSame(rotated(hkl, rotation), hkl)).length;
  }
}
