import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Bench, type Task } from "tinybench";
import { BufferPool } from "../src/autodiff/buffer-pool.js";
import type { Data, DType } from "../src/ndarray/dtype.js";
import type { Reached } from "./goals.js";

/** One line of the table. */
export interface Row {
  readonly name: string;
  /** how many lookups, pixels, ... one run works through */
  readonly items: number;
  readonly nsPerItem: number;
  readonly runs: number;
  readonly remark?: string;
  /** what the figures mean for what was wanted */
  readonly reached?: readonly Reached[];
}

export interface Effort {
  /** at least so many milliseconds */
  readonly time?: number;
  /** at least so many runs */
  readonly runs?: number;
  /** not measured, before the others */
  readonly warmups?: number;
}

let repeats: number | undefined;

/** Sets how often every task is run, in place of what its subject asks for. */
export function setRepeats(runs: number | undefined): void {
  repeats = runs;
}

/** The median time of a task that works through so many items. */
export function measure(name: string, items: number, task: () => void, effort: Effort = {}): Row {
  const bench = benchOf(effort);
  bench.add(name, task);
  return rowOf(name, items, bench.runSync());
}

/** The same, of a task that others work on. */
export async function measureAwaited(name: string, items: number, task: () => Promise<void>, effort: Effort = {}): Promise<Row> {
  const bench = benchOf(effort);
  bench.add(name, task);
  return rowOf(name, items, await bench.run());
}

function benchOf({ time = 200, runs = 3, warmups = 2 }: Effort): Bench {
  if (repeats !== undefined) [time, runs] = [0, repeats];
  return new Bench({ time, iterations: runs, warmup: warmups > 0, warmupIterations: warmups, warmupTime: 0, throws: true });
}

function rowOf(name: string, items: number, [{ result }]: readonly Task[]): Row {
  if (result.state !== "completed") throw new Error(`${name} did not complete`);
  return { name, items, nsPerItem: (result.latency.p50 * 1e6) / items, runs: result.latency.samplesCount };
}

/** The bytes of typed memory that the process holds, without what it has given up. */
export function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  // What the first collection finds is only given back by the second.
  for (let i = 0; i < 2; i++) if (typeof collectGarbage === "function") collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** Memory for an executor that notes how much the process holds each time that some is handed out. */
export class SampledPool extends BufferPool {
  peak = 0;

  override take(dtype: DType, length: number): Data {
    const data = super.take(dtype, length);
    this.peak = Math.max(this.peak, process.memoryUsage().arrayBuffers);
    return data;
  }
}

/** Milliseconds that the processor has worked for this process, which other processes do not lengthen. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The least time of each of some tasks, which are run in turn, so that a busy machine is busy for all. */
export function fastestInTurn(tasks: readonly (() => void)[], rounds = 7, clock = (): number => performance.now()): { readonly nanoseconds: number; readonly runs: number }[] {
  const least = tasks.map(() => Infinity);
  for (const task of tasks) task();
  const runs = repeats ?? rounds;
  for (let round = 0; round < runs; round++) {
    // Memory that one has given up is collected while another runs: none shall always be the one behind.
    const order = round % 2 === 0 ? [...tasks.keys()] : [...tasks.keys()].reverse();
    for (const i of order) {
      const began = clock();
      tasks[i]();
      least[i] = Math.min(least[i], (clock() - began) * 1e6);
    }
  }
  return least.map((nanoseconds) => ({ nanoseconds, runs }));
}
