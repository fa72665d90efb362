import { checkGradients, ops, prepare, Tape, zeros, type Executor, type FloatDType, type NdArray, type Variable } from "../../src/index.js";
import { tricubic } from "../../src/autodiff/primitives/lookup.js";
import { executors } from "../../src/autodiff/executor.js";
import { tricubicByGather } from "../../src/physics/polint.js";
import { largest, small, table } from "../../bench/markdown.js";

const min = [-6, -7, -8];
const shape = [13, 15, 17];
const defaultF = 3;
const count = 5000;
const dtypes: readonly FloatDType[] = ["float64", "float32"];

/** How far the two ways to interpolate structure factors are from each other, and whether their gradients agree with differences. */
export function lookupReport(): string {
  const rows: string[][] = [];
  for (const dtype of dtypes) {
    for (const outside of [0, 0.1]) {
      for (const executor of executors) {
        rows.push([`${outside === 0 ? "inside of the grid" : "10 % outside"}`, dtype, executor, small(largestDifference(dtype, outside, executor))]);
      }
    }
  }
  const smoke = dtypes.map((dtype) => [dtype, small(gradientError(tricubic, dtype)), small(gradientError(tricubicByGather, dtype))]);
  return `# Tricubic lookups, gathered and fused

${count} lookups by neighbourhoods that are gathered and contracted by polin3 (before), and by the primitive that stores no neighbourhood (after). The
largest difference is relative to the largest structure factor. How long both take stands in [performance.md](performance.md).

${table(["lookups", "dtype", "executor", "largest difference"], rows)}
Gradients by h, k, l and the grid against central differences along a random direction: the relative error.

${table(["dtype", "fused", "gathered"], smoke)}`;
}

type Lookup = typeof tricubicByGather;

function recorded(lookup: Lookup, dtype: FloatDType) {
  const tape = new Tape();
  const [h, k, l] = [0, 1, 2].map(() => tape.input({ shape: [count], dtype }));
  return tape.program([lookup(h, k, l, tape.input({ shape, dtype }), { min, defaultF })]);
}

function largestDifference(dtype: FloatDType, outside: number, executor: Executor): number {
  const grid = gridOf(dtype);
  const inputs = [...queries(dtype, count, outside), grid];
  const [gathered] = prepare(recorded(tricubicByGather, dtype), executor)(inputs);
  const [fused] = prepare(recorded(tricubic, dtype), executor)(inputs);
  return largest(Array.from(fused.data, (value, i) => Math.abs(value - gathered.data[i]))) / largest(Array.from(grid.data, Math.abs));
}

function gradientError(lookup: Lookup, dtype: FloatDType): number {
  const [h, k, l] = queries(dtype, 40, 0);
  const sumOf = (parameters: { h: Variable; k: Variable; l: Variable; grid: Variable }): Variable =>
    ops.total(lookup(parameters.h, parameters.k, parameters.l, parameters.grid, { min, defaultF }));
  return checkGradients(sumOf)({ h, k, l, grid: gridOf(dtype) }, { step: 1e-4 }).relativeError;
}

/** Places that fill the grid evenly, a part of them beyond its ends. */
function queries(dtype: FloatDType, size: number, outside: number): NdArray[] {
  const golden = [0.754877666, 0.569840296, 0.438579021];
  return golden.map((step, axis) => {
    const indices = zeros([size], dtype);
    const reach = (shape[axis] - 4) / 2 / (1 - outside);
    for (let i = 0; i < size; i++) indices.data[i] = reach * (2 * ((0.5 + step * i) % 1) - 1) + 0.013;
    return indices;
  });
}

function gridOf(dtype: FloatDType): NdArray {
  const grid = zeros(shape, dtype);
  for (let i = 0; i < grid.size; i++) grid.data[i] = 100 * Math.abs(Math.sin(12.9898 * i));
  return grid;
}
