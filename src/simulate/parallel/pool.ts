import { allocate, checkSharing, type Data } from "../../ndarray/dtype.js";
import { InputError } from "../../ndarray/errors.js";
import { assign, copy, fromData, zeros, type NdArray } from "../../ndarray/ndarray.js";
import type { Pixels } from "../pixels.js";
import type { Counts } from "../intensity-scale.js";
import type { Roi } from "../statistics.js";
import type { TileJob, TileRun } from "../tile-run.js";
import { blockOf, blocksOf } from "../tiles.js";
import { asMessage, firstWorker, remember, type Message, type Report, type RunMessage } from "./messages.js";

/** A worker, seen from outside. */
export interface Port {
  post(message: Message): void;
  /** @param onFailure called when the worker itself breaks */
  listen(onReport: (report: Report) => void, onFailure: (error: Error) => void): void;
  /** Whether the worker keeps the program alive. */
  hold(isBusy: boolean): void;
  close(): Promise<void>;
}

/**
 * Starts workers.
 * @throws InputError when the number is not a whole one of at least 1, or memory cannot be shared with them
 */
export function startWorkers(threads: number, start: () => Port): WorkerPool {
  if (!Number.isInteger(threads) || threads < 1) throw new InputError(`the number of threads is a whole number of at least 1, not ${threads}`);
  checkSharing();
  return new WorkerPool(Array.from({ length: threads }, start));
}

/** Elements of an array that are cloned for every worker; more of them are shared. */
const mostCloned = 4096;

/** What is heard of workers before they are done. */
interface Listeners {
  readonly onProgress: () => void;
  /** of the worker of a number */
  readonly onFailure: (worker: number) => void;
}

type OnProgress = (done: number, settled: number) => void;

/** The first of the blocks that workers are at: they take them in order. */
function firstUnfinished(state: Int32Array): number {
  let first = Infinity;
  for (let worker = firstWorker; worker < state.length; worker++) first = Math.min(first, Atomics.load(state, worker));
  return first;
}

/** Workers that share the tiles of a run. They stay for later runs, which go faster: what was prepared is kept. */
export class WorkerPool {
  readonly #ports: readonly Port[];
  readonly #known: readonly Map<number, TileJob>[];
  /** of given arrays, memory that workers see: to copy once more costs less than to touch new memory */
  readonly #copies = new WeakMap<NdArray, NdArray>();
  /** of places of pixels likewise */
  readonly #places = new WeakMap<Data, Data>();
  #last: Promise<unknown> = Promise.resolve();
  #pending: { readonly report: (port: Port, report: Report) => void; readonly fail: (port: Port, error: Error) => void } | undefined;
  /** why there will be no more answers */
  #end: Error | undefined;

  constructor(ports: readonly Port[]) {
    this.#ports = ports;
    this.#known = ports.map(() => new Map<number, TileJob>());
    for (const port of ports) {
      port.listen(
        (report) => this.#pending?.report(port, report),
        (error) => {
          this.#end ??= error;
          this.#pending?.fail(port, error);
        },
      );
    }
  }

  /** number of workers */
  get size(): number {
    return this.#ports.length;
  }

  /**
   * Works on the tiles of a run, after the runs that were asked for before.
   * @param onProgress told now and then how many tiles are done, those before the first among them, and before which tile all are done
   * @returns what the caller should be warned of, each warning once
   * @throws the signal's reason when it was aborted; Error when a worker fails, has failed before, or was closed
   */
  run(run: TileRun, signal: AbortSignal | undefined, onProgress: OnProgress): Promise<readonly string[]> {
    return this.#inTurn(() => this.#start(run, signal, onProgress));
  }

  /**
   * Writes the counts of an image, as `writeSmvCounts` does, on a single worker, after the runs that were asked for before.
   * @param image in memory that workers see
   * @param counts likewise
   * @throws Error as `run`
   */
  async count(image: NdArray, scale: number, adcOffset: number, roi: Roi | undefined, counts: Counts): Promise<void> {
    const message: Message = { kind: "count", image: asMessage(image), scale, adcOffset, roi, counts };
    await this.#inTurn(() => this.#ask(this.#ports.slice(-1), () => message));
  }

