import { prepareWorkspace, type Workspace } from "../../autodiff/executor.js";
import { flatData, type NdArray } from "../../ndarray/ndarray.js";
import { DerivativeProducts } from "../derivative-products.js";
import { writeKnown, writeParameters } from "../run-arguments.js";
import type { TileJob, TileRun } from "../tile-run.js";
import { blockOfTile, type BlockOfPanel } from "./blocked-pixels.js";
import type { Blocks } from "./blocks.js";
import { leafColumn, leafPixels, leafRow, leavesAlong, leavesOfBlock } from "./pixel-block.js";
import { DarkBlock } from "./dark-block.js";
import type { LeafSet } from "./leaf-set.js";
import { LeafTile } from "./leaf-tile.js";
import { liveStepsOn, type LiveSteps } from "./live-steps.js";

/**
 * Works on the blocks of a job whose steps are masked: on their live leaves alone, which are gathered until they fill a tile. Where nothing
 * reaches a pixel it is 0, and costs what a loss says of 0, block by block; but with a background, all leaves are worked on.
 */
export class BlockRunner {
  readonly #job: TileJob;
  readonly #workspace: Workspace;
  readonly #lit = new LeafTile();
  readonly #dark = new DarkBlock();
  #darkWorkspace: Workspace | undefined;
  #products: DerivativeProducts | undefined;
  #run: TileRun | undefined;
  #live: LiveSteps | undefined;
  /** the row of sums that the present leaves belong to */
  #row = 0;
  /** the panel that they are on */
  #panel = 0;
  /** where leaves of the present block, row by row, stand in the tile, of those whose live steps are not in the mask yet; or -1 */
  readonly #slots = new Int32Array(leavesOfBlock).fill(-1);

  /** @param workspace of the job's program */
  constructor(job: TileJob, workspace: Workspace) {
    this.#job = job;
    this.#workspace = workspace;
  }

  /** Works on the block that is a tile, or puts it off until there are more of them. */
  run(run: TileRun, tile: number): void {
    const { blocks } = run.pixels;
    const block = blocks && blockOfTile(run.pixels, blocks, tile);
    if (!blocks || !block) return;
    const row = Math.floor(tile / run.tilesOfBlock);
    const isOther = (row !== this.#row && !this.#job.hasImage) || block.panel !== this.#panel;
    if (run === this.#run && isOther) this.finish();
    this.#row = row;
    const live = this.#begin(run, block.panel);
    const { leaves } = live;
    const found = live.find(block);
    const isWhole = !run.reach?.leavesZero;
    const { hasImage } = this.#job;
    if (!hasImage && !isWhole) this.#workOnDark(run, blocks, block, leaves);
    if (found === 0 && !isWhole) return;
    this.#slots.fill(-1);
    if (isWhole) for (let leaf = 0; leaf < leavesOfBlock; leaf++) this.#addLit(run, live, blocks, block, leaf);
    else for (let leaf = leaves.next(0); leaf >= 0; leaf = leaves.next(leaf + 1)) this.#addLit(run, live, blocks, block, leaf);
    this.#writeMask(live, block);
  }

  /** Works on what was put off. */
  finish(): void {
    if (this.#run !== undefined && this.#lit.leaves > 0) this.#workOnLit(this.#run);
  }

  #begin(run: TileRun, panel: number): LiveSteps {
    if (this.#run === run && this.#panel === panel && this.#live?.isOn(panel, run.reach)) return this.#live;
    const { reach, pixels } = run;
    if (reach === undefined) throw new TypeError("a run of masked steps says what bounds them");
    this.#live = liveStepsOn(panel, reach, run, pixels);
    const { inputs } = this.#workspace;
    writeParameters(inputs, panel, run, this.#run);
    if (this.#run !== run) {
      this.#run = run;
      writeKnown(this.#workspace, run.known);
      this.#lit.clear();
      this.#mask.data.fill(0, this.#mask.offset, this.#mask.offset + this.#mask.size);
      if (this.#job.dark && !this.#darkWorkspace) this.#darkWorkspace = prepareWorkspace(this.#job.dark, this.#job.executor);
      if (this.#darkWorkspace && run.darkKnown) writeKnown(this.#darkWorkspace, run.darkKnown);
    }
    this.#panel = panel;
    return this.#live;
  }

  /** for which leaves each step is worked on */
  get #mask(): NdArray {
    return this.#workspace.inputs[(this.#run?.parameters.length ?? 0) + 2];
  }

  #addLit(run: TileRun, live: LiveSteps, blocks: Blocks, block: BlockOfPanel, leaf: number): void {
    const slot = this.#lit.leaves;
    if (!this.#lit.add(run.pixels, blocks, block, leaf)) return;
    this.#slots[leafRow[leaf] * leavesAlong + leafColumn[leaf]] = slot;
    if (!this.#lit.isFull) return;
    this.#writeMask(live, block);
    this.#slots.fill(-1);
    this.#workOnLit(run);
  }

  #writeMask(live: LiveSteps, block: BlockOfPanel): void {
    const { data, offset } = this.#mask;
    live.writeMask(block, this.#slots, data, offset);
  }

  #workOnLit(run: TileRun): void {
    const { inputs } = this.#workspace;
    const { hasImage, hasDerivatives } = this.#job;
    const tile = this.#lit;
    const mask = this.#mask;
    const at = run.parameters.length;
    tile.writeCoordinates(inputs[at], inputs[at + 1]);
    if (!hasImage) this.#writeCompared(run, tile, inputs);
    const [, ...results] = this.#workspace.run();
    if (hasImage) {
      if (run.image) tile.place(flatData(results[0]), run.image.data);
    } else if (hasDerivatives) this.#addProducts(run, results, inputs[at + 3]);
    else this.#addSums(run, results);
    mask.data.fill(0, mask.offset, mask.offset + mask.size);
    tile.clear();
  }

  /** Adds up what the pixels of a block cost that are in none of its live leaves. */
  #workOnDark(run: TileRun, blocks: Blocks, block: BlockOfPanel, lit: LeafSet): void {
    if (!this.#darkWorkspace || this.#dark.take(run.pixels, blocks, block, lit) === 0) return;
    this.#writeCompared(run, this.#dark, this.#darkWorkspace.inputs);
    this.#addSums(run, this.#darkWorkspace.run());
  }

  /** Writes which pixels count, and what they are compared with. */
  #writeCompared({ parameters, data }: TileRun, tile: Pick<LeafTile, "writeCounting" | "pick">, inputs: readonly NdArray[]): void {
    const counting = parameters.length + 3;
    tile.writeCounting(inputs[counting]);
    data.forEach((image, i) => tile.pick(image, inputs[counting + 1 + i]));
  }

  #addSums({ rows: { data, strides } }: TileRun, sums: readonly NdArray[]): void {
    let next = this.#row * strides[0];
    for (const sum of sums) for (const value of flatData(sum)) data[next++] += value;
  }

  #addProducts({ rows: { data, strides } }: TileRun, [loss, slope, curvature, ...derivatives]: readonly NdArray[], counting: NdArray): void {
    const next = this.#row * strides[0];
    data[next] += flatData(loss)[0];
    this.#products ??= new DerivativeProducts(derivatives.length, this.#job.size);
    this.#products.add(slope, curvature, derivatives, this.#lit.leaves * leafPixels, flatData(counting), data, next + 1);
  }
}
