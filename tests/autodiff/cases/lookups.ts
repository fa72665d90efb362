import * as fc from "fast-check";
import { record, type Primitive } from "../../../src/autodiff/primitive.js";
import { primitives, type PrimitiveName } from "../../../src/autodiff/primitives/registry.js";
import type { Variable } from "../../../src/autodiff/tape.js";
import type { NdArray } from "../../../src/ndarray/ndarray.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { indicesOf } from "../../arbitraries.js";
import { between, broadcastGet, tabulate, type Draw } from "../draws.js";
import type { Case } from "./case.js";
import { anyOperands, clearOf } from "./operands.js";

const gridShape = [6, 7, 6];
const gridMin = [-2, 1, 0];
const defaultF = 1.5;

/** Lookups in a grid, and what scatters values back to one. */
export const lookupCases = {
  tricubic: lookup(primitives.tricubic, "grid", (orders) => ({
    apply: (inputs) => record(primitives.tricubic, inputs, { min: gridMin, defaultF, orders }),
    reference: ([h, k, l, grid], shape) =>
      tabulate(shape, (...index) => {
        const points = cubicPoints([h, k, l].map((x) => broadcastGet(x, index)), orders);
        if (points.length === 0) return orders.every((order) => order === 0) ? defaultF : 0;
        return points.reduce((sum, { at, weight }) => sum + weight * grid.get(...at), 0);
      }),
  })),
  tricubicScatter: lookup(primitives.tricubicScatter, "values", (orders) => ({
    apply: (inputs) => record(primitives.tricubicScatter, inputs, { min: gridMin, orders, shape: gridShape }),
    reference: (inputs, shape) => scattered(inputs, shape, (hkl) => cubicPoints(hkl, orders)),
  })),
  nearest: lookup(primitives.nearest, "grid", () => ({
    apply: (inputs) => record(primitives.nearest, inputs, { min: gridMin, defaultF }),
    reference: ([h, k, l, grid], shape) =>
      tabulate(shape, (...index) => {
        const points = nearestPoint([h, k, l].map((x) => broadcastGet(x, index)));
        return points.length === 0 ? defaultF : grid.get(...points[0].at);
      }),
  })),
  nearestScatter: lookup(primitives.nearestScatter, "values", () => ({
    apply: (inputs) => record(primitives.nearestScatter, inputs, { min: gridMin, shape: gridShape }),
    reference: (inputs, shape) => scattered(inputs, shape, nearestPoint),
  })),
} satisfies { readonly [P in PrimitiveName]?: Case };

interface Lookup {
  apply(inputs: readonly Variable[]): Variable;
  reference(inputs: readonly NdArray[], shape: Shape): NdArray;
}
interface Point {
  readonly at: readonly number[];
  readonly weight: number;
}

/** In a grid, or of values that are scattered to one; the first three inputs are h, k and l. */
function lookup(primitive: Pick<Primitive, "kinks">, last: "grid" | "values", make: (orders: readonly number[]) => Lookup): Case {
  const index = (axis: number, by: Draw): fc.Arbitrary<number> => {
    const low = gridMin[axis];
    const high = low + gridShape[axis] - 1;
    const inside = { weight: 9, arbitrary: between(low + 1, high - 1) };
    const numbers = fc.oneof(inside, { weight: 1, arbitrary: between(low - 2, high + 2) });
    return by.number(clearOf(primitive, numbers), fc.oneof(numbers, numbers.map((x) => Math.round(2 * x) / 2)));
  };
  return {
    draw: (by) =>
      fc.tuple(by.shape(), fc.tuple(...gridShape.map(() => fc.nat({ max: 2 })))).chain(([shape, orders]) => {
        const { apply, reference } = make(orders);
        return fc
          .tuple(anyOperands(shape, 3), last === "grid" ? fc.constant([gridShape]) : anyOperands(shape, 2))
          .chain(([shapes, [lastShape]]) =>
            fc.tuple(...shapes.map((each, axis) => by.view(each, index(axis, by))), by.view(lastShape, between(-2, 2))),
          )
          .map((inputs) => ({ inputs, apply, reference: (arrays) => reference(arrays, shape) }));
      }),
  };
}

/** The 64 points around (h,k,l) and their weights; none where they leave the grid. */
function cubicPoints(hkl: readonly number[], orders: readonly number[]): Point[] {
  const cells = hkl.map((x, axis) => Math.floor(x) - gridMin[axis]);
  return indicesOf([4, 4, 4])
    .map((nodes) => ({
      at: nodes.map((node, axis) => cells[axis] + node - 1),
      weight: nodes.reduce((product, node, axis) => product * lagrange(node - 1, hkl[axis] - Math.floor(hkl[axis]), orders[axis]), 1),
    }))
    .filter((_, __, points) => points.every(({ at }) => isInGrid(at)));
}

function nearestPoint(hkl: readonly number[]): Point[] {
  const at = hkl.map((x, axis) => Math.ceil(x - 0.5) - gridMin[axis]);
  return isInGrid(at) ? [{ at, weight: 1 }] : [];
}

function isInGrid(at: readonly number[]): boolean {
  return at.every((i, axis) => i >= 0 && i < gridShape[axis]);
}

/** The polynomial that is 1 at one of the nodes -1, 0, 1, 2 and 0 at the others, differentiated so many times. */
function lagrange(node: number, t: number, order: number): number {
  let coefficients = [1];
  for (const other of [-1, 0, 1, 2].filter((each) => each !== node)) {
    const timesT = [0, ...coefficients];
    coefficients = timesT.map((coefficient, power) => (coefficient - other * (coefficients[power] ?? 0)) / (node - other));
  }
  for (let i = 0; i < order; i++) coefficients = coefficients.slice(1).map((coefficient, power) => coefficient * (power + 1));
  return coefficients.reduce((sum, coefficient, power) => sum + coefficient * t ** power, 0);
}

function scattered([h, k, l, values]: readonly NdArray[], shape: Shape, points: (hkl: readonly number[]) => Point[]): NdArray {
  const sums = new Map<string, number>();
  for (const index of indicesOf(shape)) {
    for (const { at, weight } of points([h, k, l].map((x) => broadcastGet(x, index)))) {
      sums.set(at.join(), (sums.get(at.join()) ?? 0) + weight * broadcastGet(values, index));
    }
  }
  return tabulate(gridShape, (...at) => sums.get(at.join()) ?? 0);
}