  /** Ends the workers, after what they are working on. */
  async close(): Promise<void> {
    await this.#last;
    this.#end ??= new Error("the workers were closed");
    await Promise.all(this.#ports.map((port) => port.close()));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #start(run: TileRun, signal: AbortSignal | undefined, onProgress: OnProgress): Promise<readonly string[]> {
    signal?.throwIfAborted();
    if (run.firstTile >= run.endTile) return [];
    const state = allocate("int32", firstWorker + this.size, true);
    const { first } = blocksOf(run);
    state[0] = first;
    state.fill(first, firstWorker);
    const stop = (): void => void Atomics.store(state, 2, 1);
    signal?.addEventListener("abort", stop);
    const data = run.data.map((array) => this.#shared(array));
    const known = run.known.map((array) => (array.data.length > mostCloned ? this.#shared(array) : array));
    const pixels = this.#sharedPixels(run.pixels);
    let warnings: readonly string[];
    try {
      warnings = await this.#ask(this.#ports, (i) => this.#message({ ...run, data, known, pixels }, state, i), {
        onProgress: () => onProgress(run.firstTile + Atomics.load(state, 1), blockOf(run, firstUnfinished(state)).firstTile),
        onFailure: (i) => {
          this.#known[i].delete(run.job.id);
          stop();
        },
      });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
    onProgress(run.endTile, run.endTile);
    return warnings;
  }

  /**
   * Sends a message to each of some workers and waits until all have done what it says.
   * @param messageOf the worker of a number among them
   * @returns what they warn of, each warning once
   */
  async #ask(ports: readonly Port[], messageOf: (i: number) => Message, { onProgress, onFailure }: Partial<Listeners> = {}): Promise<readonly string[]> {
    if (this.#end) throw this.#end;
    const warnings = new Set<string>();
    try {
      await new Promise<void>((resolve, reject) => {
        const working = new Set(ports);
        let failure: Error | undefined;
        const end = (port: Port, error?: Error): void => {
          failure ??= error;
          if (error) onFailure?.(ports.indexOf(port));
          if (!working.delete(port) || working.size > 0) return;
          if (failure) reject(failure);
          else resolve();
        };
        const report = (port: Port, message: Report): void => {
          if (message.kind === "progress") onProgress?.();
          else if (message.kind === "failed") end(port, new Error(message.message));
          else {
            if (message.warning !== undefined) warnings.add(message.warning);
            end(port);
          }
        };
        this.#pending = { report, fail: end };
        ports.forEach((port, i) => {
          port.hold(true);
          try {
            port.post(messageOf(i));
          } catch (error) {
            end(port, error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
    } finally {
      this.#pending = undefined;
      for (const port of ports) port.hold(false);
    }
    return [...warnings];
  }

  #shared(array: NdArray): NdArray {
    if (array.data.buffer instanceof SharedArrayBuffer) return array;
    const kept = this.#copies.get(array) ?? zeros(array.shape, array.dtype, { shared: true });
    this.#copies.set(array, kept);
    assign(kept, array);
    return kept;
  }

  /** The pixels, with their places, which nobody changes, in memory that workers see. */
  #sharedPixels(pixels: Pixels): Pixels {
    const { places, tiles, blocks } = pixels;
    const shared = (given: Data | undefined): Data | undefined => given && this.#sharedPlaces(given);
    return { ...pixels, places: shared(places), tiles: shared(tiles), blocks: blocks && { ...blocks, kept: shared(blocks.kept) } };
  }

  #sharedPlaces(places: Data): Data {
    const kept = this.#places.get(places) ?? copy(fromData(places), "int32", { shared: true }).data;
    this.#places.set(places, kept);
    return kept;
  }

  #message(run: TileRun, state: Int32Array, port: number): RunMessage {
    const { job, parameters, known: arrays, pixels, ofPanels, reach, darkKnown, data, latch, image, leaving, rows, tilesOfBlock, firstTile, endTile } = run;
    const known = this.#known[port];
    const isNew = !known.has(job.id);
    if (isNew) remember(known, job.id, job);
    return {
      kind: "run",
      jobId: job.id,
      job: isNew ? job : undefined,
      parameters: parameters.map(asMessage),
      known: arrays.map(asMessage),
      pixels,
      ofPanels: ofPanels && asMessage(ofPanels),
      worker: port,
      reach: reach && { known: reach.known.map(asMessage), negligible: reach.negligible, leavesZero: reach.leavesZero },
      darkKnown: darkKnown?.map(asMessage),
      data: data.map(asMessage),
      latch,
      image: image && asMessage(image),
      leaving: asMessage(leaving),
      rows: asMessage(rows),
      tilesOfBlock,
      firstTile,
      endTile,
      state,
    };
  }
}
