/** For every primitive, how its inputs are drawn, how it is applied, and what it computes, said once more with loops. */
import * as fc from "fast-check";
import { record, type Primitive } from "../../src/autodiff/primitive.js";
import * as elementwise from "../../src/autodiff/primitives/elementwise.js";
import type { Applied } from "../../src/autodiff/primitives/elementwise-record.js";
import { elementwiseOperations, primitives, type PrimitiveName } from "../../src/autodiff/primitives/registry.js";
import { concatenate } from "../../src/autodiff/primitives/joining.js";
import { largest, smallest } from "../../src/autodiff/primitives/reductions.js";
import { masked } from "../../src/autodiff/primitives/masked.js";
import * as structure from "../../src/autodiff/primitives/structure.js";
import type { Variable } from "../../src/autodiff/tape.js";
import { copy, type NdArray } from "../../src/ndarray/ndarray.js";
import type { Shape } from "../../src/ndarray/shape.js";
import { resolveSlice, type AxisSlice } from "../../src/ndarray/views.js";
import { anyPermutation, anyReshape, indicesOf } from "../arbitraries.js";
import { between, broadcastGet, tabulate, type Draw } from "./draws.js";

/** One way to apply a primitive. */
export interface Sample {
  readonly inputs: readonly NdArray[];
  apply(inputs: readonly Variable[]): Variable;
  /** what it gives, element by element */
  reference(inputs: readonly NdArray[]): NdArray;
}

export interface Case {
  draw(by: Draw): fc.Arbitrary<Sample>;
  /** in all inputs together, without a constant */
  readonly linear?: boolean;
  /** lets no derivative through, whatever differences show */
  readonly isStopped?: boolean;
  /** takes int32 arrays, too */
  readonly integers?: boolean;
}

const gridShape = [6, 7, 6];
const gridMin = [-2, 1, 0];
const defaultF = 1.5;

/** Distance to the kinks that derivatives are compared at. */
export const clearance = 0.04;

type OperationName = keyof typeof elementwiseOperations;

/** Of an operation, whatever its record says: its own value is the reference, so that layouts and derivatives are tested. */
function caseOf({ primitive, record: { partials, evaluate, kinks, integers, domain } }: Applied): Case {
  const numbers = partials.map((_, i) => (kinks && !domain ? clearOf(primitive) : between(...(domain?.[i] ?? [-2, 2]))));
  return broadcasting(partials.length, (inputs) => record(primitive, inputs, {}), evaluate, {
    numbers: kinks && partials.length > 1 && !domain ? apart() : numbers,
    ...(integers && { integers }),
  });
}

const ofRecords: { readonly [P in OperationName]: Case } = mapValues(elementwiseOperations, caseOf);

function mapValues<K extends string, V, W>(values: Readonly<Record<K, V>>, f: (value: V) => W): Readonly<Record<K, W>>;
function mapValues<V, W>(values: Readonly<Record<string, V>>, f: (value: V) => W): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
}

