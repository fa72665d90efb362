/**
 * Structure factors at fractional Miller indices: a grid F[h,k,l] read at the nearest point, or through the 4-point Lagrange
 * polynomial along each axis. Linear in the grid; the tricubic lookup carries its order of differentiation along each axis, so
 * that its derivatives are itself. A neighbourhood is never stored.
 */
import { isFloat, type Data } from "../../ndarray/dtype.js";
import { describeShape, DTypeError, mixedDTypes, ShapeError } from "../../ndarray/errors.js";
import { forEachRun, type NdArray } from "../../ndarray/ndarray.js";
import { nearestWhole } from "../../ndarray/rounding.js";
import { broadcastShapes, sameShape, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import type { Operand, Typed, Variable } from "../tape.js";
import { accumulate } from "./accumulate.js";
import { mul } from "./elementwise.js";
import { lagrangeCubics, weigh } from "./lagrange.js";
import { stencils, type Stencil } from "./stencil.js";

/** How a grid is read: the indices of its first point, and what stands for the points outside of it. */
export type GridLookup = {
  /** indices of the grid's first point: h, k, l */
  readonly min: readonly number[];
  /** electrons, where a lookup leaves the grid */
  readonly defaultF: number;
};
type Orders = { readonly orders: readonly number[] };
type Target = { readonly shape: Shape };

/**
 * Where the grid holds the first point of a lookup's stencil, or -1 where it does not hold all of its points.
 * @param h whole, relative to the grid's first point; k and l likewise
 */
function placeOf(h: number, k: number, l: number, { before, points }: Stencil, { shape, strides, offset }: NdArray): number {
  const [i, j, m] = [h - before, k - before, l - before];
  const isHeld = i >= 0 && i + points <= shape[0] && j >= 0 && j + points <= shape[1] && m >= 0 && m + points <= shape[2];
  return isHeld ? offset + i * strides[0] + j * strides[1] + m * strides[2] : -1;
}

/** The values at the lookups' places and the indices h, k and l, all of the values' shape. */
function alongLookups(values: NdArray, indices: readonly NdArray[]): NdArray[] {
  return [values, ...indices.map((index) => views.broadcastTo(index, values.shape))];
}

function inferLookup(name: string, inputs: readonly Typed[], grid: Typed): Typed {
  const { dtype } = grid;
  if (!isFloat(dtype)) throw new DTypeError(`${name} is not defined on ${dtype} arrays`);
  for (const input of inputs) if (input.dtype !== dtype) throw mixedDTypes(name, dtype, input.dtype);
  return { shape: broadcastShapes(...inputs.slice(0, 3).map(({ shape }) => shape)), dtype };
}

function checkGrid(name: string, { shape }: Typed, { min }: GridLookup): void {
  if (shape.length !== 3) throw new ShapeError(`${name} needs a grid of 3 axes, not of shape ${describeShape(shape)}`);
  if (min.length !== 3 || !min.every(Number.isInteger)) {
    throw new ShapeError(`${name} needs 3 whole numbers as the indices of the grid's first point, not ${describeShape(min)}`);
  }
}

function inferScatter(name: string, inputs: readonly Typed[], { shape }: Target): Typed {
  const looked = inferLookup(name, inputs, inputs[3]);
  if (!sameShape(broadcastShapes(looked.shape, inputs[3].shape), looked.shape)) {
    throw new ShapeError(`${name}: values of shape ${describeShape(inputs[3].shape)} for lookups of shape ${describeShape(looked.shape)}`);
  }
  return { shape, dtype: looked.dtype };
}

const plusOne = (orders: readonly number[], axis: number): number[] => orders.map((order, i) => (i === axis ? order + 1 : order));

/** Four numbers, a stride apart, times four weights. */
function weighted(values: Data, at: number, stride: number, weights: readonly number[]): number {
  return (
    weights[0] * values[at] +
    weights[1] * values[at + stride] +
    weights[2] * values[at + 2 * stride] +
    weights[3] * values[at + 3 * stride]
  );
}

/** The sum of the 64 neighbours times their weights, contracted axis by axis. */
const tricubicPrimitive: Primitive<GridLookup & Orders> = {
  name: "tricubic",
  infer(inputs, attributes) {
    checkGrid("tricubic", inputs[3], attributes);
    return inferLookup("tricubic", inputs, inputs[3]);
  },
  kernel: {
    kind: "array",
    run(output, [h, k, l, grid], { min: [minH, minK, minL], defaultF, orders: [orderH, orderK, orderL] }) {
      const [strideH, strideK, strideL] = grid.strides;
      const [dataH, dataK, dataL] = [h.data, k.data, l.data];
      const values = grid.data;
      const result = output.data;
      const outside = orderH + orderK + orderL === 0 ? defaultF : 0;
      const [cubicsH, cubicsK, cubicsL] = [lagrangeCubics(orderH), lagrangeCubics(orderK), lagrangeCubics(orderL)];
      const [weightsH, weightsK, weightsL] = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]];
      forEachRun(alongLookups(output, [h, k, l]), (count, [at, atH, atK, atL], [step, stepH, stepK, stepL]) => {
        for (let i = 0; i < count; i++) {
          const x = dataH[atH + i * stepH];
          const y = dataK[atK + i * stepK];
          const z = dataL[atL + i * stepL];
          const first = placeOf(Math.floor(x) - minH, Math.floor(y) - minK, Math.floor(z) - minL, stencils.tricubic, grid);
          if (first < 0) {
            result[at + i * step] = outside;
            continue;
          }
          weigh(cubicsH, x - Math.floor(x), weightsH);
          weigh(cubicsK, y - Math.floor(y), weightsK);
          weigh(cubicsL, z - Math.floor(z), weightsL);
          let sum = 0;
          for (let plane = 0; plane < 4; plane++) {
            const row = first + plane * strideH;
            sum +=
              weightsH[plane] *
              (weightsK[0] * weighted(values, row, strideL, weightsL) +
                weightsK[1] * weighted(values, row + strideK, strideL, weightsL) +
                weightsK[2] * weighted(values, row + 2 * strideK, strideL, weightsL) +
                weightsK[3] * weighted(values, row + 3 * strideK, strideL, weightsL));
          }
          result[at + i * step] = sum;
        }
      });
    },
  },
  vjp(index, cotangent, { inputs: [h, k, l, grid], attributes }) {
    if (index < 3) return mul(cotangent, tricubicOfOrder([h, k, l, grid], { ...attributes, orders: plusOne(attributes.orders, index) }));
    const { min, orders } = attributes;
    return record(tricubicScatterPrimitive, [h, k, l, cotangent], { min, orders, shape: grid.shape });
  },
  jvp(index, tangent, { inputs: [h, k, l, grid], attributes }) {
    if (index < 3) return mul(tangent, tricubicOfOrder([h, k, l, grid], { ...attributes, orders: plusOne(attributes.orders, index) }));
    return tricubicOfOrder([h, k, l, tangent], { ...attributes, defaultF: 0 });
  },
  kinks: (h, k, l) => Math.min(...[h, k, l].map((x) => Math.abs(x - Math.round(x)))),
};

