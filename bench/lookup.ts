/**
 * The tricubic lookup alone, as loops: neighbouring queries along detector rows, its value and its slopes; and by the library's own calls,
 * which record what they do anew each time.
 */
import { prepare, type Executor } from "../src/autodiff/executor.js";
import { valueAndGrad } from "../src/autodiff/differentiate.js";
import { mul, total, tricubic } from "../src/autodiff/operations.js";
import { sum } from "../src/autodiff/primitives/sum.js";
import { pullBack } from "../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../src/autodiff/tape.js";
import { lookUp, StructureFactors } from "../src/models/structure-factors.js";
import type { FloatDType } from "../src/ndarray/dtype.js";
import { zeros, type NdArray } from "../src/ndarray/ndarray.js";
import type { GoalName } from "./goals.js";
import { measure, type Row } from "./measure.js";

const extents = [35, 40, 49];
const min = [-17, -20, -24];
const count = 4096;
const goalOf: Readonly<Record<FloatDType, { readonly value: GoalName; readonly slopes: GoalName }>> = {
  float64: { value: "lookup64", slopes: "slopes64" },
  float32: { value: "lookup32", slopes: "slopes32" },
};

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const dtype of ["float64", "float32"] as const) {
    for (const question of ["value", "slopes"] as const) {
      for (const executor of ["interpreter", "webassembly"] as const) rows.push(lookupBy(executor, question, dtype));
    }
  }
  for (const dtype of ["float64", "float32"] as const) for (const size of [1e2, 1e4, 1e6]) rows.push(...callsOf(size, dtype));
  return rows;
}

/** Lookups by the model, and the gradient of their sum by h, k, l. */
function callsOf(size: number, dtype: FloatDType): Row[] {
  const [h, k, l] = queries(dtype, size);
  const grid = structureFactors(dtype);
  const model = new StructureFactors(grid, min);
  const sumOf = ([x, y, z]: readonly [Variable, Variable, Variable]): Variable => total(tricubic(x, y, z, grid, model));
  const effort = size === 1e6 ? { time: 0, runs: 5, warmups: 2 } : { time: 200, runs: 20, warmups: 50 };
  return [
    measure(`lookUp, ${size.toExponential(0).replace("e+", "e")} at a time, ${dtype}`, size, () => void lookUp(model, h, k, l), effort),
    measure(`valueAndGrad of lookups, ${size.toExponential(0).replace("e+", "e")} at a time, ${dtype}`, size, () => void valueAndGrad(sumOf)([h, k, l]), effort),
  ];
}

function lookupBy(executor: Executor, question: "value" | "slopes", dtype: FloatDType): Row {
  const run = prepare(recorded(question, dtype), executor);
  const inputs = queries(dtype);
  const row = measure(`tricubic lookup, ${question}, ${dtype}, ${executor}`, count, () => void run(inputs), { time: 200, runs: 20, warmups: 500 });
  return executor === "webassembly" ? { ...row, reached: [{ goal: goalOf[dtype][question], figure: row.nsPerItem }] } : row;
}

/** The squares of the lookups summed, as an image does; and what that means for h, k and l of each. */
function recorded(question: "value" | "slopes", dtype: FloatDType): Program {
  const tape = new Tape();
  const hkl = [0, 1, 2].map(() => tape.input({ shape: [count], dtype }));
  const [h, k, l] = hkl;
  const value = tricubic(h, k, l, tape.literal(structureFactors(dtype)), { min, defaultF: 0 });
  const intensity = sum(mul(value, value));
  if (question === "value") return tape.program([intensity]);
  const slopes = pullBack([intensity], [tape.constant(1, dtype)], hkl);
  return tape.program([intensity, ...slopes.filter((slope) => slope !== undefined)]);
}

function queries(dtype: FloatDType, size = count): NdArray[] {
  const [h, k, l] = [zeros([size], dtype), zeros([size], dtype), zeros([size], dtype)];
  for (let i = 0; i < size; i++) {
    const along = -1 + (2 * ((i % count) + 0.5)) / count;
    h.data[i] = 15 * along;
    k.data[i] = 3 + 1.5 * along;
    l.data[i] = 10 * along * along - 3;
  }
  return [h, k, l];
}

function structureFactors(dtype: FloatDType): NdArray {
  const grid = zeros(extents, dtype);
  for (let i = 0; i < grid.size; i++) grid.data[i] = 100 * Math.abs(Math.sin(12.9898 * i));
  return grid;
}
