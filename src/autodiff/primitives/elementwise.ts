/**
 * The primitives that make one number from the numbers at the same place of their inputs, with their derivatives.
 * Inputs broadcast. Plain numbers alone give a plain number: a formula runs the same on what is known while recording.
 */
import { isFloat } from "../../ndarray/dtype.js";
import { DTypeError, mixedDTypes } from "../../ndarray/errors.js";
import { broadcastShapes } from "../../ndarray/shape.js";
import { record, type Primitive } from "../primitive.js";
import { asQuantity, type Attributes, type Operand, type Quantity, type Typed, Variable } from "../tape.js";

/** d(output)/d(one input), from the inputs followed by the output; "flat" where it is 0 or jumps, and no gradient flows. */
type Partial = ((...values: Quantity[]) => Quantity) | "flat";

interface ElementwiseRecord {
  readonly name: string;
  evaluate(...inputs: number[]): number;
  /** the same of int32, where floats would lose digits */
  evaluateIntegers?(...inputs: number[]): number;
  readonly partials: readonly Partial[];
  /** the distance of the inputs to the nearest place where the derivative jumps */
  kinks?(...inputs: number[]): number;
  /** also defined on int32 */
  readonly integers?: boolean;
}

interface Applied {
  readonly primitive: Primitive;
}
export interface Unary extends Applied {
  (x: number): number;
  (x: Variable): Variable;
  (x: Quantity): Quantity;
}
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

// Arithmetic.

export const add: Variadic = variadic(0, {
  name: "add",
  evaluate: (x, y) => x + y,
  partials: [() => 1, () => 1],
  integers: true,
});
export const mul: Variadic = variadic(1, {
  name: "mul",
  evaluate: (x, y) => x * y,
  evaluateIntegers: Math.imul,
  partials: [(_x, y) => y, (x) => x],
  integers: true,
});
export const sub: Binary = binary({
  name: "sub",
  evaluate: (x, y) => x - y,
  partials: [() => 1, () => -1],
  integers: true,
});
export const div: Binary = binary({
  name: "div",
  evaluate: (x, y) => x / y,
  partials: [(_x, y) => div(1, y), (_x, y, z) => neg(mul(z, div(1, y)))],
});
export const neg: Unary = unary({ name: "neg", evaluate: (x) => -x, partials: [() => -1], integers: true });

// Functions.

export const sqrt: Unary = unary({ name: "sqrt", evaluate: Math.sqrt, partials: [(_x, z) => div(0.5, z)] });
export const exp: Unary = unary({ name: "exp", evaluate: Math.exp, partials: [(_x, z) => z] });
export const log: Unary = unary({ name: "log", evaluate: Math.log, partials: [(x) => div(1, x)] });
export const sin: Unary = unary({ name: "sin", evaluate: Math.sin, partials: [(x) => cos(x)] });
export const cos: Unary = unary({ name: "cos", evaluate: Math.cos, partials: [(x) => neg(sin(x))] });
/** sin(πx), exact at whole and half x: reduced by the integer, not by π. */
export const sinPi: Unary = unary({ name: "sinPi", evaluate: sinPiOf, partials: [(x) => mul(Math.PI, cosPi(x))] });
/** cos(πx), exact at whole and half x. */
export const cosPi: Unary = unary({ name: "cosPi", evaluate: cosPiOf, partials: [(x) => mul(-Math.PI, sinPi(x))] });
export const atan2: Binary = binary({
  name: "atan2",
  evaluate: Math.atan2,
  partials: [(y, x) => div(x, add(mul(x, x), mul(y, y))), (y, x) => neg(div(y, add(mul(x, x), mul(y, y))))],
  kinks: (y, x) => (x > 0 ? Math.hypot(x, y) : Math.abs(y)),
});

// Choices and steps.

export const abs: Unary = unary({ name: "abs", evaluate: Math.abs, partials: [(x) => sub(1, mul(2, less(x, 0)))], kinks: Math.abs, integers: true });
export const floor: Unary = unary({ name: "floor", evaluate: Math.floor, partials: ["flat"], kinks: (x) => Math.abs(x - Math.round(x)) });
export const ceil: Unary = unary({ name: "ceil", evaluate: Math.ceil, partials: ["flat"], kinks: (x) => Math.abs(x - Math.round(x)) });
/** 1 where x < y, else 0. */
export const less: Binary = binary({
  name: "less",
  evaluate: (x, y) => (x < y ? 1 : 0),
  partials: ["flat", "flat"],
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});
/** 1 where x = y, else 0. */
export const equal: Binary = binary({
  name: "equal",
  evaluate: (x, y) => (x === y ? 1 : 0),
  partials: ["flat", "flat"],
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});
export const min: Binary = binary({
  name: "min",
  evaluate: (x, y) => Math.min(x, y),
  partials: [(x, y) => less(x, y), (x, y) => sub(1, less(x, y))],
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});
export const max: Binary = binary({
  name: "max",
  evaluate: (x, y) => Math.max(x, y),
  partials: [(x, y) => sub(1, less(x, y)), (x, y) => less(x, y)],
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});