const written: { readonly [P in Exclude<PrimitiveName, OperationName>]: Case } & { readonly [P in OperationName]?: Case } = {
  add: binary(([x, y]) => elementwise.add(x, y), (x, y) => x + y, { linear: true, integers: true }),
  sub: binary(([x, y]) => elementwise.sub(x, y), (x, y) => x - y, { linear: true, integers: true }),
  mul: binary(([x, y]) => elementwise.mul(x, y), (x, y) => x * y, { integers: true }),
  div: binary(([x, y]) => elementwise.div(x, y), (x, y) => x / y, { numbers: [between(-2, 2), awayFromZero()] }),
  neg: unary(([x]) => elementwise.neg(x), (x) => 0 - x, { linear: true, integers: true }),
  sqrt: unary(([x]) => elementwise.sqrt(x), (x) => x ** 0.5, { numbers: [between(0.2, 3)] }),
  exp: unary(([x]) => elementwise.exp(x), (x) => Math.E ** x),
  log: unary(([x]) => elementwise.log(x), (x) => Math.log10(x) / Math.LOG10E, { numbers: [between(0.2, 3)] }),
  sin: unary(([x]) => elementwise.sin(x), (x) => Math.cos(x - Math.PI / 2)),
  cos: unary(([x]) => elementwise.cos(x), (x) => Math.sin(x + Math.PI / 2)),
  sinPi: unary(([x]) => elementwise.sinPi(x), (x) => Math.sin(Math.PI * x)),
  cosPi: unary(([x]) => elementwise.cosPi(x), (x) => Math.cos(Math.PI * x)),
  atan2: binary(([y, x]) => elementwise.atan2(y, x), (y, x) => angle(y, x), { numbers: [awayFromZero(), between(-2, 2)] }),
  abs: unary(([x]) => elementwise.abs(x), (x) => (x < 0 ? -x : x), { numbers: [clearOf(primitives.abs)], integers: true }),
  floor: unary(([x]) => elementwise.floor(x), (x) => x - (((x % 1) + 1) % 1), { numbers: [clearOf(primitives.floor)] }),
  ceil: unary(([x]) => elementwise.ceil(x), (x) => x + (((-x % 1) + 1) % 1), { numbers: [clearOf(primitives.ceil)] }),
  less: binary(([x, y]) => elementwise.less(x, y), (x, y) => Number(x < y), { numbers: apart(), integers: true }),
  equal: binary(([x, y]) => elementwise.equal(x, y), (x, y) => Number(x === y), { numbers: apart(), integers: true }),
  min: binary(([x, y]) => elementwise.min(x, y), (x, y) => Math.min(x, y), { numbers: apart(), integers: true }),
  max: binary(([x, y]) => elementwise.max(x, y), (x, y) => Math.max(x, y), { numbers: apart(), integers: true }),
  where: broadcasting(3, ([condition, x, y]) => elementwise.where(condition, x, y), (condition, x, y) => (condition === 0 ? y : x), {
    numbers: [awayFromZero(), between(-2, 2), between(-2, 2)],
    integers: true,
  }),

  sum: linear((by) =>
    by.shape({ minRank: 1 }).chain((shape) =>
      fc.subarray(shape.map((_, axis) => axis), { minLength: 1 }).chain((axes) =>
        moved(by, shape, {
          apply: (x) => structure.sum(x, ...axes),
          shape: shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
          takes: (from, to) => to.every((at, axis) => axes.includes(axis) || at === from[axis]),
        }),
      ),
    ),
  ),
  broadcast: linear((by) =>
    fc.tuple(by.shape(), fc.boolean()).chain(([shape, first]) => {
      const from = shape.map((extent, axis) => ((axis % 2 === 0) === first ? 1 : extent));
      return fc.constantFrom(from, from.slice(1)).chain((source) =>
        moved(by, source, {
          apply: (x) => structure.broadcastTo(x, shape),
          shape,
          takes: (at, to) => at.every((i, axis) => i === (source[axis] === 1 ? 0 : to[axis + to.length - at.length])),
        }),
      );
    }),
  ),
  reshape: linear((by) =>
    by.shape().chain((from) =>
      anyReshape(from).chain((shape) =>
        moved(by, from, {
          apply: (x) => structure.reshape(x, shape),
          shape,
          takes: (at, to) => orderOf(at, from) === orderOf(to, shape),
        }),
      ),
    ),
  ),
  transpose: linear((by) =>
    by.shape().chain((from) =>
      anyPermutation(from.length).chain((axes) =>
        moved(by, from, {
          apply: (x) => structure.transpose(x, axes),
          shape: axes.map((axis) => from[axis]),
          takes: (at, to) => to.every((i, axis) => i === at[axes[axis]]),
        }),
      ),
    ),
  ),
  slice: linear((by) =>
    by.shape({ minRank: 1, maxExtent: 5 }).chain((from) =>
      fc.tuple(...from.map(anySlice)).chain((slices) => {
        const taken = slices.map((wanted, axis) => {
          if (typeof wanted === "number") return [wanted < 0 ? wanted + from[axis] : wanted];
          const { start, step, extent } = resolveSlice(wanted, from[axis]);
          return Array.from({ length: extent }, (_, i) => start + i * step);
        });
        const kept = from.map((_, axis) => axis).filter((axis) => typeof slices[axis] !== "number");
        return moved(by, from, {
          apply: (x) => structure.slice(x, ...slices),
          shape: kept.map((axis) => taken[axis].length),
          takes: (at, to) => at.every((i, axis) => i === taken[axis][kept.includes(axis) ? to[kept.indexOf(axis)] : 0]),
        });
      }),
    ),
  ),
  pad: linear((by) =>
    by.shape({ minRank: 1, maxExtent: 5 }).chain((shape) =>
      fc.tuple(...shape.map((extent) => anyRange(extent).map((range) => resolveSlice(range, extent)))).chain((ranges) =>
        moved(by, ranges.map(({ extent }) => extent), {
          apply: (x) => {
            const attributes = { starts: ranges.map(({ start }) => start), steps: ranges.map(({ step }) => step), shape };
            return record(primitives.pad, [x], attributes);
          },
          shape,
          takes: (at, to) => to.every((i, axis) => i === ranges[axis].start + at[axis] * ranges[axis].step),
        }),
      ),
    ),
  ),
  cumulativeSum: linear((by) =>
    fc.tuple(by.shape({ minRank: 1 }), fc.nat(), fc.boolean()).chain(([shape, any, forward]) => {
      const axis = any % shape.length;
      return moved(by, shape, {
        apply: (x) => structure.cumulativeSum(x, axis, forward ? "forward" : "backward"),
        shape,
        takes: (at, to) => at.every((i, each) => (each !== axis ? i === to[each] : forward ? i <= to[each] : i >= to[each])),
      });
    }),
  ),
  // By way of float64, so that the result has the dtype of the input; convert itself skips what changes nothing.
  convert: linear((by) =>
    by.shape().chain((shape) =>
      moved(by, shape, {
        apply: (x) => record(primitives.convert, [record(primitives.convert, [x], { dtype: "float64" })], { dtype: x.dtype }),
        shape,
        takes: same,
      }),
    ),
  ),
  gather: linear((by) =>
    fc.tuple(by.shape(), fc.integer({ min: 1, max: 5 })).chain(([shape, length]) =>
      by.indices(shape, length).chain((indices) =>
        moved(by, [length], {
          apply: (x) => structure.gather(x, x.tape.literal(indices)),
          shape,
          takes: ([at], to) => at === indices.get(...to),
        }),
      ),
    ),
  ),
  scatterAdd: linear((by) =>
    fc.tuple(by.shape(), fc.integer({ min: 1, max: 5 })).chain(([shape, length]) =>
      by.indices(shape, length).chain((indices) =>
        moved(by, shape, {
          apply: (x) => record(primitives.scatterAdd, [x, x.tape.literal(indices)], { shape: [length] }),
          shape: [length],
          takes: (at, [to]) => to === indices.get(...at),
        }),
      ),
    ),
  ),
  stopGradient: {
    ...linear((by) => by.shape().chain((shape) => moved(by, shape, { apply: structure.stopGradient, shape, takes: same }))),
    linear: false,
    isStopped: true,
  },
  concatenate: {
    integers: true,
    draw: (by) =>
      fc.tuple(by.shape({ minRank: 1 }), fc.nat(), fc.nat({ max: 2 })).chain(([shape, any, other]) => {
        const axis = any % shape.length;
        const second = shape.map((extent, i) => (i === axis ? other : extent));
        return fc.tuple(...[shape, second].map((each) => by.view(each, by.number(between(-2, 2), anywhere())))).map((inputs): Sample => ({
          inputs,
          apply: (parts) => concatenate(parts, axis),
          reference: ([x, y]) =>
            tabulate(shape.map((extent, i) => (i === axis ? extent + other : extent)), (...index) => {
              const beyond = index[axis] - shape[axis];
              return beyond < 0 ? x.get(...index) : y.get(...index.map((at, i) => (i === axis ? beyond : at)));
            }),
        }));
      }),
  },
  extreme: {
    integers: true,
    draw: (by) =>
      fc.tuple(by.shape({ minRank: 2 }), fc.nat(), fc.boolean()).chain(([shape, any, isLargest]) => {
        // Of no element there is no largest one; another axis may be empty.
        const filled = [...shape.keys()].filter((each) => shape[each] > 0);
        const axis = filled[any % filled.length];
        // Steps keep elements apart, wherever they repeat.
        const size = shape.reduce((product, extent) => product * extent, 1);
        const steps = tabulate(shape, (...index) => 5 * ((7 * orderOf(index, shape)) % Math.max(1, size)));
        return by.view(shape, by.number(between(-2, 2), anywhere())).map((input): Sample => ({
          inputs: [input],
          apply: ([x]) => {
            const apart = elementwise.add(x, copy(steps, x.dtype));
            return isLargest ? largest(apart, axis) : smallest(apart, axis);
          },
          reference: ([x]) =>
            tabulate(shape.map((extent, i) => (i === axis ? 1 : extent)), (...index) => {
              const along = Array.from({ length: shape[axis] }, (_, at) => index.map((each, i) => (i === axis ? at : each)));
              const values = along.map((each) => x.get(...each) + steps.get(...each));
              return isLargest ? Math.max(...values) : Math.min(...values);
            }),
        }));
      }),
  },
  alias: linear((by) => by.shape().chain((shape) => moved(by, shape, { apply: structure.alias, shape, takes: same }))),

  tricubic: lookup(primitives.tricubic, "grid", (orders) => ({
    apply: (inputs) => record(primitives.tricubic, inputs, { min: gridMin, defaultF, orders }),
    reference: ([h, k, l, grid], shape) =>
      tabulate(shape, (...index) => {
        const points = cubicPoints([h, k, l].map((x) => broadcastGet(x, index)), orders);
        if (points.length === 0) return orders.every((order) => order === 0) ? defaultF : 0;
        return points.reduce((sum, { at, weight }) => sum + weight * grid.get(...at), 0);
      }),
  })),
  tricubicScatter: lookup(primitives.tricubicScatter, "values", (orders) => ({
    apply: (inputs) => record(primitives.tricubicScatter, inputs, { min: gridMin, orders, shape: gridShape }),
    reference: (inputs, shape) => scattered(inputs, shape, (hkl) => cubicPoints(hkl, orders)),
  })),
  nearest: lookup(primitives.nearest, "grid", () => ({
    apply: (inputs) => record(primitives.nearest, inputs, { min: gridMin, defaultF }),
    reference: ([h, k, l, grid], shape) =>
      tabulate(shape, (...index) => {
        const points = nearestPoint([h, k, l].map((x) => broadcastGet(x, index)));
        return points.length === 0 ? defaultF : grid.get(...points[0].at);
      }),
  })),
  nearestScatter: lookup(primitives.nearestScatter, "values", () => ({
    apply: (inputs) => record(primitives.nearestScatter, inputs, { min: gridMin, shape: gridShape }),
    reference: (inputs, shape) => scattered(inputs, shape, nearestPoint),
  })),
  masked: {
    draw: (by) =>
      fc.tuple(by.shape({ maxRank: 2 }), fc.constantFrom(1, 2, 4), fc.constantFrom(1, 2, 4), fc.boolean()).chain(([rest, groups, unit, varies]) => {
        const flag = by.number(fc.constantFrom(1, -1.5), fc.constantFrom(1, -1.5, 0));
        return fc.tuple(by.view([varies ? groups * unit : 1, ...rest], anywhere()), by.view([...rest, groups], flag)).map((inputs): Sample => ({
          inputs,
          apply: ([x, mask]) => masked(x, mask, unit),
          reference: ([x, mask]) =>
            tabulate([groups * unit, ...rest], (...index) => {
              const [at, ...step] = index;
              return mask.get(...step, (at - (at % unit)) / unit) === 0 ? 0 : broadcastGet(x, index);
            }),
        }));
      }),
  },
  waveSum: waves("waveSum", (points) => [points], (hkl, powers, quarters, [x, u, weight]) =>
    tabulate([2, hkl.shape[0]], (part, i) => {
      const each = Array.from({ length: x.shape[1] }, (_, j) => weight.get(j) * waveOf(hkl, i, x, u, j, quarters)[part]);
      return monomial(hkl, i, powers) * each.reduce((sum, term) => sum + term, 0);
    }),
  ),
  waveMoments: waves("waveMoments", (_, frequencies) => [2, frequencies], (hkl, powers, quarters, [x, u, values]) =>
    tabulate([powers.length / 3, x.shape[1]], (m, j) => {
      const each = Array.from({ length: hkl.shape[0] }, (_, i) => {
        const [cos, sin] = waveOf(hkl, i, x, u, j, quarters);
        return monomial(hkl, i, powers.slice(3 * m, 3 * m + 3)) * (values.get(0, i) * cos + values.get(1, i) * sin);
      });
      return each.reduce((sum, term) => sum + term, 0);
    }),
  ),
};