/** The transpose of the tricubic lookup in its grid: every value is added to the 64 neighbours, by their weights. */
const tricubicScatterPrimitive: Primitive<{ readonly min: readonly number[] } & Orders & Target> = {
  name: "tricubicScatter",
  infer: (inputs, attributes) => inferScatter("tricubicScatter", inputs, attributes),
  kernel: {
    kind: "array",
    run(output, [h, k, l, source], { min: [minH, minK, minL], orders: [orderH, orderK, orderL] }) {
      accumulate(output, (target) => {
        const [strideH, strideK, strideL] = target.strides;
        const values = views.broadcastTo(source, broadcastShapes(h.shape, k.shape, l.shape));
        const sums = target.data;
        const [cubicsH, cubicsK, cubicsL] = [lagrangeCubics(orderH), lagrangeCubics(orderK), lagrangeCubics(orderL)];
        const [weightsH, weightsK, weightsL] = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]];
        forEachRun(alongLookups(values, [h, k, l]), (count, [at, atH, atK, atL], [step, stepH, stepK, stepL]) => {
          for (let i = 0; i < count; i++) {
            const x = h.data[atH + i * stepH];
            const y = k.data[atK + i * stepK];
            const z = l.data[atL + i * stepL];
            const first = placeOf(Math.floor(x) - minH, Math.floor(y) - minK, Math.floor(z) - minL, stencils.tricubic, target);
            if (first < 0) continue;
            weigh(cubicsH, x - Math.floor(x), weightsH);
            weigh(cubicsK, y - Math.floor(y), weightsK);
            weigh(cubicsL, z - Math.floor(z), weightsL);
            for (let plane = 0; plane < 4; plane++) {
              for (let row = 0; row < 4; row++) {
                const weight = values.data[at + i * step] * weightsH[plane] * weightsK[row];
                const start = first + plane * strideH + row * strideK;
                for (let point = 0; point < 4; point++) sums[start + point * strideL] += weight * weightsL[point];
              }
            }
          }
        });
      });
    },
  },
  vjp(index, cotangent, { inputs: [h, k, l, source], attributes: { min, orders } }) {
    if (index === 3) return tricubicOfOrder([h, k, l, cotangent], { min, orders, defaultF: 0 });
    return mul(source, tricubicOfOrder([h, k, l, cotangent], { min, orders: plusOne(orders, index), defaultF: 0 }));
  },
  jvp(index, tangent, { inputs: [h, k, l, source], attributes }) {
    if (index === 3) return record(tricubicScatterPrimitive, [h, k, l, tangent], attributes);
    const orders = plusOne(attributes.orders, index);
    return record(tricubicScatterPrimitive, [h, k, l, mul(source, tangent)], { ...attributes, orders });
  },
  kinks: (h, k, l) => Math.min(...[h, k, l].map((x) => Math.abs(x - Math.round(x)))),
};

