import { prepareWorkspace, type Workspace } from "../autodiff/executor.js";
import type { Data } from "../ndarray/dtype.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";
import { DerivativeProducts } from "./derivative-products.js";
import { BlockRunner } from "./live/block-runner.js";
import { panelOf } from "./panel-pixels.js";
import { servesFor, writeKnown, writeParameters } from "./run-arguments.js";
import type { Latch, TileJob, TileRun } from "./tile-run.js";
import { fillUp, pickPixels, pixelsOfTile, placePixels, writeCoordinates } from "./pixels.js";

/** Tiles whose sums are added up in one row, in order, and which therefore one worker works on. */
interface Block {
  readonly firstTile: number;
  readonly endTile: number;
}

/** A block of a run, by its number among all of the job's. */
export function blockOf({ tilesOfBlock, firstTile, endTile }: TileRun, block: number): Block {
  return { firstTile: Math.max(firstTile, block * tilesOfBlock), endTile: Math.min(endTile, (block + 1) * tilesOfBlock) };
}

/** The blocks that a run has tiles of: the first one, and the one behind the last. */
export function blocksOf({ tilesOfBlock, firstTile, endTile }: TileRun): { readonly first: number; readonly end: number } {
  return { first: Math.floor(firstTile / tilesOfBlock), end: Math.ceil(endTile / tilesOfBlock) };
}

/** Works on the tiles of a job one after another, always in the same memory. */
export class TileRunner {
  readonly job: TileJob;
  #present: Workspace | undefined;
  /** the run whose parameters, and what else is known, the workspace holds */
  #begun: TileRun | undefined;
  /** the panel whose parameters it holds */
  #panel = 0;
  #products: DerivativeProducts | undefined;
  #blocks: BlockRunner | undefined;

  constructor(job: TileJob) {
    this.job = job;
  }

  /** The workspace for a run: a new one where the present one reads in its place what the run does not know. */
  #workspaceFor({ known }: TileRun): Workspace {
    if (this.#present && servesFor(this.#present, known)) return this.#present;
    const { program, executor, reach } = this.job;
    const others = new Array<undefined>(program.inputs.length - known.length).fill(undefined);
    this.#present = prepareWorkspace(program, executor, [...others, ...known]);
    this.#begun = undefined;
    this.#blocks = reach ? new BlockRunner(this.job, this.#present) : undefined;
    return this.#present;
  }

  /** what the caller should be warned of */
  get warning(): string | undefined {
    return this.#present?.warning;
  }

  /** The job's results for one tile, which last until the next. */
  ask(run: TileRun, tile: number): readonly NdArray[] {
    return this.#prepare(run, tile).run();
  }

  /** Writes the arguments of a tile into the workspace. */
  #prepare(run: TileRun, tile: number): Workspace {
    const { size, hasLatch, hasImage } = this.job;
    const workspace = this.#workspaceFor(run);
    const { inputs } = workspace;
    const { first, count } = pixelsOfTile(run.pixels, tile, size);
    const panel = panelOf(run.pixels, first);
    if (this.#begun !== run || this.#panel !== panel) writeParameters(inputs, panel, run, this.#begun);
    if (this.#begun !== run) writeKnown(workspace, run.known);
    this.#begun = run;
    this.#panel = panel;
    let next = run.parameters.length;
    const [fast, slow] = [inputs[next++], inputs[next++]];
    writeCoordinates(run.pixels, first, count, fast, slow);
    if (hasLatch && run.latch) writeLatches(run.latch, first, inputs[next++]);
    if (hasImage) return workspace;
    writeCounting(inputs[next++], count);
    for (const image of run.data) this.#pick(run, image, first, count, inputs[next++]);
    return workspace;
  }

  /** Runs one tile and puts its results where they belong; they may be put off until the last tile is finished. */
  run(run: TileRun, tile: number): void {
    const workspace = this.#workspaceFor(run);
    if (this.#blocks) return this.#blocks.run(run, tile);
    const { first, count } = pixelsOfTile(run.pixels, tile, this.job.size);
    if (count === 0) return;
    this.#prepare(run, tile);
    const [leaving, ...results] = workspace.run();
    run.leaving.data[tile] = leaving.size > 1 ? sumOfFirst(leaving, count) : 0;
    if (this.job.hasImage && run.image) return this.#place(run, results[0], first, count, run.image);
    const { data, strides } = run.rows;
    let next = Math.floor(tile / run.tilesOfBlock) * strides[0];
    if (this.job.hasDerivatives) {
      const [loss, slope, curvature, ...derivatives] = results;
      data[next] += flatData(loss)[0];
      this.#products ??= new DerivativeProducts(derivatives.length, this.job.size);
      return this.#products.add(slope, curvature, derivatives, count, this.#counting(run, workspace), data, next + 1);
    }
    for (const sum of results) {
      const values = flatData(sum);
      for (let i = 0; i < values.length; i++) data[next++] += values[i];
    }
  }

  #counting(run: TileRun, { inputs }: Workspace): Data {
    return flatData(inputs[run.parameters.length + (this.job.hasLatch ? 3 : 2)]);
  }

  /** Finishes what was put off. */
  finish(): void {
    this.#blocks?.finish();
  }

  #place(run: TileRun, values: NdArray, first: number, count: number, image: NdArray): void {
    placePixels(run.pixels, first, count, flatData(values), image.data);
  }

  #pick(run: TileRun, image: NdArray, first: number, count: number, picked: NdArray): void {
    pickPixels(run.pixels, first, count, image, picked);
    fillUp(picked, count);
  }
}

function sumOfFirst(values: NdArray, count: number): number {
  const data = flatData(values);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += data[i];
  return sum;
}

/** 1 for the pixels of a tile, 0 for those that fill it up. */
function writeCounting({ data, offset, size }: NdArray, count: number): void {
  data.fill(1, offset, offset + count);
  data.fill(0, offset + count, offset + size);
}

/** Of each pixel, the number of its first step whose lookup is a nearest one. */
function writeLatches({ pixel, step, stepsOfPixel }: Latch, first: number, { data, offset, size }: NdArray): void {
  const at = Math.max(0, Math.min(pixel - first, size));
  data.fill(stepsOfPixel, offset, offset + at);
  data.fill(0, offset + at, offset + size);
  if (pixel >= first && pixel < first + size) data[offset + at] = step;
}