/** Of operations that have none of their own here, those that their records make. */
export const primitiveCases: { readonly [P in PrimitiveName]: Case } = { ...ofRecords, ...written };

// Waves.

/** Points of few frequencies, some of them neighbours along l, with any powers and quarter turns. */
function waves(
  name: "waveSum" | "waveMoments",
  shapeOfLast: (points: number, frequencies: number) => Shape,
  reference: (hkl: NdArray, powers: readonly number[], quarters: number, inputs: readonly NdArray[]) => NdArray,
): Case {
  const power = fc.integer({ min: 0, max: 2 });
  const sets = name === "waveSum" ? 1 : 2;
  return {
    draw: (by) =>
      fc.tuple(by.shape({ minRank: 2, maxRank: 2 }), fc.array(power, { minLength: 3 * sets, maxLength: 3 * sets }), fc.nat({ max: 4 })).chain(
        ([[points, frequencies], powers, quarters]) =>
          fc
            .tuple(
              by.indices([frequencies, 3], 3),
              by.view([3, points], by.number(between(-1, 1), between(-2, 2))),
              by.view([6, points], between(-0.01, 0.02)),
              by.view(shapeOfLast(points, frequencies), between(-2, 2)),
            )
            .map(([hkl, ...inputs]) => ({
              inputs,
              apply: ([x, ...others]) => record(primitives[name], [x.tape.literal(hkl), x, ...others], { powers, quarters }),
              reference: (given) => reference(hkl, powers, quarters, given),
            })),
      ),
  };
}