function tricubicOfOrder(operands: readonly Operand[], attributes: GridLookup & Orders): Variable {
  return record(tricubicPrimitive, operands, attributes);
}

/**
 * Structure factors between the points of a grid, by the cubic through the 4 nearest points along each axis; `defaultF`, without
 * gradient, where these leave the grid. At a whole index the slope jumps; it is that of the cell on the right.
 * @param h fractional Miller indices of any shapes that broadcast; k and l likewise
 * @param grid F[h,k,l], shape [h, k, l]
 * @throws ShapeError, DTypeError when the operands do not fit
 */
export function tricubic(h: Variable, k: Operand, l: Operand, grid: Operand, options: GridLookup): Variable;
export function tricubic(h: Operand, k: Variable, l: Operand, grid: Operand, options: GridLookup): Variable;
export function tricubic(h: Operand, k: Operand, l: Variable, grid: Operand, options: GridLookup): Variable;
export function tricubic(h: Operand, k: Operand, l: Operand, grid: Variable, options: GridLookup): Variable;
export function tricubic(h: Operand, k: Operand, l: Operand, grid: Operand, { min, defaultF }: GridLookup): Variable {
  return tricubicOfOrder([h, k, l, grid], { min, defaultF, orders: [0, 0, 0] });
}

/** Visits the place of every lookup's value, and that of the grid's nearest point, or -1 where there is none. */
function forEachNearest(
  values: NdArray,
  [h, k, l]: readonly NdArray[],
  [minH, minK, minL]: readonly number[],
  grid: NdArray,
  visit: (at: number, place: number) => void,
): void {
  forEachRun(alongLookups(values, [h, k, l]), (count, [at, atH, atK, atL], [step, stepH, stepK, stepL]) => {
    for (let i = 0; i < count; i++) {
      const x = nearestWhole(h.data[atH + i * stepH]);
      const y = nearestWhole(k.data[atK + i * stepK]);
      const z = nearestWhole(l.data[atL + i * stepL]);
      visit(at + i * step, placeOf(x - minH, y - minK, z - minL, stencils.nearest, grid));
    }
  });
}

