/**
 * A mask that loops obey: along the first axis, numbers count in groups or not at all. The interpreter computes all and sets the rest to
 * 0; loops leave the rest out.
 */
import { isFloat } from "../../ndarray/dtype.js";
import { describeShape, DTypeError, mixedDTypes, ShapeError } from "../../ndarray/errors.js";
import { forEachRun } from "../../ndarray/ndarray.js";
import { broadcastShapes, sameShape, type Shape } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import type { Operand, Typed, Variable } from "../tape.js";

type Groups = { readonly unit: number };

function shapeOf([x, mask]: readonly Typed[], { unit }: Groups): Shape {
  if (!(Number.isInteger(unit) && unit >= 1)) throw new ShapeError(`masked: the unit is a whole number of at least 1, not ${unit}`);
  const { shape } = mask;
  const whole = shape.length === 0 ? [] : [shape[shape.length - 1] * unit, ...shape.slice(0, -1)];
  const fits = shape.length > 0 && x.shape.length <= whole.length && x.shape.every((extent, i) => extent === 1 || extent === whole[i + whole.length - x.shape.length]);
  if (fits && sameShape(broadcastShapes(x.shape, whole), whole)) return whole;
  const wanted = `a mask of shape ${describeShape(shape)} for groups of ${unit}`;
  throw new ShapeError(`masked: numbers of shape ${describeShape(x.shape)} do not broadcast to ${describeShape(whole)}, as ${wanted} wants`);
}

const maskedPrimitive: Primitive<Groups> = {
  name: "masked",
  infer(inputs, attributes) {
    const [{ dtype }, mask] = inputs;
    if (!isFloat(dtype)) throw new DTypeError(`masked is not defined on ${dtype} arrays`);
    if (mask.dtype !== dtype) throw mixedDTypes("masked", dtype, mask.dtype);
    return { shape: shapeOf(inputs, attributes), dtype };
  },
  kernel: {
    kind: "array",
    run(output, [x, mask], { unit }) {
      const whole = views.broadcastTo(x, output.shape);
      const rest = mask.shape.slice(0, -1).map(() => ({}));
      for (let group = 0; group < mask.shape[mask.rank - 1]; group++) {
        const column = views.slice(mask, ...rest, { start: group, stop: group + 1 });
        const flags = views.transpose(column, [mask.rank - 1, ...rest.map((_, axis) => axis)]);
        const range = { start: group * unit, stop: (group + 1) * unit };
        const [to, from] = [output, whole].map((view) => views.slice(view, range));
        forEachRun([to, from, views.broadcastTo(flags, to.shape)], (count, [o, i, m], [dO, dI, dM]) => {
          for (let n = 0; n < count; n++) output.data[o + n * dO] = mask.data[m + n * dM] === 0 ? 0 : x.data[i + n * dI];
        });
      }
    },
  },
  vjp: (index, cotangent, { inputs: [, mask], attributes }) => (index === 0 ? record(maskedPrimitive, [cotangent, mask], attributes) : undefined),
  jvp: (index, tangent, { inputs: [, mask], attributes }) => (index === 0 ? record(maskedPrimitive, [tangent, mask], attributes) : undefined),
};

/**
 * x where the mask of its group is not 0, else 0.
 * @param x of any shape that broadcasts to the result's
 * @param mask shape [..., groups]
 * @param unit numbers of a group: those that follow each other along the first axis
 * @returns shape [groups * unit, ...]
 * @throws ShapeError, DTypeError when the operands do not fit
 */
export function masked(x: Variable, mask: Operand, unit: number): Variable {
  return record(maskedPrimitive, [x, mask], { unit });
}

export const maskPrimitives = { masked: maskedPrimitive };
