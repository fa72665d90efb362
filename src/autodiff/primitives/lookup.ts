/**
 * Structure factors at fractional Miller indices: a grid F[h,k,l] read at the nearest point, or through the 4-point Lagrange
 * polynomial along each axis. Linear in the grid; the tricubic lookup carries its order of differentiation along each axis, so
 * that its derivatives are itself. A neighbourhood is never stored.
 */
import { isFloat } from "../../ndarray/dtype.js";
import { describeShape, DTypeError, mixedDTypes, ShapeError } from "../../ndarray/errors.js";
import { forEachRun, type NdArray } from "../../ndarray/ndarray.js";
import { broadcastShapes, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import type { Operand, Typed, Variable } from "../tape.js";
import { mul } from "./elementwise.js";

/** How a grid is read: the indices of its first point, and what stands for the points outside of it. */
export type Grid = { readonly min: readonly number[]; readonly defaultF: number };
type Orders = { readonly orders: readonly number[] };
type Target = { readonly shape: Shape };

/**
 * The weights of the nodes -1, 0, 1, 2 in the cubic through them at t, or those of a derivative of it.
 * @param weights receives the four, from index `at`
 * @param order 0 for the value, 1 for the slope, and so on
 */
export function lagrangeWeights(t: number, order: number, weights: number[], at = 0): void {
  switch (order) {
    case 0:
      weights[at] = (-t * (t - 1) * (t - 2)) / 6;
      weights[at + 1] = ((t + 1) * (t - 1) * (t - 2)) / 2;
      weights[at + 2] = (-(t + 1) * t * (t - 2)) / 2;
      weights[at + 3] = ((t + 1) * t * (t - 1)) / 6;
      return;
    case 1:
      weights[at] = -((3 * t - 6) * t + 2) / 6;
      weights[at + 1] = ((3 * t - 4) * t - 1) / 2;
      weights[at + 2] = -((3 * t - 2) * t - 2) / 2;
      weights[at + 3] = (3 * t * t - 1) / 6;
      return;
    case 2:
      weights[at] = 1 - t;
      weights[at + 1] = 3 * t - 2;
      weights[at + 2] = 1 - 3 * t;
      weights[at + 3] = t;
      return;
    case 3:
      weights[at] = -1;
      weights[at + 1] = 3;
      weights[at + 2] = -3;
      weights[at + 3] = 1;
      return;
    default:
      weights.fill(0, at, at + 4);
  }
}

/**
 * Visits every lookup: its place in the output and the position of its neighbourhood in the grid.
 * @param visit is given the output's index, h, k and l relative to the grid's first point
 */
function forEachLookup(
  target: NdArray,
  [h, k, l]: readonly NdArray[],
  min: readonly number[],
  visit: (at: number, h: number, k: number, l: number) => void,
): void {
  const operands = [target, ...[h, k, l].map((index) => views.broadcastTo(index, target.shape))];
  const [minH, minK, minL] = min;
  const [dataH, dataK, dataL] = [h.data, k.data, l.data];
  forEachRun(operands, (count, [at, atH, atK, atL], [step, stepH, stepK, stepL]) => {
    for (let i = 0; i < count; i++) {
      visit(at + i * step, dataH[atH + i * stepH] - minH, dataK[atK + i * stepK] - minK, dataL[atL + i * stepL] - minL);
    }
  });
}

function inferLookup(name: string, inputs: readonly Typed[], grid: Typed): Typed {
  const { dtype } = grid;
  if (!isFloat(dtype)) throw new DTypeError(`${name} is not defined on ${dtype} arrays`);
  for (const input of inputs) if (input.dtype !== dtype) throw mixedDTypes(name, dtype, input.dtype);
  return { shape: broadcastShapes(...inputs.slice(0, 3).map(({ shape }) => shape)), dtype };
}

function checkGrid(name: string, { shape }: Typed, { min }: Grid): void {
  if (shape.length !== 3 || min.length !== 3) {
    throw new ShapeError(`${name} needs a grid of 3 axes, not of shape ${describeShape(shape)}`);
  }
}

function checkScatter(name: string, inputs: readonly Typed[], { shape }: Target): Typed {
  const looked = inferLookup(name, inputs, inputs[3]);
  const wanted = broadcastShapes(looked.shape, inputs[3].shape);
  if (wanted.length !== looked.shape.length) {
    throw new ShapeError(`${name}: values of shape ${describeShape(inputs[3].shape)} for lookups of shape ${describeShape(looked.shape)}`);
  }
  return { shape, dtype: looked.dtype };
}

const plusOne = (orders: readonly number[], axis: number): number[] => orders.map((order, i) => (i === axis ? order + 1 : order));

/** The sum of the 64 neighbours times their weights, contracted axis by axis. */
const tricubicPrimitive: Primitive<Grid & Orders> = {
  name: "tricubic",
  infer(inputs, attributes) {
    checkGrid("tricubic", inputs[3], attributes);
    return inferLookup("tricubic", inputs, inputs[3]);
  },
  kernel: {
    kind: "array",
    run(output, [h, k, l, grid], { min, defaultF, orders }) {
      const [extentH, extentK, extentL] = grid.shape;
      const [strideH, strideK, strideL] = grid.strides;
      const [orderH, orderK, orderL] = orders;
      const values = grid.data;
      const result = output.data;
      const outside = orderH + orderK + orderL === 0 ? defaultF : 0;
      const weights = new Array<number>(12).fill(0);
      forEachLookup(output, [h, k, l], min, (at, x, y, z) => {
        const h0 = Math.floor(x);
        const k0 = Math.floor(y);
        const l0 = Math.floor(z);
        if (!(h0 >= 1 && h0 < extentH - 2 && k0 >= 1 && k0 < extentK - 2 && l0 >= 1 && l0 < extentL - 2)) {
          result[at] = outside;
          return;
        }
        lagrangeWeights(x - h0, orderH, weights, 0);
        lagrangeWeights(y - k0, orderK, weights, 4);
        lagrangeWeights(z - l0, orderL, weights, 8);
        const first = grid.offset + (h0 - 1) * strideH + (k0 - 1) * strideK + (l0 - 1) * strideL;
        let sum = 0;
        for (let i = 0; i < 4; i++) {
          let plane = 0;
          for (let j = 0; j < 4; j++) {
            const row = first + i * strideH + j * strideK;
            plane +=
              weights[4 + j] *
              (weights[8] * values[row] +
                weights[9] * values[row + strideL] +
                weights[10] * values[row + 2 * strideL] +
                weights[11] * values[row + 3 * strideL]);
          }
          sum += weights[i] * plane;
        }
        result[at] = sum;
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
  infer: (inputs, attributes) => checkScatter("tricubicScatter", inputs, attributes),
  kernel: {
    kind: "array",
    run(output, [h, k, l, source], { min, orders }) {
      const [extentH, extentK, extentL] = output.shape;
      const [strideH, strideK, strideL] = output.strides;
      const values = views.broadcastTo(source, broadcastShapes(h.shape, k.shape, l.shape));
      const sums = output.data;
      const weights = new Array<number>(12).fill(0);
      forEachLookup(values, [h, k, l], min, (at, x, y, z) => {
        const h0 = Math.floor(x);
        const k0 = Math.floor(y);
        const l0 = Math.floor(z);
        if (!(h0 >= 1 && h0 < extentH - 2 && k0 >= 1 && k0 < extentK - 2 && l0 >= 1 && l0 < extentL - 2)) return;
        lagrangeWeights(x - h0, orders[0], weights, 0);
        lagrangeWeights(y - k0, orders[1], weights, 4);
        lagrangeWeights(z - l0, orders[2], weights, 8);
        const first = output.offset + (h0 - 1) * strideH + (k0 - 1) * strideK + (l0 - 1) * strideL;
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 4; j++) {
            const row = first + i * strideH + j * strideK;
            const weight = values.data[at] * weights[i] * weights[4 + j];
            for (let m = 0; m < 4; m++) sums[row + m * strideL] += weight * weights[8 + m];
          }
        }
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

function tricubicOfOrder(operands: readonly Operand[], attributes: Grid & Orders): Variable {
  return record(tricubicPrimitive, operands, attributes);
}

/**
 * Structure factors between the points of a grid, by the cubic through the 4 nearest points along each axis; `defaultF`, without
 * gradient, where these leave the grid. At a whole index the slope jumps; it is that of the cell on the right.
 * @param h fractional Miller indices of any shapes that broadcast; k and l likewise
 * @param grid F[h,k,l], shape [h, k, l]
 * @throws ShapeError, DTypeError when the operands do not fit
 */
export function tricubic(h: Variable, k: Operand, l: Operand, grid: Operand, { min, defaultF }: Grid): Variable {
  return tricubicOfOrder([h, k, l, grid], { min, defaultF, orders: [0, 0, 0] });
}

/** The grid's point nearest to (h,k,l). */
const nearestPrimitive: Primitive<Grid> = {
  name: "nearest",
  infer(inputs, attributes) {
    checkGrid("nearest", inputs[3], attributes);
    return inferLookup("nearest", inputs, inputs[3]);
  },
  kernel: {
    kind: "array",
    run(output, [h, k, l, grid], { min, defaultF }) {
      const [extentH, extentK, extentL] = grid.shape;
      const [strideH, strideK, strideL] = grid.strides;
      forEachLookup(output, [h, k, l], min, (at, x, y, z) => {
        const h0 = Math.ceil(x - 0.5);
        const k0 = Math.ceil(y - 0.5);
        const l0 = Math.ceil(z - 0.5);
        const inside = h0 >= 0 && h0 < extentH && k0 >= 0 && k0 < extentK && l0 >= 0 && l0 < extentL;
        output.data[at] = inside ? grid.data[grid.offset + h0 * strideH + k0 * strideK + l0 * strideL] : defaultF;
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
  infer: (inputs, attributes) => checkScatter("nearestScatter", inputs, attributes),
  kernel: {
    kind: "array",
    run(output, [h, k, l, source], { min }) {
      const [extentH, extentK, extentL] = output.shape;
      const [strideH, strideK, strideL] = output.strides;
      const values = views.broadcastTo(source, broadcastShapes(h.shape, k.shape, l.shape));
      forEachLookup(values, [h, k, l], min, (at, x, y, z) => {
        const h0 = Math.ceil(x - 0.5);
        const k0 = Math.ceil(y - 0.5);
        const l0 = Math.ceil(z - 0.5);
        if (!(h0 >= 0 && h0 < extentH && k0 >= 0 && k0 < extentK && l0 >= 0 && l0 < extentL)) return;
        output.data[output.offset + h0 * strideH + k0 * strideK + l0 * strideL] += values.data[at];
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
export function nearest(h: Variable, k: Operand, l: Operand, grid: Operand, { min, defaultF }: Grid): Variable {
  return record(nearestPrimitive, [h, k, l, grid], { min, defaultF });
}

export const lookupPrimitives = {
  tricubic: tricubicPrimitive,
  tricubicScatter: tricubicScatterPrimitive,
  nearest: nearestPrimitive,
  nearestScatter: nearestScatterPrimitive,
};
