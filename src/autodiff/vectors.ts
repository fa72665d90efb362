import type { FloatDType } from "../ndarray/dtype.js";

/** A vector that code which is being written holds in a variable. */
export type Vector = number;
/** A vector whose bits are all set or all not, in each lane. */
export type Mask = number;

/** Instructions of WebAssembly that make one vector of floats from others. */
export type VectorInstruction =
  | "add" | "sub" | "mul" | "div" | "neg" | "sqrt" | "abs" | "floor" | "ceil" | "nearest" | "min" | "max" | "pmin" | "pmax"
  | "eq" | "ne" | "lt" | "le" | "and" | "xor" | "andNot";

/** Writes code that works on vectors of one dtype: what the vector form of an operation is made of. */
export interface Vectors {
  readonly dtype: FloatDType;
  /** a number in all lanes */
  readonly constant: (value: number) => Vector;
  do(instruction: VectorInstruction, x: Vector, y?: Vector, z?: Vector): Vector;
  /** x where the mask is set, else y */
  select(mask: Mask, x: Vector, y: Vector): Vector;
  /** 1 where the mask is set, else 0 */
  oneWhere(mask: Mask): Vector;
  /** the mask of what is not 0 */
  maskOf(x: Vector): Mask;
  /** x y + z, rounded once where the engine can */
  multiplyAdd(x: Vector, y: Vector, z: Vector): Vector;
  /** c0 + c1 x + c2 x² + ... */
  polynomial(coefficients: readonly number[], x: Vector): Vector;
  /** 2ⁿ of whole n within the dtype's exponents */
  powerOfTwo(n: Vector): Vector;
  /** -0 where a whole number from 0 to 2⁵² (float32: 2²³) is odd, else 0 */
  signWhereOdd(n: Vector): Vector;
  /** the usual value, but computed otherwise for the whole vector if the mask is set in any lane */
  unlessAny(mask: Mask, usual: Vector, otherwise: () => Vector): Vector;
  /** the operation's value, computed lane by lane */
  laneByLane(...operands: Vector[]): Vector;
}

/** What an operation need not do, seen from the operations around it. */
export interface Shortcuts {
  /** Whether |x| <= 1/2 of an operand, by its position: it is its own distance to the nearest whole number. */
  isWithinHalf(position: number): boolean;
  /** Whether an operand, by its position, is 0 for all elements. */
  isZero(position: number): boolean;
  /** whether the result's sign is lost in all that becomes of it */
  readonly isSignless: boolean;
}

/** An operation as code on vectors. */
export type VectorForm = (vectors: Vectors, operands: readonly Vector[], shortcuts: Shortcuts) => Vector;
