/**
 * Tricubic lookups one a call, and in batches from 1 to 1e6: by gathered neighbourhoods and polin3, and by the primitive that stores none.
 * One lookup a call is the scalar baseline.
 */
import { prepare, type Executor } from "../src/autodiff/executor.js";
import { tricubic } from "../src/autodiff/primitives/lookup.js";
import { Tape, type Program } from "../src/autodiff/tape.js";
import type { FloatDType } from "../src/ndarray/dtype.js";
import { scalar, zeros } from "../src/ndarray/ndarray.js";
import { tricubicByGather } from "../src/physics/polint.js";
import { measure, type Row } from "./measure.js";
import type { Options } from "./options.js";

export const takes = ["sizes", "dtypes", "executors"] as const;

const min = [-17, -20, -24];
const paths = { "gather + polin3": tricubicByGather, fused: tricubic };
/** Neighbourhoods of so many lookups fit into memory. */
const mostGathered = 1e6;
const scalarCalls = 1000;

export async function run({ sizes = [1, 10, 100, 1e3, 1e4, 1e5, 1e6], dtypes = ["float64"], executors = ["webassembly"] }: Options): Promise<Row[]> {
  const rows: Row[] = [];
  for (const dtype of dtypes) {
    for (const executor of executors) {
      const names = Object.keys(paths).filter((name): name is keyof typeof paths => name in paths);
      for (const path of names) {
        const baseline = oneACall(path, dtype, executor);
        rows.push(baseline);
        for (const count of sizes.filter((size) => path === "fused" || size <= mostGathered)) {
          const row = batch(path, count, dtype, executor);
          rows.push({ ...row, remark: `${(baseline.nsPerItem / row.nsPerItem).toFixed(1)} times as fast as one a call` });
        }
      }
    }
  }
  return rows;
}

function oneACall(path: keyof typeof paths, dtype: FloatDType, executor: Executor): Row {
  const run = prepare(recorded(path, [], dtype), executor);
  const queries = Array.from({ length: scalarCalls }, (_, i) => placeOf(i).map((index) => scalar(index, dtype)));
  return measure(`lookup, ${path}, one a call, ${dtype}, ${executor}`, scalarCalls, () => queries.forEach((query) => void run(query)), { time: 100, runs: 3 });
}

function batch(path: keyof typeof paths, count: number, dtype: FloatDType, executor: Executor): Row {
  const run = prepare(recorded(path, [count], dtype), executor);
  const queries = [zeros([count], dtype), zeros([count], dtype), zeros([count], dtype)];
  for (let i = 0; i < count; i++) placeOf(i).forEach((index, axis) => (queries[axis].data[i] = index));
  const isOnce = path !== "fused" && count >= mostGathered;
  const effort = isOnce ? { time: 0, runs: 1, warmups: 0 } : count >= 1e5 ? { time: 0, runs: 2, warmups: 1 } : { time: 100, runs: 3, warmups: 2 };
  return measure(`lookup, ${path}, ${count.toExponential(0).replace("e+", "e")} at a time, ${dtype}, ${executor}`, count, () => void run(queries), effort);
}

function recorded(path: keyof typeof paths, shape: readonly number[], dtype: FloatDType): Program {
  const tape = new Tape();
  const [h, k, l] = [0, 1, 2].map(() => tape.input({ shape, dtype }));
  const grid = zeros([35, 40, 49], dtype);
  for (let i = 0; i < grid.size; i++) grid.data[i] = 100 * Math.abs(Math.sin(12.9898 * i));
  return tape.program([paths[path](h, k, l, tape.literal(grid), { min, defaultF: 0 })]);
}

/** Fractional indices along a row of a detector. */
function placeOf(i: number): number[] {
  const along = -1 + (2 * ((i % 1000) + 0.5)) / 1000;
  return [15 * along, 3 + 1.5 * along, 10 * along * along - 3];
}