/** The grid's point nearest to (h,k,l). */
const nearestPrimitive: Primitive<GridLookup> = {
  name: "nearest",
  infer(inputs, attributes) {
    checkGrid("nearest", inputs[3], attributes);
    return inferLookup("nearest", inputs, inputs[3]);
  },
  kernel: {
    kind: "array",
    run(output, [h, k, l, grid], { min, defaultF }) {
      forEachNearest(output, [h, k, l], min, grid, (at, place) => {
        output.data[at] = place < 0 ? defaultF : grid.data[place];
      });
    },
  },
  vjp: (index, cotangent, { inputs: [h, k, l, grid], attributes: { min } }) =>
    index === 3 ? record(nearestScatterPrimitive, [h, k, l, cotangent], { min, shape: grid.shape }) : undefined,
  jvp: (index, tangent, { inputs: [h, k, l], attributes: { min } }) =>
    index === 3 ? record(nearestPrimitive, [h, k, l, tangent], { min, defaultF: 0 }) : undefined,
  kinks: (h, k, l) => Math.min(...[h, k, l].map((x) => Math.abs(x - Math.floor(x) - 0.5))),
};

/** The transpose of the nearest lookup in its grid. */
const nearestScatterPrimitive: Primitive<{ readonly min: readonly number[] } & Target> = {
  name: "nearestScatter",
  infer: (inputs, attributes) => inferScatter("nearestScatter", inputs, attributes),
  kernel: {
    kind: "array",
    run(output, [h, k, l, source], { min }) {
      const values = views.broadcastTo(source, broadcastShapes(h.shape, k.shape, l.shape));
      accumulate(output, (sums) => {
        forEachNearest(values, [h, k, l], min, sums, (at, place) => {
          if (place >= 0) sums.data[place] += values.data[at];
        });
      });
    },
  },
  vjp: (index, cotangent, { inputs: [h, k, l], attributes: { min } }) =>
    index === 3 ? record(nearestPrimitive, [h, k, l, cotangent], { min, defaultF: 0 }) : undefined,
  jvp: (index, tangent, { inputs: [h, k, l], attributes }) =>
    index === 3 ? record(nearestScatterPrimitive, [h, k, l, tangent], attributes) : undefined,
  kinks: (h, k, l) => Math.min(...[h, k, l].map((x) => Math.abs(x - Math.floor(x) - 0.5))),
};

/**
 * Structure factors at the grid's nearest points; `defaultF` outside of it. No gradient flows to h, k and l.
 * @param h fractional Miller indices of any shapes that broadcast; k and l likewise
 * @param grid F[h,k,l], shape [h, k, l]
 * @throws ShapeError, DTypeError when the operands do not fit
 */
export function nearest(h: Variable, k: Operand, l: Operand, grid: Operand, options: GridLookup): Variable;
export function nearest(h: Operand, k: Variable, l: Operand, grid: Operand, options: GridLookup): Variable;
export function nearest(h: Operand, k: Operand, l: Variable, grid: Operand, options: GridLookup): Variable;
export function nearest(h: Operand, k: Operand, l: Operand, grid: Variable, options: GridLookup): Variable;
export function nearest(h: Operand, k: Operand, l: Operand, grid: Operand, { min, defaultF }: GridLookup): Variable {
  return record(nearestPrimitive, [h, k, l, grid], { min, defaultF });
}

export const lookupPrimitives = {
  tricubic: tricubicPrimitive,
  tricubicScatter: tricubicScatterPrimitive,
  nearest: nearestPrimitive,
  nearestScatter: nearestScatterPrimitive,
};
