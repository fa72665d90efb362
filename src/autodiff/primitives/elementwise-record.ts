/**
 * An operation that makes one number from the numbers at the same place of its operands, as one record: the registry, the public
 * operations, the executors and the tests read all that they know of it here.
 */
import { isFloat } from "../../ndarray/dtype.js";
import { DTypeError, mixedDTypes } from "../../ndarray/errors.js";
import { broadcastShapes } from "../../ndarray/shape.js";
import { record, type ElementwiseKernel, type Primitive } from "../primitive.js";
import { asQuantity, type Attributes, type Operand, type Quantity, type Typed, type Variable } from "../tape.js";

/** d(result)/d(one operand), from the operands followed by the result; "flat" where it is 0 or jumps, and no gradient flows. */
export type Partial = ((...values: Quantity[]) => Quantity) | "flat";

/** An interval. */
export type Range = readonly [low: number, high: number];

/** An elementwise operation: all that is known of it. */
export interface ElementwiseRecord extends Omit<ElementwiseKernel, "kind"> {
  /** its own among all primitives */
  readonly name: string;
  /** one for each operand; both derivative rules are made of them */
  readonly partials: readonly Partial[];
  /** of a choice, in place of products with partials: what it lets through of a cotangent or tangent */
  lets?(index: number, incoming: Variable, operands: readonly Variable[]): Variable | undefined;
  /** the distance of the operands to the nearest place where the derivative jumps */
  kinks?(...operands: number[]): number;
  /** also defined on int32 */
  readonly integers?: boolean;
  /** of each operand, numbers at which it is smooth and neither very steep nor very large; from -2 to 2 unless given */
  readonly domain?: readonly Range[];
  /** how far the vector form may be from the value; 4 epsilons of it unless given */
  readonly accuracy?: Accuracy;
}

export interface Accuracy {
  /** where it is promised; everywhere unless given */
  readonly operands?: readonly Range[];
  /** the least size of the result that epsilons are counted of */
  readonly least?: number;
  /** what is smaller than normal numbers may be off by as much */
  readonly isZeroBelowNormal?: boolean;
  /** what is promised of an operand in a range */
  readonly ranges?: readonly AccuracyInRange[];
}

export interface AccuracyInRange {
  readonly range: Range;
  /** the largest error, in units of the last digit */
  readonly units: number;
  /** of what the units are, where the error of the operand's reduction counts; of the result unless given */
  readonly size?: number;
}

/** An operation's function, with its record and the primitive that stands on the tape. */
export interface Applied {
  readonly primitive: Primitive;
  readonly record: ElementwiseRecord;
}
/** An operation of one operand. */
export interface Unary extends Applied {
  (x: number): number;
  (x: Variable): Variable;
  (x: Quantity): Quantity;
}
/** An operation of two operands, which broadcast. */
export interface Binary extends Applied {
  (x: number, y: number): number;
  (x: Variable, y: Operand): Variable;
  (x: Operand, y: Variable): Variable;
  (x: Quantity, y: Quantity): Quantity;
}
export interface Variadic extends Applied {
  (...terms: number[]): number;
  (first: Variable, ...rest: Operand[]): Variable;
  (first: Operand, second: Variable, ...rest: Operand[]): Variable;
  (...terms: Quantity[]): Quantity;
}

/** The function that applies a record of one operand: to a number at once, to a Variable on its tape. */
export function unary(entry: ElementwiseRecord): Unary {
  const primitive = elementwise(entry);
  function applied(x: number): number;
  function applied(x: Variable): Variable;
  function applied(x: Quantity): Quantity;
  function applied(x: Quantity): Quantity {
    return typeof x === "number" ? entry.evaluate(x) : record<Attributes>(primitive, [x], {});
  }
  return Object.assign(applied, { primitive, record: entry });
}

/** The function that applies a record of two operands: to numbers at once, to Variables on their tape. */
export function binary(entry: ElementwiseRecord): Binary {
  const primitive = elementwise(entry);
  function applied(x: number, y: number): number;
  function applied(x: Variable, y: Operand): Variable;
  function applied(x: Operand, y: Variable): Variable;
  function applied(x: Quantity, y: Quantity): Quantity;
  function applied(x: Operand, y: Operand): Operand {
    if (typeof x === "number" && typeof y === "number") return entry.evaluate(x, y);
    return record<Attributes>(primitive, [x, y], {});
  }
  return Object.assign(applied, { primitive, record: entry });
}

/** Folds any number of terms from the left; the neutral number disappears, and is what no terms make. */
export function variadic(neutral: number, entry: ElementwiseRecord): Variadic {
  const primitive = elementwise(entry);
  const pair = (x: Operand, y: Operand): Operand => {
    if (typeof x === "number" && typeof y === "number") return entry.evaluate(x, y);
    if (x === neutral) return y;
    return y === neutral ? x : record<Attributes>(primitive, [x, y], {});
  };
  function applied(...terms: number[]): number;
  function applied(first: Variable, ...rest: Operand[]): Variable;
  function applied(first: Operand, second: Variable, ...rest: Operand[]): Variable;
  function applied(...terms: Quantity[]): Quantity;
  function applied(...terms: Operand[]): Operand {
    let sofar = terms.length === 0 ? neutral : terms[0];
    for (let i = 1; i < terms.length; i++) sofar = pair(sofar, terms[i]);
    return sofar;
  }
  return Object.assign(applied, { primitive, record: entry });
}

export function elementwise({ name, partials, lets, kinks, integers = false, domain: _domain, accuracy: _accuracy, ...kernel }: ElementwiseRecord): Primitive {
  const chain = (index: number, incoming: Variable, inputs: readonly Variable[], output: Variable): Variable | undefined => {
    if (lets) return lets(index, incoming, inputs);
    const partial = partials[index];
    return partial === "flat" ? undefined : scaled(incoming, partial(...inputs.map(asQuantity), output));
  };
  return {
    name,
    kernel: { kind: "elementwise", ...kernel },
    infer(inputs: readonly Typed[]) {
      const { dtype } = inputs[0];
      for (const input of inputs) if (input.dtype !== dtype) throw mixedDTypes(name, dtype, input.dtype);
      if (!integers && !isFloat(dtype)) throw new DTypeError(`${name} is not defined on ${dtype} arrays`);
      return { shape: broadcastShapes(...inputs.map(({ shape }) => shape)), dtype };
    },
    vjp: (index, cotangent, { inputs, output }) => chain(index, cotangent, inputs, output),
    jvp: (index, tangent, { inputs, output }) => chain(index, tangent, inputs, output),
    ...(kinks && { kinks }),
    ...(lets && { masks: "chosen" as const }),
  };
}

function scaled(incoming: Variable, partial: Quantity): Variable | undefined {
  if (partial === 0) return undefined;
  return partial === -1 ? neg(incoming) : mul(incoming, partial);
}

// The two operations that all derivative rules are made of.

export const mul: Variadic = variadic(1, {
  name: "mul",
  evaluate: (x, y) => x * y,
  evaluateIntegers: Math.imul,
  vector: "mul",
  losesSign: (positions, isSignless) => isSignless || positions.length === 2,
  partials: [(_x, y) => y, (x) => x],
  integers: true,
});
export const neg: Unary = unary({
  name: "neg",
  evaluate: (x) => -x,
  vector: "neg",
  losesSign: (_positions, isSignless) => isSignless,
  partials: [() => -1],
  integers: true,
});
