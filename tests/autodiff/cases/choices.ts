import * as fc from "fast-check";
import * as elementwise from "../../../src/autodiff/primitives/elementwise.js";
import { concatenate } from "../../../src/autodiff/primitives/joining.js";
import { masked } from "../../../src/autodiff/primitives/masked.js";
import { largest, smallest } from "../../../src/autodiff/primitives/reductions.js";
import type { PrimitiveName } from "../../../src/autodiff/primitives/registry.js";
import { copy } from "../../../src/ndarray/ndarray.js";
import { between, broadcastGet, tabulate } from "../draws.js";
import type { Case, Sample } from "./case.js";
import { orderOf } from "./movements.js";
import { anywhere } from "./operands.js";

/** What joins arrays, and what chooses among their elements. */
export const choiceCases = {
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
} satisfies { readonly [P in PrimitiveName]?: Case };
