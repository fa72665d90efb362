import type { Executor } from "../autodiff/executor.js";
import type { Program } from "../autodiff/tape.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Reach, RunReach } from "./live/reach.js";
import type { Pixels } from "./pixels.js";

/**
 * A recorded question about the pixels of a tile. Its arguments: the parameters; fast and slow of the pixels; their latches, where
 * it has them; for which leaves each step is worked on, where it is masked; where it sums, which pixels count and the given images; and at the end the arrays and numbers that were known while it was
 * recorded. Its results: the lookups of each pixel that left the grid; then the pixels, or the sums over them, or, for products of
 * derivatives, the derivatives. Plain data, which a worker can receive.
 */
export interface TileJob {
  /** its own, among all jobs */
  readonly id: number;
  readonly program: Program;
  readonly executor: Executor;
  /** number of pixels in a tile */
  readonly size: number;
  readonly hasLatch: boolean;
  readonly hasImage: boolean;
  /** what bounds the steps, where an argument behind those says for which leaves each step is worked on; tiles are then blocks of pixels */
  readonly reach: Reach | undefined;
  /** of the arguments, what the pixels cost that no step reaches */
  readonly dark?: Program | undefined;
  /** whether its results are, behind the loss, of each pixel: slope and curvature of the loss, and the derivatives by the parameters */
  readonly hasDerivatives: boolean;
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
  /** the job's last arguments */
  readonly known: readonly NdArray[];
  readonly pixels: Pixels;
  /** of panels: the last parameters, which differ from panel to panel; shape [panels, parameters] */
  readonly ofPanels?: NdArray | undefined;
  /** what the job's mask is found by */
  readonly reach?: RunReach | undefined;
  /** the last arguments of what dark pixels cost */
  readonly darkKnown?: readonly NdArray[] | undefined;
  /** contiguous images, shape [slow, fast] */
  readonly data: readonly NdArray[];
  readonly latch: Latch | undefined;
  /** receives the pixels, shape [slow, fast] */
  readonly image: NdArray | undefined;
  /** receives of each tile the number of lookups that left the grid; float64 */
  readonly leaving: NdArray;
  /** sums, to which each tile adds its own: those of a block of tiles in each row, float64, shape [blocks, sums] */
  readonly rows: NdArray;
  readonly tilesOfBlock: number;
  readonly firstTile: number;
  readonly endTile: number;
}
