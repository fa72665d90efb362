/**
 * A mask that loops can be bounded by: along the first axis only a stretch of each column counts, and the rest is 0. The interpreter
 * computes all and sets the rest to 0; loops leave it out.
 */
import { isFloat } from "../../ndarray/dtype.js";
import { describeShape, DTypeError, mixedDTypes, ShapeError } from "../../ndarray/errors.js";
import { forEachRun } from "../../ndarray/ndarray.js";
import { broadcastShapes, sameShape, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import type { Operand, Typed, Variable } from "../tape.js";

type Span = { readonly extent: number; readonly unit: number };

function shapeOf([x, first, end]: readonly Typed[], { extent, unit }: Span): Shape {
  if (!(Number.isInteger(unit) && unit >= 1)) throw new ShapeError(`span: the unit is a whole number of at least 1, not ${unit}`);
  const { shape } = first;
  const whole = [extent, ...shape.slice(1)];
  const fits = sameShape(shape, end.shape) && shape[0] === 1 && x.shape.length <= whole.length;
  if (!fits || !sameShape(broadcastShapes(x.shape, whole), whole)) {
    const spans = `begins, ${describeShape(shape)}, and ends, ${describeShape(end.shape)}, of one shape [1, ...]`;
    throw new ShapeError(`span: numbers of shape ${describeShape(x.shape)} along ${extent} places need ${spans}, to which they broadcast`);
  }
  return whole;
}

const spanPrimitive: Primitive<Span> = {
  name: "span",
  infer(inputs, attributes) {
    const [{ dtype }] = inputs;
    if (!isFloat(dtype)) throw new DTypeError(`span is not defined on ${dtype} arrays`);
    for (const input of inputs) if (input.dtype !== dtype) throw mixedDTypes("span", dtype, input.dtype);
    return { shape: shapeOf(inputs, attributes), dtype };
  },
  kernel: {
    kind: "array",
    run(output, [x, first, end], { extent, unit }) {
      const whole = views.broadcastTo(x, output.shape);
      for (let i = 0; i < extent; i++) {
        const at = Math.floor(i / unit);
        const rows = [output, whole].map((view) => views.slice(view, { start: i, stop: i + 1 }));
        forEachRun([...rows, first, end], (count, [to, from, begins, ends], [dTo, dFrom, dBegins, dEnds]) => {
          for (let n = 0; n < count; n++) {
            const isInside = first.data[begins + n * dBegins] <= at && at < end.data[ends + n * dEnds];
            output.data[to + n * dTo] = isInside ? x.data[from + n * dFrom] : 0;
          }
        });
      }
    },
  },
  vjp: (index, cotangent, { inputs: [, first, end], attributes }) => (index === 0 ? record(spanPrimitive, [cotangent, first, end], attributes) : undefined),
  jvp: (index, tangent, { inputs: [, first, end], attributes }) => (index === 0 ? record(spanPrimitive, [tangent, first, end], attributes) : undefined),
};

/**
 * x where the place along the first axis is in the span, else 0. The caller keeps begins and ends within 0..extent / unit.
 * @param x of any shape that broadcasts to the result's
 * @param first where each span begins, shape [1, ...], in units along the first axis
 * @param end where it ends, likewise; the unit at `end` is not in it
 * @param extent of the result along the first axis
 * @param unit elements that are in a span together
 * @returns shape [extent, ...]
 * @throws ShapeError, DTypeError when the operands do not fit
 */
export function span(x: Variable, first: Operand, end: Operand, extent: number, unit: number): Variable {
  return record(spanPrimitive, [x, first, end], { extent, unit });
}

export const spanPrimitives = { span: spanPrimitive };
