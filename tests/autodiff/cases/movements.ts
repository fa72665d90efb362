import * as fc from "fast-check";
import { record } from "../../../src/autodiff/primitive.js";
import { cumulativeSum } from "../../../src/autodiff/primitives/cumulative-sum.js";
import { gather } from "../../../src/autodiff/primitives/gather.js";
import { alias, stopGradient } from "../../../src/autodiff/primitives/identity.js";
import { primitives, type PrimitiveName } from "../../../src/autodiff/primitives/registry.js";
import { reshape, transpose } from "../../../src/autodiff/primitives/reshape.js";
import { slice } from "../../../src/autodiff/primitives/slice.js";
import { broadcastTo, sum } from "../../../src/autodiff/primitives/sum.js";
import type { Variable } from "../../../src/autodiff/tape.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { resolveSlice, type AxisSlice } from "../../../src/ndarray/views.js";
import { anyPermutation, anyReshape, indicesOf } from "../../arbitraries.js";
import { between, tabulate, type Draw } from "../draws.js";
import type { Case, Sample } from "./case.js";
import { anywhere } from "./operands.js";

/** What moves, repeats and adds up numbers: an element of the output is the sum of those elements of the input that it takes. */
export const movementCases = {
  sum: linear((by) =>
    by.shape({ minRank: 1 }).chain((shape) =>
      fc.subarray(shape.map((_, axis) => axis), { minLength: 1 }).chain((axes) =>
        moved(by, shape, {
          apply: (x) => sum(x, ...axes),
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
          apply: (x) => broadcastTo(x, shape),
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
          apply: (x) => reshape(x, shape),
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
          apply: (x) => transpose(x, axes),
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
          apply: (x) => slice(x, ...slices),
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
        apply: (x) => cumulativeSum(x, axis, forward ? "forward" : "backward"),
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
          apply: (x) => gather(x, x.tape.literal(indices)),
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
    ...linear((by) => by.shape().chain((shape) => moved(by, shape, { apply: stopGradient, shape, takes: same }))),
    linear: false,
    isStopped: true,
  },
  alias: linear((by) => by.shape().chain((shape) => moved(by, shape, { apply: alias, shape, takes: same }))),
} satisfies { readonly [P in PrimitiveName]?: Case };


interface Movement {
  apply(x: Variable): Variable;
  /** of the output */
  readonly shape: Shape;
  takes(from: readonly number[], to: readonly number[]): boolean;
}

export function linear(drawSample: Case["draw"]): Case {
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
export function orderOf(index: readonly number[], shape: Shape): number {
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