/** cos and sin of a point's wave at a frequency, so many quarter turns further, times its height. */
function waveOf(hkl: NdArray, i: number, x: NdArray, u: NdArray, j: number, quarters: number): readonly number[] {
  const h = [0, 1, 2].map((axis) => hkl.get(i, axis));
  const angle = 2 * Math.PI * (h[0] * x.get(0, j) + h[1] * x.get(1, j) + h[2] * x.get(2, j)) + (quarters * Math.PI) / 2;
  const squares = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]].map(([a, b], at) => (a === b ? 1 : 2) * u.get(at, j) * h[a] * h[b]);
  const height = Math.exp(-2 * Math.PI ** 2 * squares.reduce((sum, term) => sum + term, 0));
  return [height * Math.cos(angle), height * Math.sin(angle)];
}

function monomial(hkl: NdArray, i: number, powers: readonly number[]): number {
  return powers.reduce((product, power, axis) => product * hkl.get(i, axis) ** power, 1);
}

// Elementwise.

interface Elementwise {
  readonly numbers?: readonly fc.Arbitrary<number>[];
  readonly linear?: boolean;
  readonly integers?: boolean;
}
type Apply = (inputs: readonly Variable[]) => Variable;
type Numbers = (...values: number[]) => number;

function unary(apply: Apply, reference: Numbers, options: Elementwise = {}): Case {
  return broadcasting(1, apply, reference, options);
}

