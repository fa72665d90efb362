import { describeShape, ShapeError } from "../../ndarray/errors.js";
import { forEachRun } from "../../ndarray/ndarray.js";
import { normalizeAxis, sameShape, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import { Variable } from "../tape.js";
import { accumulate } from "./accumulate.js";
import { checkRecorded, linear, type Axes, type To } from "./linear.js";
import { reshape } from "./reshape.js";

export const sumPrimitive: Primitive<Axes> = linear<Axes>({
  name: "sum",
  infer: ({ shape, dtype }, { axes }) => ({ shape: shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)), dtype }),
  kernel: {
    kind: "array",
    run(output, [input], { axes }) {
      // The summed axes go last, so that each run adds to one element.
      const kept = input.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const order = [...kept, ...axes];
      const from = views.transpose(input, order);
      const x = from.data;
      accumulate(output, (sums) => {
        const to = views.broadcastTo(views.transpose(sums, order), from.shape);
        const y = to.data;
        forEachRun([to, from], (count, [t, f], [dt, df]) => {
          if (dt !== 0) {
            for (let i = 0; i < count; i++, t += dt, f += df) y[t] += x[f];
            return;
          }
          let total = y[t];
          for (let i = 0; i < count; i++, f += df) total += x[f];
          y[t] = total;
        });
      });
    },
  },
  transpose: (cotangent, input) => broadcastTo(cotangent, input.shape),
});

/**
 * The sum over some axes, or all; they stay with extent 1.
 * @throws ShapeError when there is no such axis
 */
export function sum(x: Variable, ...axes: number[]): Variable {
  checkRecorded("sum", x);
  const over = axes.length === 0 ? x.shape.map((_, axis) => axis) : axes.map((axis) => normalizeAxis(axis, x.shape));
  const long = [...new Set(over)].filter((axis) => x.shape[axis] !== 1).sort((a, b) => a - b);
  return long.length === 0 ? x : record(sumPrimitive, [x], { axes: long });
}

/** The sum of all elements, of shape []. */
export function total(x: Variable): Variable {
  checkRecorded("total", x);
  return reshape(sum(x), []);
}

export const broadcastPrimitive: Primitive<To> = linear<To>({
  name: "broadcast",
  infer({ shape: from, dtype }, { shape }) {
    const added = shape.length - from.length;
    if (added < 0 || !from.every((extent, axis) => extent === 1 || extent === shape[axis + added])) {
      throw new ShapeError(`shape ${describeShape(from)} does not broadcast to ${describeShape(shape)}`);
    }
    return { shape, dtype };
  },
  kernel: { kind: "view", view: (input, { shape }) => views.broadcastTo(input, shape) },
  transpose: (cotangent, input) => unbroadcast(cotangent, input.shape),
});

/**
 * Repeats along new axes and along those of extent 1.
 * @throws ShapeError when the shape cannot be reached that way
 */
export function broadcastTo(x: Variable, shape: Shape): Variable {
  checkRecorded("broadcastTo", x);
  return sameShape(x.shape, shape) ? x : record(broadcastPrimitive, [x], { shape });
}

/** The transpose of broadcasting: sums what was repeated from `shape`. */
export function unbroadcast(x: Variable, shape: Shape): Variable {
  const added = x.shape.length - shape.length;
  const repeated = x.shape.map((_, axis) => axis).filter((axis) => axis < added || shape[axis - added] !== x.shape[axis]);
  return reshape(repeated.length === 0 ? x : sum(x, ...repeated), shape);
}
