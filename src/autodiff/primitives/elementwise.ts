/**
 * The operations that make one number from the numbers at the same place of their operands, each one record. Operands broadcast. Plain
 * numbers alone give a plain number: a formula runs the same on what is known while recording. A new operation is a new record here.
 */
import { NdArray } from "../../ndarray/ndarray.js";
import { record } from "../primitive.js";
import type { Attributes, Operand, Quantity, Typed, Variable } from "../tape.js";
import { binary, elementwise, mul, neg, unary, variadic, type Accuracy, type Binary, type ElementwiseRecord, type Unary, type Variadic } from "./elementwise-record.js";
import { convert } from "./identity.js";
import { cosPiForm, expForm, sineForm, sinPiForm } from "./vector-forms.js";

export { mul, neg };

// Arithmetic.

/** The sum of all operands, element by element; shapes broadcast. */
export const add: Variadic = variadic(0, { name: "add", evaluate: (x, y) => x + y, vector: "add", partials: [() => 1, () => 1], integers: true });
/** x - y, element by element; shapes broadcast. */
export const sub: Binary = binary({ name: "sub", evaluate: (x, y) => x - y, vector: "sub", partials: [() => 1, () => -1], integers: true });
/** x / y, element by element; shapes broadcast. */
export const div: Binary = binary({
  name: "div",
  evaluate: (x, y) => x / y,
  vector: "div",
  losesSign: (_positions, isSignless) => isSignless,
  partials: [(_x, y) => div(1, y), (_x, y, z) => neg(mul(z, div(1, y)))],
  domain: [[-2, 2], [0.3, 2]],
});

// Functions.

/** The square root of each element; NaN below 0. */
export const sqrt: Unary = unary({ name: "sqrt", evaluate: Math.sqrt, vector: "sqrt", partials: [(_x, z) => div(0.5, z)], domain: [[0.2, 3]] });
/** e to the power of each element. */
export const exp: Unary = unary({
  name: "exp",
  evaluate: Math.exp,
  vector: expForm,
  isCostly: true,
  partials: [(_x, z) => z],
  accuracy: { isZeroBelowNormal: true, ranges: [{ range: [-1, 1], units: 3 }, { range: [-85, 88], units: 3 }] },
});
/** exp(x) - 1, exact beside 0. */
export const expm1: Unary = unary({ name: "expm1", evaluate: Math.expm1, isCostly: true, partials: [(x) => exp(x)] });
/** The natural logarithm of each element; NaN below 0. */
export const log: Unary = unary({
  name: "log",
  evaluate: Math.log,
  isCostly: true,
  partials: [(x) => div(1, x)],
  domain: [[0.2, 3]],
  accuracy: { ranges: [{ range: [1e-30, 2], units: 1 }, { range: [1, 1e30], units: 1 }] },
});
/** log(1 + x), exact beside 0. */
export const log1p: Unary = unary({ name: "log1p", evaluate: Math.log1p, isCostly: true, partials: [(x) => div(1, add(1, x))], domain: [[-0.7, 2]] });
/**
 * x to the power of y. By x, where y is 0, the slope is 0; by y, where x is 0, too. For a negative x there is no slope by y, and it is NaN
 * unless y is a number.
 */