function binary(apply: Apply, reference: Numbers, options: Elementwise = {}): Case {
  return broadcasting(2, apply, reference, options);
}

function broadcasting(count: number, apply: Apply, reference: Numbers, { numbers, linear, integers }: Elementwise): Case {
  return {
    ...(linear && { linear }),
    ...(integers && { integers }),
    draw: (by) =>
      by.shape().chain((shape) =>
        anyOperands(shape, count)
          .chain((shapes) =>
            fc.tuple(...shapes.map((operand, i) => by.view(operand, by.number(numbers?.[i] ?? between(-2, 2), anywhere())))),
          )
          .map((inputs) => ({
            inputs,
            apply,
            reference: (arrays) => tabulate(shape, (...index) => reference(...arrays.map((x) => broadcastGet(x, index)))),
          })),
      ),
  };
}

/** Shapes that broadcast together to this one. */
function anyOperands(shape: Shape, count: number): fc.Arbitrary<Shape[]> {
  const operand = fc.oneof(
    fc.constant(shape),
    fc.tuple(...shape.map((extent) => fc.constantFrom(extent, 1))).chain((stretched) =>
      fc.nat({ max: shape.length }).map((dropped) => stretched.slice(dropped)),
    ),
  );
  return fc
    .tuple(fc.array(operand, { minLength: count - 1, maxLength: count - 1 }), fc.nat({ max: count - 1 }))
    .map(([others, whole]) => [...others.slice(0, whole), shape, ...others.slice(whole)]);
}

