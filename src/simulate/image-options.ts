import type { Executor } from "../autodiff/executor.js";
import type { FloatDType } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Semantics } from "./image.js";
import type { Skip } from "./negligible.js";
import type { WorkerPool } from "./parallel/pool.js";
import type { PixelSelection } from "./pixels.js";
import type { EveryStep } from "./reference-sum.js";

/** How an image is computed. */
export interface ImageOptions extends PixelSelection, Partial<EveryStep> {
  /** of all arrays; float64 unless given */
  readonly dtype?: FloatDType;
  /** of an image, whose pixels are rounded to it at the end; as `dtype` unless given */
  readonly imageDtype?: FloatDType;
  /**
   * "sampled" unless given: mosaic domains, sources and sub-pixels are steps, each of which takes its nearest reflection. "closed":
   * all that widens a spot is one Gaussian (`crystal.etaDeg`, `crystal.domainA`, `beam.bandwidthPercent`,
   * `beam.beamDivergenceMrad`, `detector.footprintMm`, and the pixel's own size where no `oversample` is given), and all spots that
   * reach a pixel are summed
   */
  readonly spots?: "sampled" | "closed";
  /**
   * sub-pixels along each edge of a pixel. Unless given, each call takes as many as the spots of its parameters need, so that the image
   * may jump between two calls: give it where an image is refined
   */
  readonly oversample?: number;
  /** "physical" unless given */
  readonly semantics?: Semantics;
  /** "auto", unless given: tricubic where the crystal has 2 cells or fewer along an axis */
  readonly interpolation?: "auto" | "tricubic" | "nearest";
  /** resolution beyond which nothing scatters */
  readonly dminA?: number;
  /** which steps are left out; "zeros" unless given: those that are exactly 0, so that no pixel changes */
  readonly skip?: Skip;
  /** "webassembly" unless given; the nearest to it where the surroundings forbid to make code */
  readonly executor?: Executor;
  /** pixels that are worked on together, a multiple of 4; chosen by the executor unless given */
  readonly tileSize?: number;
  /** called after each tile, with the number of pixels that are done and of all */
  readonly onProgress?: (done: number, pixels: number) => void;
  /** called now and then while workers compute an image: with the image, and how many of its rows, from the first on, will not change any more */
  readonly onRows?: (image: NdArray<FloatDType>, rows: number) => void;
}

/** How a computation is spread over workers. */
export interface ParallelOptions {
  /** the workers */
  readonly pool: WorkerPool;
  /** ends the computation; it then rejects */
  readonly signal?: AbortSignal | undefined;
}
