/**
 * Random tapes over one loop shape, and inputs for them. What is recorded is well-conditioned: numbers stay of the order of 1, and
 * whatever jumps (a comparison, a whole part, a nearest lookup) is asked of numbers that every dtype holds exactly, so that executors
 * which round differently still agree.
 */
import * as fc from "fast-check";
import {
  abs, add, broadcastTo, convert, cos, cumulativeSum, div, flip, floor, gather, less, mul, nearest, reshape, round, sin, slice, sub, sum,
  total, transpose, tricubic, where,
} from "../../../src/autodiff/operations.js";
import { record } from "../../../src/autodiff/primitive.js";
import type { Applied, Range } from "../../../src/autodiff/primitives/elementwise-record.js";
import { elementwiseOperations } from "../../../src/autodiff/primitives/registry.js";
import { alias } from "../../../src/autodiff/primitives/identity.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { array, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import { sizeOf, type Shape } from "../../../src/ndarray/shape.js";
import { anyView } from "../../arbitraries.js";

export interface RandomTape {
  readonly dtype: FloatDType;
  readonly program: Program;
  readonly inputs: readonly NdArray[];
  /** to be run on afterwards */
  readonly others: readonly NdArray[];
}

/** A value whose shape broadcasts to that of the loops. */
interface Value {
  readonly variable: Variable;
  /** no element is larger */
  readonly bound: number;
  /** binary digits behind the point that every element gets by with; Infinity where it is rounded */
  readonly digits: number;
}

/** What a step is made from: random numbers that mean what it takes them for. */
interface Draw {
  readonly operation: number;
  readonly operands: readonly number[];
  readonly choice: number;
}

interface Recipe {
  readonly dtype: FloatDType;
  readonly shape: Shape;
  readonly steps: readonly Draw[];
  readonly outputs: readonly number[];
  readonly differentiated: number;
}

const inputDigits = 3;
const inputBound = 2;
/** Digits that a float32 has to spare. */
const mostDigits = 16;
const gridShape = [7, 6, 8];
const gridMin = [-3, -2, -4];
const defaultF = 0.25;

/** Axes of 1 and, now and then, of no element; lengths that fill vectors and lengths that do not. */
function anyLoops(): fc.Arbitrary<Shape> {
  const extent = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(1, 2, 3, 4, 5, 8) }, { weight: 1, arbitrary: fc.constant(0) });
  return fc.array(extent, { maxLength: 4 });
}

/** The loops' shape with some axes of 1, and without some of its first. */
function anyOperand(shape: Shape): fc.Arbitrary<Shape> {
  return fc
    .tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.nat({ max: shape.length }))
    .map(([short, dropped]) => shape.map((extent, axis) => (short[axis] ? 1 : extent)).slice(dropped));
}

export function anyTape(dtype: FloatDType, mostSteps: number): fc.Arbitrary<RandomTape> {
  const element = fc.integer({ min: -inputBound * 2 ** inputDigits, max: inputBound * 2 ** inputDigits }).map((x) => x / 2 ** inputDigits);
  return anyLoops().chain((shape) =>
    fc.tuple(fc.constant(shape), ...[0, 1, 2].map(() => anyOperand(shape))).chain(([whole, ...parts]) => {
      const shapes = [whole, ...parts];
      const arrays = (): fc.Arbitrary<NdArray[]> => fc.tuple(...shapes.map((each) => anyView({ shape: each, dtype, element })));
      const step = fc.record({ operation: fc.nat(), operands: fc.tuple(fc.nat(), fc.nat(), fc.nat()), choice: fc.nat() });
      return fc
        .record({
          inputs: arrays(),
          others: arrays(),
          steps: fc.array(step, { minLength: 1, maxLength: mostSteps, size: "max" }),
          outputs: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
          differentiated: fc.nat(),
        })
        .map(({ inputs, others, ...recipe }) => ({ dtype, inputs, others, program: recorded({ dtype, shape, ...recipe }, inputs) }));
    }),
  );
}