function anywhere(): fc.Arbitrary<number> {
  return fc.oneof(between(-3, 3), fc.integer({ min: -6, max: 6 }).map((halves) => halves / 2));
}

function awayFromZero(): fc.Arbitrary<number> {
  return between(-2, 2).filter((x) => Math.abs(x) > 0.2);
}

/** Numbers that, alone or three of them together, keep clear of a primitive's kinks. */
function clearOf({ kinks }: Pick<Primitive, "kinks">, numbers = between(-2.5, 2.5)): fc.Arbitrary<number> {
  // As float32 holds them, too: 2.04 is less than that there.
  return numbers.filter((x) => kinks === undefined || [x, Math.fround(x)].every((y) => kinks(y, y, y) > clearance));
}

/** Two numbers that are never equal. */
function apart(): fc.Arbitrary<number>[] {
  const halves = fc.integer({ min: -4, max: 4 }).map((i) => i / 2);
  return [halves, halves.map((x) => x + 0.25)];
}

function angle(y: number, x: number): number {
  if (y === 0) return x < 0 ? Math.PI : 0;
  return 2 * Math.atan((Math.hypot(x, y) - x) / y);
}

// Linear: an element of the output is the sum of those elements of the input that it takes.

interface Movement {
  apply(x: Variable): Variable;
  /** of the output */
  readonly shape: Shape;
  takes(from: readonly number[], to: readonly number[]): boolean;
}

function linear(drawSample: Case["draw"]): Case {
  return { draw: drawSample, linear: true, integers: true };
}

function moved(by: Draw, from: Shape, { apply, shape, takes }: Movement): fc.Arbitrary<Sample> {
  return by.view(from, by.number(between(-2, 2), anywhere())).map((input) => ({
    inputs: [input],
    apply: ([x]) => apply(x),
    reference: ([x]) =>
      tabulate(shape, (...to) => {
        const taken = indicesOf(from).filter((at) => takes(at, to));
        return taken.reduce((sum, at) => sum + x.get(...at), 0);
      }),
  }));
}

function same(from: readonly number[], to: readonly number[]): boolean {
  return from.every((at, axis) => at === to[axis]);
}

/** Which element, counted in order, stands at an index. */
function orderOf(index: readonly number[], shape: Shape): number {
  return index.reduce((before, at, axis) => before * shape[axis] + at, 0);
}

/** An index, or a range: mostly of several elements, as often backwards as not. */
function anySlice(extent: number): fc.Arbitrary<AxisSlice> {
  if (extent === 0) return anyRange(extent);
  return fc.oneof({ weight: 1, arbitrary: fc.integer({ min: -extent, max: extent - 1 }) }, { weight: 3, arbitrary: anyRange(extent) });
}

function anyRange(extent: number): fc.Arbitrary<Exclude<AxisSlice, number>> {
  const bound = fc.integer({ min: -extent, max: extent });
  const step = fc.constantFrom(1, 2, -1, -2);
  const oneEnd = [fc.record({ step, start: bound }), fc.record({ step, stop: bound })];
  return fc.oneof(fc.record({ step }), ...oneEnd, fc.record({ step, start: bound, stop: bound }));
}

