import { noteSharedMemory, sharedMemoryOf, type SharedMemory } from "../../autodiff/executor.js";
import type { Data } from "../../ndarray/dtype.js";
import { NdArray } from "../../ndarray/ndarray.js";
import type { Shape } from "../../ndarray/shape.js";
import type { Counts } from "../intensity-scale.js";
import type { Pixels } from "../pixels.js";
import type { Roi } from "../statistics.js";
import type { RunReach } from "../live/reach.js";
import type { Latch, TileJob } from "../tile-run.js";

/** An array as it arrives on the other side: shared memory stays where it is. */
export interface ArrayMessage {
  readonly data: Data;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** the memory that its data lie in, where programs work in it, too */
  readonly memory: SharedMemory | undefined;
}

/** To a worker: take blocks of a job's tiles, as long as there are any. */
export interface RunMessage {
  readonly kind: "run";
  readonly jobId: number;
  /** the first time that the worker meets it */
  readonly job: TileJob | undefined;
  readonly parameters: readonly ArrayMessage[];
  readonly known: readonly ArrayMessage[];
  readonly pixels: Pixels;
  readonly ofPanels: ArrayMessage | undefined;
  /** but for what it has in common with others of the job */
  readonly reach: (Omit<RunReach, "known" | "reach"> & { readonly known: readonly ArrayMessage[] }) | undefined;
  readonly darkKnown: readonly ArrayMessage[] | undefined;
  readonly data: readonly ArrayMessage[];
  readonly latch: Latch | undefined;
  readonly image: ArrayMessage | undefined;
  readonly leaving: ArrayMessage;
  readonly rows: ArrayMessage;
  readonly tilesOfBlock: number;
  readonly firstTile: number;
  readonly endTile: number;
  /** shared, int32: the next block to be taken; the number of tiles done; whether to stop; and of each worker the block that it works on, or the one behind the last */
  readonly state: Data;
  /** the worker's own, of these */
  readonly worker: number;
}

/** To a worker: write the counts of an image, as `writeSmvCounts` does. */
export interface CountMessage {
  readonly kind: "count";
  readonly image: ArrayMessage;
  readonly scale: number;
  readonly adcOffset: number;
  readonly roi: Roi | undefined;
  /** in shared memory */
  readonly counts: Counts;
}

export type Message = RunMessage | CountMessage;

/** From a worker. */
export type Report = { readonly kind: "progress" } | { readonly kind: "done"; readonly warning?: string | undefined } | { readonly kind: "failed"; readonly message: string };

/** Where in a run's state the first worker says what it works on. */
export const firstWorker = 3;

/** Jobs that a worker keeps prepared; of more, the oldest is forgotten, and so is one that failed, on both sides alike. */
export const keptJobs = 12;

export function asMessage({ data, shape, strides, offset }: NdArray): ArrayMessage {
  return { data, shape, strides, offset, memory: sharedMemoryOf(data) };
}

export function asArray({ data, shape, strides, offset, memory }: ArrayMessage): NdArray {
  if (memory) noteSharedMemory(data, memory);
  return new NdArray(data, shape, strides, offset);
}

/** Adds to what is known, in order of arrival, and forgets the oldest. */
export function remember<V>(known: Map<number, V>, id: number, value: V): void {
  known.delete(id);
  known.set(id, value);
  for (const oldest of known.keys()) {
    if (known.size <= keptJobs) return;
    known.delete(oldest);
  }
}
