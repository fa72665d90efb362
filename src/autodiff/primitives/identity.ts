import { isFloat, type DType } from "../../ndarray/dtype.js";
import { assign } from "../../ndarray/ndarray.js";
import { record, type Primitive } from "../primitive.js";
import { Variable } from "../tape.js";
import { checkRecorded, linear } from "./linear.js";

type As = { readonly dtype: DType };

export const convertPrimitive: Primitive<As> = linear<As>({
  name: "convert",
  infer: ({ shape }, { dtype }) => ({ shape, dtype }),
  kernel: { kind: "array", run: (output, [input]) => assign(output, input) },
  transpose: (cotangent, input) => (isFloat(input.dtype) && isFloat(cotangent.dtype) ? convert(cotangent, input.dtype) : undefined),
});

/**
 * The same numbers in another dtype. To int32 they carry no gradient and lose their fraction; those beyond 32 bits become the largest
 * or smallest int32, and NaN becomes 0.
 */
export function convert(x: Variable, dtype: DType): Variable {
  checkRecorded("convert", x);
  return x.dtype === dtype ? x : record(convertPrimitive, [x], { dtype });
}

export const aliasPrimitive: Primitive<{ readonly occurrence: number }> = {
  name: "alias",
  masks: "moved",
  kernel: { kind: "view", isIdentity: true, view: (input) => input },
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  vjp: (_index, cotangent) => cotangent,
  jvp: (_index, tangent) => tangent,
};

/** The same value as a step of its own, shared with no other: to differentiate by it is not to differentiate by x. */
export function alias(x: Variable): Variable {
  return record(aliasPrimitive, [x], { occurrence: x.tape.nodes.length });
}

export const stopPrimitive: Primitive<Record<string, never>> = {
  name: "stopGradient",
  kernel: { kind: "view", isIdentity: true, view: (input) => input },
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  vjp: () => undefined,
  jvp: () => undefined,
};

/** The same value, taken as one that does not vary: no derivative passes through. */
export function stopGradient(x: Variable): Variable {
  checkRecorded("stopGradient", x);
  return record(stopPrimitive, [x], {});
}
