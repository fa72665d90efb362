import type { FloatDType } from "../ndarray/dtype.js";
import { checkOptions } from "../ndarray/fields.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sizeOf } from "../ndarray/shape.js";
import type { ParallelOptions } from "./image-options.js";
import { chained } from "./chained.js";
import { blocksInPanels, blocksOfPatch, inBlocks } from "./live/blocked-pixels.js";
import { isWorthAsking } from "./live/live-share.js";
import { blockPixels } from "./live/pixel-block.js";
import { inPanels } from "./panel-pixels.js";
import { pixelsOfTile, rowsBefore, tileCount, type Pixels } from "./pixels.js";
import { sumsOf, type Question } from "./question.js";
import { refinedInputs, type Asked, type Inquiry, type Plan, type Recordings } from "./recordings.js";
import type { Latch, TileRun } from "./tile-run.js";
import { blockOf } from "./tiles.js";

/** What is known when all tiles are done. */
export interface Answer {
  /** of the sums, in float64; those of a block of tiles in each row */
  readonly rows: NdArray;
  readonly warnings: readonly string[];
}

/** What an inquiry works on. */
export interface Subject extends Inquiry {
  /** contiguous images of the shape of the pixels' image, which the question compares with */
  readonly data: readonly NdArray[];
  /** receives the pixels */
  readonly image: NdArray<FloatDType> | undefined;
  /** told now and then */
  readonly onProgress: ((done: number, pixels: number) => void) | undefined;
  /** told now and then, on workers, how many rows of the image will not change any more */
  readonly onRows?: ((image: NdArray<FloatDType>, rows: number) => void) | undefined;
}

/** Sums of so many blocks of tiles are kept apart, where there are as many tiles: enough for workers to share, but few of many sums. */
const [fewestBlocks, mostBlocks] = [8, 1024];
const mostElementsOfSums = 2 ** 21;
const mostRowsOfPatches = 64;
/** Fewer steps of all pixels are rarely worth to be left out. */
const fewSteps = 2 ** 19;
const leavingQuestion: Question = { kind: "leaving" };

/** Answers a question in this thread. */
export function answer(recordings: Recordings, subject: Subject): Answer {
  const runs = runsOf(recordings, subject, false);
  const warnings = new Set<string>();
  for (;;) {
    const { done, value } = runs.next();
    if (done) return { ...value, warnings: [...warnings, ...value.warnings] };
    recordings.lend(value.job, (runner) => {
      if (runner.warning !== undefined) warnings.add(runner.warning);
      for (let tile = value.firstTile; tile < value.endTile; tile++) {
        runner.run(value, tile);
        subject.onProgress?.(pixelsIn(tile + 1, value), value.pixels.size);
      }
      runner.finish();
    });
  }
}

/** The same, on workers; the image is in memory that is shared with them. */
export async function answerOn(parallel: ParallelOptions, recordings: Recordings, subject: Subject): Promise<Answer> {
  checkOptions("a computation on workers", parallel, { pool: true, signal: true });
  const { pool, signal } = parallel;
  const runs = runsOf(recordings, subject, true);
  const warnings = new Set<string>();
  for (;;) {
    const { done, value } = runs.next();
    if (done) return { ...value, warnings: [...warnings, ...value.warnings] };
    const told = await pool.run(value, signal, (tiles, settled) => {
      subject.onProgress?.(pixelsIn(tiles, value), value.pixels.size);
      if (subject.image && isPlacedInOrder(subject, value)) subject.onRows?.(subject.image, rowsBefore(value.pixels, settled * value.job.size));
    });
    for (const warning of told) warnings.add(warning);
  }
}

/** Whether a tile that is done is in the image, and stays: blocks put their leaves off, and a later run may work on a tile again. */
function isPlacedInOrder({ plan: { lookup, structureFactors } }: Subject, { job, pixels }: TileRun): boolean {
  return job.reach === undefined && pixels.tiles === undefined && (lookup === "nearest" || structureFactors?.policy !== "sequential");
}

/** About how many pixels so many tiles have. */
function pixelsIn(tiles: number, { pixels, job: { size } }: TileRun): number {
  return Math.min(Math.round((tiles / tileCount(pixels, size)) * pixels.size), pixels.size);
}

/** The sums of all blocks. */
export function sumOfRows({ data, shape: [count, width] }: NdArray): number[] {
  const sums = new Array<number>(width).fill(0);
  for (let at = 0; at < count * width; ) for (let i = 0; i < width; i++) sums[i] += data[at++];
  return sums;
}