// Lookups.

interface Lookup {
  apply(inputs: readonly Variable[]): Variable;
  reference(inputs: readonly NdArray[], shape: Shape): NdArray;
}
interface Point {
  readonly at: readonly number[];
  readonly weight: number;
}

/** In a grid, or of values that are scattered to one; the first three inputs are h, k and l. */
function lookup(primitive: Pick<Primitive, "kinks">, last: "grid" | "values", make: (orders: readonly number[]) => Lookup): Case {
  const index = (axis: number, by: Draw): fc.Arbitrary<number> => {
    const low = gridMin[axis];
    const high = low + gridShape[axis] - 1;
    const inside = { weight: 9, arbitrary: between(low + 1, high - 1) };
    const numbers = fc.oneof(inside, { weight: 1, arbitrary: between(low - 2, high + 2) });
    return by.number(clearOf(primitive, numbers), fc.oneof(numbers, numbers.map((x) => Math.round(2 * x) / 2)));
  };
  return {
    draw: (by) =>
      fc.tuple(by.shape(), fc.tuple(...gridShape.map(() => fc.nat({ max: 2 })))).chain(([shape, orders]) => {
        const { apply, reference } = make(orders);
        return fc
          .tuple(anyOperands(shape, 3), last === "grid" ? fc.constant([gridShape]) : anyOperands(shape, 2))
          .chain(([shapes, [lastShape]]) =>
            fc.tuple(...shapes.map((each, axis) => by.view(each, index(axis, by))), by.view(lastShape, between(-2, 2))),
          )
          .map((inputs) => ({ inputs, apply, reference: (arrays) => reference(arrays, shape) }));
      }),
  };
}

/** The 64 points around (h,k,l) and their weights; none where they leave the grid. */
function cubicPoints(hkl: readonly number[], orders: readonly number[]): Point[] {
  const cells = hkl.map((x, axis) => Math.floor(x) - gridMin[axis]);
  return indicesOf([4, 4, 4])
    .map((nodes) => ({
      at: nodes.map((node, axis) => cells[axis] + node - 1),
      weight: nodes.reduce((product, node, axis) => product * lagrange(node - 1, hkl[axis] - Math.floor(hkl[axis]), orders[axis]), 1),
    }))
    .filter((_, __, points) => points.every(({ at }) => isInGrid(at)));
}

function nearestPoint(hkl: readonly number[]): Point[] {
  const at = hkl.map((x, axis) => Math.ceil(x - 0.5) - gridMin[axis]);
  return isInGrid(at) ? [{ at, weight: 1 }] : [];
}

function isInGrid(at: readonly number[]): boolean {
  return at.every((i, axis) => i >= 0 && i < gridShape[axis]);
}

/** The polynomial that is 1 at one of the nodes -1, 0, 1, 2 and 0 at the others, differentiated so many times. */
function lagrange(node: number, t: number, order: number): number {
  let coefficients = [1];
  for (const other of [-1, 0, 1, 2].filter((each) => each !== node)) {
    const timesT = [0, ...coefficients];
    coefficients = timesT.map((coefficient, power) => (coefficient - other * (coefficients[power] ?? 0)) / (node - other));
  }
  for (let i = 0; i < order; i++) coefficients = coefficients.slice(1).map((coefficient, power) => coefficient * (power + 1));
  return coefficients.reduce((sum, coefficient, power) => sum + coefficient * t ** power, 0);
}

function scattered([h, k, l, values]: readonly NdArray[], shape: Shape, points: (hkl: readonly number[]) => Point[]): NdArray {
  const sums = new Map<string, number>();
  for (const index of indicesOf(shape)) {
    for (const { at, weight } of points([h, k, l].map((x) => broadcastGet(x, index)))) {
      sums.set(at.join(), (sums.get(at.join()) ?? 0) + weight * broadcastGet(values, index));
    }
  }
  return tabulate(gridShape, (...at) => sums.get(at.join()) ?? 0);
}