const choose = elementwise({
  name: "where",
  evaluate: (condition, x, y) => (condition !== 0 ? x : y),
  partials: ["flat", () => 1, () => 1],
  kinks: Math.abs,
  integers: true,
});
/**
 * x where the condition is not 0, else y. No gradient goes back to what is not chosen, even where that is not finite; but where
 * its slope is not finite, 0 times the slope is NaN: there, choose a harmless argument first.
 */
export const where = Object.assign(apply, {
  primitive: {
    ...choose,
    vjp: (index, cotangent, { inputs: [condition] }) => chosen(index, condition, cotangent),
    jvp: (index, tangent, { inputs: [condition] }) => chosen(index, condition, tangent),
  } satisfies Primitive,
});
function apply(condition: number, x: number, y: number): number;
function apply(condition: Variable, x: Operand, y: Operand): Variable;
function apply(condition: Quantity, x: Quantity, y: Quantity): Quantity;
function apply(condition: Quantity, x: Operand, y: Operand): Operand {
  if (typeof condition === "number") return condition !== 0 ? x : y;
  return record<Attributes>(where.primitive, [condition, x, y], {});
}
function chosen(index: number, condition: Variable, incoming: Variable): Variable | undefined {
  if (index === 0) return undefined;
  return index === 1 ? where(condition, incoming, 0) : where(condition, 0, incoming);
}

/** The nearest whole number; of two equally near ones the lower, as the reference program rounds Miller indices. */
export function round(x: number): number;
export function round(x: Variable): Variable;
export function round(x: Quantity): Quantity;
export function round(x: Quantity): Quantity {
  return ceil(sub(x, 0.5));
}

export const elementwisePrimitives = {
  add: add.primitive,
  mul: mul.primitive,
  sub: sub.primitive,
  div: div.primitive,
  neg: neg.primitive,
  sqrt: sqrt.primitive,
  exp: exp.primitive,
  log: log.primitive,
  sin: sin.primitive,
  cos: cos.primitive,
  sinPi: sinPi.primitive,
  cosPi: cosPi.primitive,
  atan2: atan2.primitive,
  abs: abs.primitive,
  floor: floor.primitive,
  ceil: ceil.primitive,
  less: less.primitive,
  equal: equal.primitive,
  min: min.primitive,
  max: max.primitive,
  where: where.primitive,
};

function sinPiOf(x: number): number {
  const nearest = Math.round(x);
  const sine = Math.sin(Math.PI * (x - nearest));
  return nearest % 2 === 0 ? sine : -sine;
}

function cosPiOf(x: number): number {
  const nearest = Math.round(x);
  const cosine = Math.sin(Math.PI * (0.5 - Math.abs(x - nearest)));
  return nearest % 2 === 0 ? cosine : -cosine;
}

// How a record becomes a primitive and a function that applies it.

function elementwise({ name, evaluate, evaluateIntegers, partials, kinks, integers = false }: ElementwiseRecord): Primitive {
  const chain = (index: number, incoming: Variable, inputs: readonly Variable[], output: Variable): Variable | undefined => {
    const partial = partials[index];
    return partial === "flat" ? undefined : scaled(incoming, partial(...inputs.map(asQuantity), output));
  };
  return {
    name,
    kernel: { kind: "elementwise", evaluate, ...(evaluateIntegers && { evaluateIntegers }) },
    infer(inputs: readonly Typed[]) {
      const { dtype } = inputs[0];
      for (const input of inputs) if (input.dtype !== dtype) throw mixedDTypes(name, dtype, input.dtype);
      if (!integers && !isFloat(dtype)) throw new DTypeError(`${name} is not defined on ${dtype} arrays`);
      return { shape: broadcastShapes(...inputs.map(({ shape }) => shape)), dtype };
    },
    vjp: (index, cotangent, { inputs, output }) => chain(index, cotangent, inputs, output),
    jvp: (index, tangent, { inputs, output }) => chain(index, tangent, inputs, output),
    ...(kinks && { kinks }),
  };
}

function scaled(incoming: Variable, partial: Quantity): Variable | undefined {
  if (partial === 0) return undefined;
  return partial === -1 ? neg(incoming) : mul(incoming, partial);
}

function unary(entry: ElementwiseRecord): Unary {
  const primitive = elementwise(entry);
  function applied(x: number): number;
  function applied(x: Variable): Variable;
  function applied(x: Quantity): Quantity;
  function applied(x: Quantity): Quantity {
    return typeof x === "number" ? entry.evaluate(x) : record<Attributes>(primitive, [x], {});
  }
  return Object.assign(applied, { primitive });
}

function binary(entry: ElementwiseRecord): Binary {
  const primitive = elementwise(entry);
  function applied(x: number, y: number): number;
  function applied(x: Variable, y: Operand): Variable;
  function applied(x: Operand, y: Variable): Variable;
  function applied(x: Quantity, y: Quantity): Quantity;
  function applied(x: Operand, y: Operand): Operand {
    if (typeof x === "number" && typeof y === "number") return entry.evaluate(x, y);
    return record<Attributes>(primitive, [x, y], {});
  }
  return Object.assign(applied, { primitive });
}

/** Folds any number of terms from the left; the neutral number disappears, and is what no terms make. */
function variadic(neutral: number, entry: ElementwiseRecord): Variadic {
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
    return terms.length === 0 ? neutral : terms.reduce(pair);
  }
  return Object.assign(applied, { primitive });
}