function recorded({ dtype, shape, steps, outputs, differentiated }: Recipe, inputs: readonly NdArray[]): Program {
  const tape = new Tape();
  const arguments_ = inputs.map((input) => tape.input(input));
  const grid = tape.literal(table(gridShape, dtype));
  const known = (variable: Variable, bound: number): Value => ({ variable, bound, digits: inputDigits });
  const values: Value[] = [
    ...arguments_.map((variable) => known(variable, inputBound)),
    known(tape.constant(0.5, dtype), 0.5),
    known(tape.constant(0, dtype), 0),
    known(tape.literal(array(-0.75, dtype)), 0.75),
  ];
  /** of other shapes; only asked for as outputs */
  const asides: Variable[] = [];
  for (const { operation, operands, choice } of steps) {
    const all = operands.map((operand) => values[operand % values.length]);
    const exact = values.filter(({ digits }) => digits <= mostDigits);
    const precise = operands.map((operand) => exact[operand % exact.length]);
    const make = operations[operation % operations.length];
    values.push(tamed(make({ all, exact: precise, choice, shape, grid, asides })));
  }
  const ask = [...asides, ...values.map(({ variable }) => variable), grid];
  // The last values are those that most of the tape is needed for.
  const asked = outputs.map((output, i) => (i === 0 ? values[values.length - 1].variable : ask[output % ask.length]));
  const chosen = values[values.length - 1 - (differentiated % Math.min(3, values.length))].variable;
  const cotangent = tape.literal(table(chosen.shape, dtype));
  const gradients = pullBack([chosen], [cotangent], [...arguments_, grid]).filter((gradient) => gradient !== undefined);
  return tape.program([...asked, ...gradients]);
}

