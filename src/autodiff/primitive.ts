import type { NdArray } from "../ndarray/ndarray.js";
import type { VectorForm, VectorInstruction } from "./vectors.js";
import { InputError } from "../ndarray/errors.js";
import { onOneTape, type Attributes, type Operand, type Typed, type Variable } from "./tape.js";

/** What a derivative rule may use: the recorded values that the step connects. */
export interface Step<A extends Attributes = Attributes> {
  /** what the step takes, in order */
  readonly inputs: readonly Variable[];
  /** what it gives */
  readonly output: Variable;
  /** what it was recorded with */
  readonly attributes: A;
}

/**
 * One thing that can stand on a tape: everything about it in one record.
 * Rules are written with other primitives, so that a derivative is a tape again.
 */
export interface Primitive<A extends Attributes = Attributes> {
  /** its own among all primitives */
  readonly name: string;
  /** how its numbers are made */
  readonly kernel: Kernel<A>;
  /** Shape and dtype of the output; throws ShapeError or DTypeError when the inputs do not fit. */
  infer(inputs: readonly Typed[], attributes: A): Typed;
  /** What the output's cotangent contributes to that of input `index`, un-broadcast later; undefined where no gradient flows. */
  vjp(index: number, cotangent: Variable, step: Step<A>): Variable | undefined;
  /** What the tangent of input `index` contributes to the output's; undefined where no gradient flows. */
  jvp(index: number, tangent: Variable, step: Step<A>): Variable | undefined;
  /**
   * How the places go back where a cotangent can be other than 0 (see `Masks`): "moved" as cotangents are, which are moved, repeated and
   * added up; "chosen" as cotangents are, some of which are not let through. Unless given, they stay the same where shapes agree.
   */
  readonly masks?: "moved" | "chosen";
  /** The distance of the inputs, elementwise, to the nearest place where the derivative jumps; absent where there is none. */
  kinks?(...inputs: number[]): number;
}

/** How the numbers are made. */
export type Kernel<A extends Attributes = Attributes> = ElementwiseKernel | ViewKernel<A> | ArrayKernel<A>;

/** The output is the input's memory, seen differently. */
export interface ViewKernel<A extends Attributes = Attributes> {
  /** which of the kernels it is */
  readonly kind: "view";
  /** whether the view is the input itself */
  readonly isIdentity?: boolean;
  /** the input's own memory, seen differently */
  view(input: NdArray, attributes: A): NdArray;
}

/** The output is computed as a whole. */
export interface ArrayKernel<A extends Attributes = Attributes> {
  /** which of the kernels it is */
  readonly kind: "array";
  /** into memory that holds zeros */
  run(output: NdArray, inputs: readonly NdArray[], attributes: A): void;
}

/** Each number of the output is made of the numbers at its place in the inputs. */
export interface ElementwiseKernel {
  /** which of the kernels it is */
  readonly kind: "elementwise";
  /** one number from the numbers at the same place of the broadcast inputs */
  evaluate(...inputs: number[]): number;
  /** the same of int32, where floats would lose digits; what has more than 32 bits wraps around */
  evaluateIntegers?(...inputs: number[]): number;
  /** the same as code on vectors: an instruction's name, or what writes it; absent where lanes are computed one by one */
  readonly vector?: VectorInstruction | VectorForm;
  /** whether the vector form computes some lanes one by one */
  readonly callsLanes?: boolean;
  /** whether it takes many instructions: better kept than computed again */
  readonly isCostly?: boolean;
  /** whether its vector form holds so many numbers at once that a processor has no registers for two of it side by side */
  readonly fillsRegisters?: boolean;
  /** whether it gives the nearest whole number above or below: float32 is too short for what is left of a large number */
  readonly isWhole?: boolean;
  /**
   * Whether the sign of an operand is lost in the result; never unless given.
   * @param positions where the operand stands
   * @param isSignless whether the result's own sign is lost
   */
  losesSign?(positions: readonly number[], isSignless: boolean): boolean;
}

const known = new Map<string, Primitive>();

/**
 * Makes a primitive known by its name, so that executors and derivatives find it.
 * @throws InputError when there is another one of that name
 */
export function register<A extends Attributes>(primitive: Primitive<A>): void {
  const present = known.get(primitive.name);
  if (present === undefined) known.set(primitive.name, primitive);
  else if (!Object.is(present, primitive)) throw new InputError(`there is already a primitive named "${primitive.name}"; yours needs another name`);
}

/** @throws TypeError when there is no such primitive: the tape was not recorded by this library, or where its own primitives are not known */
export function primitiveNamed(name: string): Primitive {
  const primitive = known.get(name);
  if (primitive === undefined) throw new TypeError(`there is no primitive "${name}"`);
  return primitive;
}

/**
 * Puts one step on the tape of its operands. A primitive of one's own is recorded like those of the library; workers do not know it.
 * @param operands at least one of them recorded
 * @throws InputError when another primitive has its name; whatever its shape rule throws
 */
export function record<A extends Attributes>(primitive: Primitive<A>, operands: readonly Operand[], attributes: A): Variable {
  register(primitive);
  const inputs = onOneTape(primitive.name, operands);
  return inputs[0].tape.recordStep(primitive.name, inputs, attributes, () => primitive.infer(inputs, attributes));
}