/** The runs that answer a question, in turn; with the policy "sequential" later ones depend on what earlier ones found. */
function* runsOf(recordings: Recordings, given: Subject, shared: boolean): Generator<TileRun, Answer, void> {
  const { subject, asked } = planned(recordings, given);
  const { question, plan, data, image } = subject;
  const count = refinedInputs(plan).reduce((sofar, { shape }) => sofar + sizeOf(shape), 0);
  const width = sumsOf(question, asked.chain?.length ?? count);
  const blocks = Math.max(fewestBlocks, Math.min(mostBlocks, Math.floor(mostElementsOfSums / Math.max(1, width))));
  const { pixels, tilesOfBlock } = inTiles(plan, blocks);
  const tiles = tileCount(pixels, plan.tileSize);
  const leaving = zeros([tiles], "float64", { shared });
  const rows = zeros([Math.ceil(tiles / tilesOfBlock), width], "float64", { shared });
  const whole = { firstTile: 0, endTile: tiles };
  const run: TileRun = { ...asked.run, parameters: plan.inputs, ofPanels: plan.ofPanels, pixels, data, latch: undefined, image, leaving, rows, tilesOfBlock, ...whole };
  yield run;

  let lookups = 0;
  for (const count of leaving.data) lookups += count;
  if (lookups > 0 && plan.structureFactors?.policy === "sequential") {
    const tile = leaving.data.findIndex((count) => count > 0);
    const { firstTile } = blockOf(run, Math.floor(tile / tilesOfBlock));
    rows.data.fill(0, (firstTile / tilesOfBlock) * width);
    yield { ...run, firstTile, endTile: tile };
    const latch = findLatch(recordings, subject, run, tile);
    yield { ...run, ...recordings.ask(subject, "latched").run, latch, firstTile: tile, endTile: tile + 1 };
    yield { ...run, ...recordings.ask(subject, "nearest").run, latch, firstTile: tile + 1 };
  }
  const warning = plan.structureFactors?.noteLeaving(lookups);
  return { rows: asked.chain ? chained(sumOfRows(rows), asked.chain, count) : rows, warnings: warning === undefined ? [] : [warning] };
}

/** The pixels in tiles, and how many tiles have their sums in one row: of one panel, where there are many. */
function inTiles({ pixels, tileSize }: Plan, blocks: number): { readonly pixels: Pixels; readonly tilesOfBlock: number } {
  if (pixels.panels && pixels.blocks) return blocksInPanels(pixels, pixels.blocks, blocks);
  if (pixels.panels) return inPanels(pixels, pixels.panels, tileSize, blocks);
  const tiles = tileCount(pixels, tileSize);
  if (pixels.blocks === undefined) return { pixels, tilesOfBlock: Math.ceil(tiles / blocks) };
  // Whole patches, and enough of them that live leaves fill tiles.
  return { pixels, tilesOfBlock: blocksOfPatch * Math.ceil(tiles / blocksOfPatch / Math.min(blocks, mostRowsOfPatches)) };
}

/** Records a question. Steps are left out where that pays, as some of the tiles tell: the same ones for the same arguments. */
function planned(recordings: Recordings, subject: Subject): { readonly subject: Subject; readonly asked: Asked } {
  const { plan } = subject;
  const askedFor = (chosen: Subject): { readonly subject: Subject; readonly asked: Asked } => ({ subject: chosen, asked: recordings.ask(chosen, plan.lookup) });
  const { negligible, pixels, steps } = plan;
  if (negligible !== undefined) {
    const inTheirBlocks = { ...plan, pixels: inBlocks(pixels), tileSize: blockPixels };
    const isWorth = ({ run: { reach } }: Asked): boolean => reach !== undefined && isWorthAsking(reach, inTheirBlocks, subject.question.kind);
    if (pixels.size * steps >= fewSteps) {
      const skipping = askedFor({ ...subject, plan: inTheirBlocks });
      if (isWorth(skipping.asked)) return skipping;
    } else {
      // What is recorded first is most likely what is worked on.
      const asked = recordings.ask(subject, plan.lookup, false);
      if (isWorth(asked)) return askedFor({ ...subject, plan: inTheirBlocks });
      return { subject: { ...subject, plan: { ...plan, negligible: undefined } }, asked: { ...asked, run: { ...asked.run, reach: undefined } } };
    }
  }
  return askedFor({ ...subject, plan: { ...plan, negligible: undefined } });
}

function findLatch(recordings: Recordings, subject: Subject, run: TileRun, tile: number): Latch {
  const { run: asked } = recordings.ask({ ...subject, question: leavingQuestion, images: 0 }, "tricubic");
  const at = recordings.lend(asked.job, (runner) => flatData(runner.ask({ ...run, ...asked }, tile)[0]).indexOf(1));
  const { steps } = subject.plan;
  return { pixel: pixelsOfTile(run.pixels, tile, asked.job.size).first + Math.floor(at / steps), step: at % steps, stepsOfPixel: steps };
}
