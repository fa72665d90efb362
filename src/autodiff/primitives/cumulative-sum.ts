import { forEachRun, NdArray } from "../../ndarray/ndarray.js";
import { normalizeAxis } from "../../ndarray/shape.js";
import * as views from "../../ndarray/views.js";
import { record, type Primitive } from "../primitive.js";
import { Variable } from "../tape.js";
import { checkRecorded, linear } from "./linear.js";

type Direction = { readonly axis: number; readonly direction: "forward" | "backward" };

export const cumulativeSumPrimitive: Primitive<Direction> = linear<Direction>({
  name: "cumulativeSum",
  infer: ({ shape, dtype }) => ({ shape, dtype }),
  kernel: {
    kind: "array",
    run(output, [input], { axis, direction }) {
      const ordered = (whole: NdArray): NdArray => {
        const rest = whole.shape.map((_, i) => i).filter((i) => i !== axis);
        return views.transpose(direction === "forward" ? whole : views.flip(whole, axis), [...rest, axis]);
      };
      const to = ordered(output);
      const from = ordered(input);
      const length = input.shape[axis];
      if (length === 0) return;
      const firsts = [to, from].map((view) => views.slice(view, ...view.shape.slice(0, -1).map(() => ({})), 0));
      const [stepTo, stepFrom] = [to, from].map(({ strides }) => strides[strides.length - 1]);
      forEachRun(firsts, (count, [t, f], [dt, df]) => {
        for (let i = 0; i < count; i++) {
          let running = 0;
          for (let j = 0; j < length; j++) {
            running += from.data[f + i * df + j * stepFrom];
            to.data[t + i * dt + j * stepTo] = running;
          }
        }
      });
    },
  },
  transpose: (cotangent, _input, { axis, direction }) =>
    record(cumulativeSumPrimitive, [cotangent], { axis, direction: direction === "forward" ? "backward" : "forward" }),
});

/** Element i becomes the sum of the elements 0..i along an axis; backward, of the elements i..last. */
export function cumulativeSum(x: Variable, axis: number, direction: "forward" | "backward" = "forward"): Variable {
  checkRecorded("cumulativeSum", x);
  return record(cumulativeSumPrimitive, [x], { axis: normalizeAxis(axis, x.shape), direction });
}