/** Uneven numbers between -1 and 1. */
function table(shape: Shape, dtype: FloatDType): NdArray {
  const result = zeros(shape, dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = Math.round(16 * Math.sin(1 + 2.7 * i)) / 16;
  return result;
}

/** A value small enough, by a power of two, to go on with. */
function tamed(value: Value): Value {
  if (value.bound <= inputBound) return value;
  const halvings = Math.ceil(Math.log2(value.bound / inputBound));
  return { variable: mul(value.variable, 2 ** -halvings), bound: value.bound / 2 ** halvings, digits: value.digits + halvings };
}

interface Context {
  readonly all: readonly Value[];
  /** as many, of those that are held exactly */
  readonly exact: readonly Value[];
  readonly choice: number;
  readonly shape: Shape;
  readonly grid: Variable;
  readonly asides: Variable[];
}
type Operation = (context: Context) => Value;

const rounded = (variable: Variable, bound: number): Value => ({ variable, bound, digits: Infinity });
const finest = (...values: Value[]): number => Math.max(...values.map(({ digits }) => digits));
const largest = (...values: Value[]): number => Math.max(...values.map(({ bound }) => bound));

function whole({ variable }: Value, shape: Shape): Variable {
  return broadcastTo(variable, shape);
}

/** Something that goes through another shape and comes back. */
function roundTrip(there: (x: Variable, context: Context) => Variable): Operation {
  return (context) => {
    const [x] = context.exact;
    const moved = there(whole(x, context.shape), context);
    context.asides.push(moved);
    return rounded(sin(reshape(moved, context.shape)), 1);
  };
}

/** Away from where the lookups jump. */
function index(nodes: Value, beside: Value, middle: number): Variable {
  return add(floor(mul(2, nodes.variable)), middle, mul(0.15, beside.variable));
}

/** An operation, as its record says that it can be drawn; none where it jumps and its results are not exact. */
function drawn({ primitive, record: { partials, evaluate, kinks, integers, isWhole, domain } }: Applied): Operation[] {
  const apply = (values: readonly Variable[]): Variable => record(primitive, values, {});
  if (kinks && domain === undefined) return integers || isWhole ? [({ exact }) => stepped(exact.slice(0, partials.length), apply)] : [];
  const ranges = partials.map((_, i) => domain?.[i] ?? ([-inputBound, inputBound] as const));
  // Brought into the range by a sine; what is large is brought back by tamed().
  const within = (x: Variable, [low, high]: Range): Variable => add((low + high) / 2, mul((high - low) / 2, sin(x)));
  const sizes = ranges.reduce<number[][]>((points, [low, high]) => points.flatMap((point) => [0, 1, 2, 3, 4].map((i) => [...point, low + ((high - low) * i) / 4])), [[]]).map((point) => Math.abs(evaluate(...point)));
  return [({ all }) => rounded(apply(ranges.map((range, i) => within(all[i].variable, range))), 1.2 * Math.max(...sizes))];
}

function stepped(values: readonly Value[], apply: (values: readonly Variable[]) => Variable): Value {
  return { variable: apply(values.map(({ variable }) => variable)), bound: Math.max(1, Math.ceil(largest(...values))), digits: finest(...values) };
}

const operations: readonly Operation[] = [
  ...Object.values(elementwiseOperations).flatMap(drawn),
  ({ all: [x, y] }) => ({ variable: add(x.variable, y.variable), bound: x.bound + y.bound, digits: finest(x, y) }),
  ({ all: [x, y] }) => ({ variable: sub(x.variable, y.variable), bound: x.bound + y.bound, digits: finest(x, y) }),
  ({ all: [x, y] }) => ({ variable: mul(x.variable, y.variable), bound: x.bound * y.bound, digits: x.digits + y.digits }),
  ({ exact: [x] }) => stepped([x], ([y]) => round(y)),
  ({ exact: [condition], all: [, x, y] }) => ({ variable: where(condition.variable, x.variable, y.variable), bound: largest(x, y), digits: finest(x, y) }),
  ({ exact: [x, y], all: [, , z] }) => ({ variable: where(less(x.variable, y.variable), z.variable, 0.5), bound: Math.max(0.5, z.bound), digits: Math.max(1, z.digits) }),

  ({ exact: [h, k, l], all: [x], grid, choice }) => {
    const middle = choice % 3 === 0 ? 0.5 : 0.25;
    const places = [h, k, l].map((nodes) => index(nodes, x, middle));
    return rounded(tricubic(places[0], places[1], places[2], grid, { min: gridMin, defaultF }), 2);
  },
  ({ exact: [h, k, l], grid }) => rounded(tricubic(h.variable, k.variable, l.variable, grid, { min: gridMin, defaultF }), 2),
  ({ exact: [h, k, l], all: [x], grid }) => {
    const places = [h, k, l].map((nodes) => index(nodes, x, 0));
    return rounded(nearest(places[0], places[1], places[2], grid, { min: gridMin, defaultF }), 1);
  },
  ({ exact: [h, k, l], grid }) => rounded(nearest(mul(3, h.variable), k.variable, l.variable, grid, { min: gridMin, defaultF }), 1),

  // Sums: over some axes, over all, and again beside what was summed.
  ({ all: [x], choice }) => summed(x, x.variable.shape.map((_, axis) => axis).filter((axis) => (choice >> axis) % 2 === 0)),
  ({ all: [x], choice, shape }) => {
    const axes = shape.map((_, axis) => axis).filter((axis) => (choice >> axis) % 2 === 0);
    return summed({ ...x, variable: whole(x, shape) }, axes);
  },
  ({ all: [x], shape }) => {
    const variable = whole(x, shape);
    return rounded(div(total(variable), Math.max(1, sizeOf(shape))), x.bound);
  },
  ({ all: [x, y], shape, choice }) => {
    const variable = whole(x, shape);
    const mean = summed({ ...x, variable }, shape.map((_, axis) => axis).filter((axis) => (choice >> axis) % 2 === 0));
    return rounded(mul(sub(variable, sin(mean.variable)), cos(y.variable)), x.bound + 1);
  },

  // What loops do not know.
  roundTrip((x) => transpose(x)),
  roundTrip((x) => {
    const size = sizeOf(x.shape);
    const smaller = 2 ** -Math.ceil(Math.log2(Math.max(1, size)));
    return reshape(cumulativeSum(mul(smaller, reshape(x, [size])), 0), x.shape);
  }),
  roundTrip((x) => (x.shape.length === 0 ? x : flip(x, x.shape.length - 1))),
  roundTrip((x, { choice }) => gather(reshape(x, [sizeOf(x.shape)]), x.tape.literal(scattered(sizeOf(x.shape), choice)))),
  roundTrip((x) => alias(x)),
  roundTrip((x) => (x.dtype === "float32" ? convert(convert(x, "float64"), "float32") : convert(convert(x, "float32"), "float64"))),
  ({ exact: [x], choice }) => {
    const { variable } = x;
    const rank = variable.shape.length;
    const axis = choice % Math.max(1, rank);
    const isLong = rank > 0 && variable.shape[axis] > 1;
    const part = isLong ? slice(variable, ...variable.shape.map((_, i) => (i === axis ? { start: choice % 2, stop: 1 + (choice % 2) } : {}))) : variable;
    return { variable: part, bound: x.bound, digits: x.digits };
  },
  ({ exact: [x, y] }) => {
    const [left, right] = [x, y].map(({ variable }) => convert(mul(4, variable), "int32"));
    const chosen = where(less(left, right), add(left, 1), abs(right));
    return { variable: mul(0.25, convert(chosen, x.variable.dtype)), bound: largest(x, y) + 0.25, digits: 2 };
  },
];

function summed({ variable, bound, digits }: Value, axes: readonly number[]): Value {
  const terms = sizeOf(axes.map((axis) => variable.shape[axis]));
  return { variable: axes.length === 0 ? variable : sum(variable, ...axes), bound: bound * Math.max(1, terms), digits };
}

/** Indices of so many elements, in some other order. */
function scattered(count: number, choice: number): NdArray {
  const result = zeros([count], "int32");
  for (let i = 0; i < count; i++) result.data[i] = (i * 7 + choice) % count;
  return result;
}