export const pow: Binary = binary({
  name: "pow",
  evaluate: Math.pow,
  isCostly: true,
  partials: [
    (x, y) => (y === 0 ? 0 : y === 1 ? 1 : y === 2 ? mul(2, x) : mul(y, pow(where(mul(equal(x, 0), equal(y, 0)), 1, x), sub(y, 1)))),
    (x, _y, z) => where(equal(x, 0), 0, mul(z, log(where(equal(x, 0), 1, x)))),
  ],
  domain: [[0.3, 2], [-2, 2]],
});
const accuracyOfWaves: Accuracy = {
  least: 0.5,
  isZeroBelowNormal: true,
  ranges: [
    { range: [-1, 1], units: 3 },
    { range: [-1e3, 1e3], units: 2, size: 1 },
    { range: [-1e6, 1e6], units: 2, size: 1 },
  ],
};
const accuracyOfHalfTurns: Accuracy = { ranges: [{ range: [-0.5, 0.5], units: 3 }, { range: [-1e3, 1e3], units: 3 }] };
/** The sine of each element, in radians. */
export const sin: Unary = unary({ name: "sin", evaluate: Math.sin, vector: sineForm(false), callsLanes: true, isCostly: true, partials: [(x) => cos(x)], accuracy: accuracyOfWaves });
/** The cosine of each element, in radians. */
export const cos: Unary = unary({ name: "cos", evaluate: Math.cos, vector: sineForm(true), callsLanes: true, isCostly: true, partials: [(x) => neg(sin(x))], accuracy: accuracyOfWaves });
/** sin(πx), exact at whole and half x: reduced by the integer, not by π. */
export const sinPi: Unary = unary({ name: "sinPi", evaluate: sinPiOf, vector: sinPiForm, isCostly: true, partials: [(x) => mul(Math.PI, cosPi(x))], accuracy: accuracyOfHalfTurns });
/** cos(πx), exact at whole and half x. */
export const cosPi: Unary = unary({ name: "cosPi", evaluate: cosPiOf, vector: cosPiForm, isCostly: true, partials: [(x) => mul(-Math.PI, sinPi(x))], accuracy: accuracyOfHalfTurns });
/** The hyperbolic tangent of each element. */
export const tanh: Unary = unary({ name: "tanh", evaluate: Math.tanh, isCostly: true, partials: [(_x, z) => mul(sub(1, z), add(1, z))] });
/** The angle, in radians from -pi to pi, of the point (x, y) for operands y and x. */
export const atan2: Binary = binary({
  name: "atan2",
  evaluate: Math.atan2,
  isCostly: true,
  partials: [(y, x) => div(x, add(mul(x, x), mul(y, y))), (y, x) => neg(div(y, add(mul(x, x), mul(y, y))))],
  kinks: (y, x) => (x > 0 ? Math.hypot(x, y) : Math.abs(y)),
  domain: [[-2, 2], [0.3, 2]],
});

// Choices and steps.

/** Its slope at 0 is 0. */
export const abs: Unary = unary({ name: "abs", evaluate: Math.abs, vector: "abs", losesSign: () => true, partials: [(x) => sign(x)], kinks: Math.abs, integers: true });
/** -1 below 0, 1 above, 0 at 0. */
export const sign: Unary = unary({
  name: "sign",
  evaluate: Math.sign,
  vector: (v, [x]) => v.select(v.do("ne", x, x), x, v.do("sub", v.oneWhere(v.do("lt", v.constant(0), x)), v.oneWhere(v.do("lt", x, v.constant(0))))),
  partials: ["flat"],
  kinks: Math.abs,
  integers: true,
});
/** The largest whole number that is not above each element; its slope is 0. */
export const floor: Unary = unary({ name: "floor", evaluate: Math.floor, vector: "floor", isWhole: true, partials: ["flat"], kinks: (x) => Math.abs(x - Math.round(x)) });
/** The smallest whole number that is not below each element; its slope is 0. */
export const ceil: Unary = unary({ name: "ceil", evaluate: Math.ceil, vector: "ceil", isWhole: true, partials: ["flat"], kinks: (x) => Math.abs(x - Math.round(x)) });
/** 1 where x < y, else 0. */
export const less: Binary = binary({
  name: "less",
  evaluate: (x, y) => (x < y ? 1 : 0),
  vector: (v, [x, y]) => v.oneWhere(v.do("lt", x, y)),
  partials: ["flat", "flat"],
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});
/** 1 where x = y, else 0. */
export const equal: Binary = binary({
  name: "equal",
  evaluate: (x, y) => (x === y ? 1 : 0),
  vector: (v, [x, y]) => v.oneWhere(v.do("eq", x, y)),
  partials: ["flat", "flat"],
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});
/** The smaller of two, NaN if one is; where they are equal, each has half of the slope. */
export const min: Binary = binary({
  name: "min",
  evaluate: Math.min,
  vector: "min",
  partials: [(x, y) => lessOrTied(x, y), (x, y) => lessOrTied(y, x)],
  lets: (index, incoming, [x, y]) => shared(incoming, index === 0 ? lessOrTied(x, y) : lessOrTied(y, x)),
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});
/** The larger of two, NaN if one is; where they are equal, each has half of the slope. */
export const max: Binary = binary({
  name: "max",
  evaluate: Math.max,
  vector: "max",
  partials: [(x, y) => lessOrTied(y, x), (x, y) => lessOrTied(x, y)],
  lets: (index, incoming, [x, y]) => shared(incoming, index === 0 ? lessOrTied(y, x) : lessOrTied(x, y)),
  kinks: (x, y) => Math.abs(x - y),
  integers: true,
});

