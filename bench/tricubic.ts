/**
 * The tricubic lookup: neighbourhoods gathered and contracted by polin3, against the primitive that stores none, both run by the
 * interpreter. The queries are those of detector rows, each close to the one before, in a grid as of a small protein.
 */
import { interpret } from "../src/autodiff/interpreter.js";
import { tricubic } from "../src/autodiff/primitives/lookup.js";
import { pullBack } from "../src/autodiff/reverse.js";
import { Tape, type Program } from "../src/autodiff/tape.js";
import { bytesPerElement, type FloatDType } from "../src/ndarray/dtype.js";
import { full, zeros, type NdArray } from "../src/ndarray/ndarray.js";
import { tricubicByGather } from "../src/physics/polint.js";
import { bytesInUse, measure, SampledPool, type Effort, type Row } from "./measure.js";

const extents = [35, 40, 49];
const min = [-17, -20, -24];
const rowLength = 1000;
const paths = { gather: tricubicByGather, fused: tricubic };
type Path = keyof typeof paths;
type Mode = "forward" | "gradient";

/** What is measured in one line. */
interface Subject {
  readonly path: Path;
  readonly mode: Mode;
  readonly dtype: FloatDType;
  readonly outside: number;
  readonly count: number;
}

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const dtype of ["float64", "float32"] as const) {
    for (const outside of [0, 0.1]) {
      for (const mode of ["forward", "gradient"] as const) {
        let gathered: Row | undefined;
        for (const count of [1e4, 1e5, 1e6]) {
          const subject = { mode, dtype, outside, count };
          if (count < 1e6 || isRunOnce(subject)) {
            gathered = lineOf({ ...subject, path: "gather" });
            rows.push(gathered);
          }
          const fused = lineOf({ ...subject, path: "fused" });
          const ratio = gathered ? gathered.nsPerItem / fused.nsPerItem : NaN;
          const size = gathered?.items === count ? "" : " at 1e5";
          rows.push({ ...fused, remark: `${fused.remark}, ${ratio.toFixed(1)} times as fast as gather${size}` });
        }
      }
    }
  }
  return rows;
}

/** A million gathered lookups take their time and gigabytes: they are run in one way only, and once. */
function isRunOnce({ mode, dtype, outside }: Omit<Subject, "path">): boolean {
  return mode === "forward" && dtype === "float32" && outside === 0;
}

function effortFor({ path, count }: Subject): Effort {
  if (path === "fused") return count === 1e6 ? { time: 0, runs: 2, warmups: 0 } : { time: 100 };
  return count === 1e4 ? { time: 0, runs: 2, warmups: 1 } : { time: 0, runs: 1, warmups: 0 };
}

function lineOf(subject: Subject): Row & { readonly remark: string } {
  const { path, mode, dtype, outside, count } = subject;
  const grid = structureFactors(dtype);
  const before = bytesInUse();
  const inputs = queries(count, outside, dtype);
  if (mode === "gradient") inputs.push(full([count], 1, dtype));
  const program = recorded(path, mode, count, grid);
  const pool = new SampledPool();
  const task = interpret(program, pool);
  const batch = count * bytesPerElement[dtype];
  const name = `tricubic, ${path}, ${mode}, ${dtype}, ${outside === 0 ? "in range" : `${100 * outside} % outside`}`;
  let arrays: number | undefined;
  const firstNotesMemory = (): void => {
    task(inputs);
    arrays ??= (pool.peak - before) / batch;
  };
  const row = measure(name, count, firstNotesMemory, effortFor(subject));
  return { ...row, remark: `memory of ${arrays?.toFixed(1)} arrays` };
}

/** The lookups and, with the gradient, how a cotangent reaches h, k and l. */
function recorded(path: Path, mode: Mode, count: number, grid: NdArray): Program {
  const tape = new Tape();
  const input = { shape: [count], dtype: grid.dtype };
  const hkl = [tape.input(input), tape.input(input), tape.input(input)];
  const [h, k, l] = hkl;
  const value = paths[path](h, k, l, tape.literal(grid), { min, defaultF: 0 });
  if (mode === "forward") return tape.program([value]);
  const gradient = pullBack([value], [tape.input(input)], hkl);
  return tape.program([value, ...gradient.filter((each) => each !== undefined)]);
}

/** h, k and l along rows that run straight through the grid, and a part of them out of it. */
function queries(count: number, outside: number, dtype: FloatDType): NdArray[] {
  const [h, k, l] = [zeros([count], dtype), zeros([count], dtype), zeros([count], dtype)];
  for (let i = 0; i < count; i++) {
    const along = -1 + (2 * ((i % rowLength) + 0.5)) / (rowLength * (1 - outside));
    const across = Math.sin(Math.floor(i / rowLength));
    h.data[i] = 16 * along;
    k.data[i] = 16 * across + 1.5 * along;
    l.data[i] = 10 * along * along + 8 * across - 3;
  }
  return [h, k, l];
}

function structureFactors(dtype: FloatDType): NdArray {
  const grid = zeros(extents, dtype);
  for (let i = 0; i < grid.size; i++) grid.data[i] = 100 * Math.abs(Math.sin(12.9898 * i));
  return grid;
}
