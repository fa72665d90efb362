/** What becomes of the elements along some axes. As with `sum`, the axes remain, of extent 1; without axes it is all of them. */
import { forEachRun } from "../../ndarray/ndarray.js";
import { normalizeAxis, sizeOf } from "../../ndarray/shape.js";
import { ShapeError, describeShape } from "../../ndarray/errors.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import type { Variable } from "../tape.js";
import { abs, add, div, equal, exp, less, log, mul, sub, where } from "./elementwise.js";
import { broadcastTo, sum } from "./sum.js";
import { slice } from "./slice.js";
import { stopGradient } from "./identity.js";

type Extreme = { readonly axes: readonly number[]; readonly of: "largest" | "smallest" };

const extremePrimitive: Primitive<Extreme> = {
  name: "extreme",
  infer([{ shape, dtype }], { axes }) {
    if (axes.some((axis) => shape[axis] === 0)) throw new ShapeError(`of no elements, as along an axis of shape ${describeShape(shape)}, none is the largest or smallest`);
    return { shape: shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)), dtype };
  },
  kernel: {
    kind: "array",
    run(output, [input], { axes, of }) {
      const kept = input.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const order = [...kept, ...axes];
      const from = views.transpose(input, order);
      const to = views.broadcastTo(views.transpose(output, order), from.shape);
      const larger = of === "largest" ? Math.max : Math.min;
      const seen = new Uint8Array(output.data.length);
      forEachRun([to, from], (count, [t, f], [dt, df]) => {
        for (let i = 0; i < count; i++, t += dt, f += df) {
          to.data[t] = seen[t] === 0 ? from.data[f] : larger(to.data[t], from.data[f]);
          seen[t] = 1;
        }
      });
    },
  },
  vjp: (_index, cotangent, { inputs: [x], output }) => mul(cotangent, shares(x, output)),
  jvp: (_index, tangent, { inputs: [x], output, attributes: { axes } }) => sum(mul(tangent, shares(x, output)), ...axes),
};

/** 1 at the element that is the extreme one; of several, each has its share. */
function shares(x: Variable, extreme: Variable): Variable {
  const is = equal(x, extreme);
  const repeated = x.shape.map((_, axis) => axis).filter((axis) => x.shape[axis] !== extreme.shape[axis]);
  return repeated.length === 0 ? is : div(is, sum(is, ...repeated));
}

function axesOf({ shape }: Variable, axes: readonly number[]): number[] {
  return axes.length === 0 ? shape.map((_, axis) => axis) : [...new Set(axes.map((axis) => normalizeAxis(axis, shape)))];
}

/** The largest element along some axes, NaN if one is; of several, each has an equal share of the slope. */
export function largest(x: Variable, ...axes: number[]): Variable {
  return record(extremePrimitive, [x], { axes: axesOf(x, axes), of: "largest" });
}

/** The smallest element along some axes, NaN if one is; of several, each has an equal share of the slope. */
export function smallest(x: Variable, ...axes: number[]): Variable {
  return record(extremePrimitive, [x], { axes: axesOf(x, axes), of: "smallest" });
}

/** The mean of the elements along some axes. */
export function mean(x: Variable, ...axes: number[]): Variable {
  const along = axesOf(x, axes);
  return div(sum(x, ...along), sizeOf(along.map((axis) => x.shape[axis])));
}

/** The product of the elements along some axes; its slopes are right where elements are 0, too. */
export function prod(x: Variable, ...axes: number[]): Variable {
  return axesOf(x, axes).reduce(productAlong, x);
}

/** Halves are multiplied until one element is left: no slope needs a division. */
function productAlong(x: Variable, axis: number): Variable {
  const part = (start: number, stop: number): Variable => slice(x, ...x.shape.map((_, i) => (i === axis ? { start, stop } : {})));
  const extent = x.shape[axis];
  if (extent === 0) return broadcastTo(x.tape.constant(1, x.dtype), x.shape.map((each, i) => (i === axis ? 1 : each)));
  if (extent === 1) return x;
  const half = Math.floor(extent / 2);
  const product = productAlong(mul(part(0, half), part(half, 2 * half)), axis);
  return extent % 2 === 0 ? product : mul(product, part(extent - 1, extent));
}

/** log Σ exp x along some axes, without overflow. */
export function logsumexp(x: Variable, ...axes: number[]): Variable {
  const along = axesOf(x, axes);
  const top = stopGradient(largest(x, ...along));
  const finite = where(less(abs(top), Infinity), top, 0);
  return add(log(sum(exp(sub(x, finite)), ...along)), finite);
}

export const reductionPrimitives = { extreme: extremePrimitive };