/** 1 where x < y, ½ where they are equal, else 0. */
function lessOrTied(x: Variable, y: Variable): Variable;
function lessOrTied(x: Quantity, y: Quantity): Quantity;
function lessOrTied(x: Quantity, y: Quantity): Quantity {
  return add(less(x, y), mul(0.5, equal(x, y)));
}

/** A share of what comes in, which may be infinite where the share is 0. */
function shared(incoming: Variable, share: Variable): Variable {
  return where(share, mul(incoming, share), 0);
}

const choice: ElementwiseRecord = {
  name: "where",
  evaluate: (condition, x, y) => (condition !== 0 ? x : y),
  vector: (v, [condition, x, y], shortcuts) => {
    if (shortcuts.isZero(2)) return v.do("and", x, v.maskOf(condition));
    return shortcuts.isZero(1) ? v.do("andNot", y, v.maskOf(condition)) : v.select(v.maskOf(condition), x, y);
  },
  losesSign: (positions, isSignless) => isSignless && !positions.includes(0),
  partials: ["flat", () => 1, () => 1],
  lets: (index, incoming, [condition]) => chosen(index, condition, incoming),
  kinks: Math.abs,
  integers: true,
};
/**
 * x where the condition is not 0, else y. No gradient goes back to what is not chosen, even where that or its slope is not finite.
 * @param condition an array of another dtype, int32 for one, may be given: it takes the dtype of the others
 */
export const where = Object.assign(chooseBetween, { record: choice, primitive: elementwise(choice) });
function chooseBetween(condition: number, x: number, y: number): number;
function chooseBetween(condition: Variable, x: Operand, y: Operand): Variable;
function chooseBetween(condition: Operand, x: Variable, y: Operand): Variable;
function chooseBetween(condition: Operand, x: Operand, y: Variable): Variable;
function chooseBetween(condition: Quantity, x: Quantity, y: Quantity): Quantity;
function chooseBetween(condition: Operand, x: Operand, y: Operand): Operand {
  if (typeof condition === "number") return condition !== 0 ? x : y;
  const like = [x, y].find((each): each is Variable | NdArray => typeof each !== "number");
  return record<Attributes>(where.primitive, [maskLike(condition, like, [x, y]), x, y], {});
}

/** A mask of known numbers in the dtype of what it chooses between. */
function maskLike(condition: Variable | NdArray, like: Typed | undefined, others: readonly Operand[]): Variable | NdArray {
  if (!(condition instanceof NdArray) || like === undefined || condition.dtype === like.dtype) return condition;
  const recorded = others.find((each): each is Variable => typeof each !== "number" && !(each instanceof NdArray));
  return recorded === undefined ? condition : convert(recorded.tape.literal(condition), like.dtype);
}

function chosen(index: number, condition: Variable, incoming: Variable): Variable | undefined {
  if (index === 0) return undefined;
  return index === 1 ? where(condition, incoming, 0) : where(condition, 0, incoming);
}

// What others make.

/** 1 where x > y, else 0. */
export function greater(x: number, y: number): number;
export function greater(x: Variable, y: Operand): Variable;
export function greater(x: Operand, y: Variable): Variable;
export function greater(x: Quantity, y: Quantity): Quantity;
export function greater(x: Operand, y: Operand): Operand {
  if (typeof x === "number" && typeof y === "number") return x > y ? 1 : 0;
  return record<Attributes>(less.primitive, [y, x], {});
}

/** The nearest whole number; of two equally near ones the lower, as the reference program rounds Miller indices. */
export function round(x: number): number;
export function round(x: Variable): Variable;
export function round(x: Quantity): Quantity;
export function round(x: Quantity): Quantity {
  return ceil(sub(x, 0.5));
}

/** x times x. */
export function square(x: number): number;
export function square(x: Variable): Variable;
export function square(x: Quantity): Quantity;
export function square(x: Quantity): Quantity {
  return mul(x, x);
}

/** x, but at least low and at most high; beyond them its slope is 0, and at them ½. */
export function clip(x: number, low: number, high: number): number;
export function clip(x: Variable, low: Operand, high: Operand): Variable;
export function clip(x: Quantity, low: Quantity, high: Quantity): Quantity;
export function clip(x: Operand, low: Operand, high: Operand): Operand {
  if (typeof x === "number" && typeof low === "number" && typeof high === "number") return Math.min(Math.max(x, low), high);
  return record<Attributes>(min.primitive, [record<Attributes>(max.primitive, [x, low], {}), high], {});
}

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
