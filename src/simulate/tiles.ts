import { prepare, type Executor } from "../autodiff/executor.js";
import type { Run } from "../autodiff/interpreter.js";
import type { Program } from "../autodiff/tape.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { writeCoordinates, type Pixels } from "./pixels.js";

/**
 * A recorded question about the pixels of a tile. Its arguments: the parameters; fast and slow of the pixels; their latches, where
 * it has them; and, where it sums, which pixels count and the given images. Its results: the lookups of each pixel that left the
 * grid; then the pixels, or the sums over them. Plain data, which a worker can receive.
 */
export interface TileJob {
  /** its own, among all jobs */
  readonly id: number;
  readonly program: Program;
  readonly executor: Executor;
  readonly dtype: FloatDType;
  readonly pixels: Pixels;
  /** number of pixels in a tile */
  readonly size: number;
  readonly hasLatch: boolean;
  readonly hasImage: boolean;
}

/** The first step, in the order of the loops, whose lookup is a nearest one. */
export interface Latch {
  /** number of the pixel among the selected ones */
  readonly pixel: number;
  readonly step: number;
  readonly stepsOfPixel: number;
}

/** What a job is run on. */
export interface TileRun {
  readonly job: TileJob;
  readonly parameters: readonly NdArray[];
  readonly data: readonly NdArray[];
  readonly latch: Latch | undefined;
  /** receives the pixels, shape [slow, fast] */
  readonly image: NdArray | undefined;
  /** receives of each tile the number of lookups that left the grid, then the sums; float64, shape [tiles, 1 + sums] */
  readonly rows: NdArray;
  readonly firstTile: number;
  readonly endTile: number;
}

export function tileCount({ pixels, size }: Pick<TileJob, "pixels" | "size">): number {
  return Math.ceil(pixels.size / size);
}

/** Works on the tiles of a job one after another, always in the same memory. */
export class TileRunner {
  readonly job: TileJob;
  readonly #run: Run;
  readonly #fast: NdArray;
  readonly #slow: NdArray;
  readonly #latches: NdArray;
  readonly #weights: NdArray;
  readonly #picked: NdArray[] = [];

  constructor(job: TileJob) {
    this.job = job;
    this.#run = prepare(job.program, job.executor);
    const perPixel = (): NdArray => zeros([job.size, 1, 1, 1], job.dtype);
    this.#fast = perPixel();
    this.#slow = perPixel();
    this.#latches = perPixel();
    this.#weights = perPixel();
  }

  /** The job's results for one tile. */
  ask({ parameters, data, latch }: Pick<TileRun, "parameters" | "data" | "latch">, tile: number): NdArray[] {
    const { pixels, size, hasLatch, hasImage } = this.job;
    const first = tile * size;
    writeCoordinates(pixels, first, this.#fast.data, this.#slow.data);
    const inputs = [...parameters, this.#fast, this.#slow];
    if (hasLatch && latch) inputs.push(this.#latched(first, latch));
    if (!hasImage) inputs.push(this.#counting(first), ...data.map((image, i) => this.#pick(image, i)));
    return this.#run(inputs);
  }

  /** Runs one tile and puts its results where they belong. */
  run(run: TileRun, tile: number): void {
    const { pixels, size, hasImage } = this.job;
    const count = Math.min(size, pixels.size - tile * size);
    const [left, ...results] = this.ask(run, tile);
    const { data, strides } = run.rows;
    const row = tile * strides[0];
    data[row] = 0;
    if (left.size > 1) for (let i = 0; i < count; i++) data[row] += left.data[i];
    if (hasImage && run.image) this.#place(results[0], run.image, count);
    else {
      let next = row + 1;
      for (const sum of results) for (let i = 0; i < sum.size; i++) data[next++] = sum.data[i];
    }
  }

  #place(values: NdArray, image: NdArray, count: number): void {
    const [fast, slow, width] = [this.#fast.data, this.#slow.data, image.shape[1]];
    for (let i = 0; i < count; i++) image.data[slow[i] * width + fast[i]] = values.data[i];
  }

  #pick(image: NdArray, index: number): NdArray {
    const picked = (this.#picked[index] ??= zeros(this.#fast.shape, this.job.dtype));
    const [fast, slow] = [this.#fast.data, this.#slow.data];
    const { data, offset, strides } = image;
    for (let i = 0; i < picked.size; i++) picked.data[i] = data[offset + slow[i] * strides[0] + fast[i] * strides[1]];
    return picked;
  }

  /** 1 for the pixels of the tile, 0 for those that fill it up. */
  #counting(first: number): NdArray {
    this.#weights.data.fill(1);
    this.#weights.data.fill(0, Math.min(this.job.size, this.job.pixels.size - first));
    return this.#weights;
  }

  /** Of each pixel, the number of its first step whose lookup is a nearest one. */
  #latched(first: number, { pixel, step, stepsOfPixel }: Latch): NdArray {
    const at = pixel - first;
    this.#latches.data.fill(at < 0 ? 0 : stepsOfPixel);
    if (at >= 0 && at < this.job.size) {
      this.#latches.data.fill(0, at);
      this.#latches.data.fill(stepsOfPixel, 0, at);
      this.#latches.data[at] = step;
    }
    return this.#latches;
  }
}
