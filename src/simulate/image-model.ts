import { interpret, type Run } from "../autodiff/interpreter.js";
import { mul, where } from "../autodiff/primitives/elementwise.js";
import { broadcastTo, reshape, sum, total } from "../autodiff/primitives/structure.js";
import { pullBack } from "../autodiff/reverse.js";
import { known, Tape, type Program, type Quantity, type Variable } from "../autodiff/tape.js";
import { recommendedOversample, type Experiment } from "../models/experiment.js";
import { StructureFactors } from "../models/structure-factors.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { copy, fromData, full, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { recordImage, type LookupMode, type PixelInputs, type Sampling, type Semantics } from "./image.js";
import { asArray, parametersIn, withParameters, type Parameters, type Quantities } from "./parameters.js";
import { selectPixels, type PixelSelection } from "./pixels.js";
import type { EveryStep } from "./reference-sum.js";
import { stepCounts } from "./steps.js";

export interface ImageOptions extends PixelSelection, Partial<EveryStep> {
  /** of all arrays; float64 unless given */
  readonly dtype?: FloatDType;
  /** sub-pixels along each edge of a pixel; as many as the spots need unless given */
  readonly oversample?: number;
  /** "physical" unless given */
  readonly semantics?: Semantics;
  /** "auto", unless given: tricubic where the crystal has 2 cells or fewer along an axis */
  readonly interpolation?: "auto" | "tricubic" | "nearest";
  /** resolution beyond which nothing scatters */
  readonly dminA?: number;
  /** what runs a recorded tape; the interpreter unless given */
  readonly executor?: (program: Program) => Run;
  /** pixels that are worked on together; chosen by the number of steps unless given */
  readonly tileSize?: number;
  /** told after every tile */
  readonly onProgress?: (done: number, pixels: number) => void;
}

export interface Simulation {
  /** photons in each pixel, shape [slow, fast]; 0 where nothing was worked on */
  readonly image: NdArray;
  readonly warnings: readonly string[];
}

/** Records what a modelled image costs, pixel by pixel, from it and from given images at the same pixels; shapes [P]. */
export type PixelLoss = (image: Variable, ...data: Variable[]) => Variable;

export interface LossAndGradient<P> {
  /** the sum over the pixels */
  readonly loss: number;
  /** the derivative by every parameter, in the parameters' own tree */
  readonly gradient: P;
  readonly warnings: readonly string[];
}

/** The first step, in the order of the loops, whose lookup is a nearest one. */
interface Latch {
  /** number of the pixel among those that are worked on */
  readonly pixel: number;
  readonly step: number;
}

/** What is fixed before anything is recorded. */
interface Plan {
  /** [slow, fast] */
  readonly shape: readonly number[];
  readonly pixels: readonly number[];
  readonly sampling: Omit<Sampling, "lookup">;
  /** pixels and steps that are worked on together */
  readonly tile: number;
  readonly steps: number;
  readonly structureFactors: StructureFactors | undefined;
  readonly lookup: "nearest" | "tricubic";
  readonly inputs: readonly NdArray[];
}

/** What is asked of the pixels of a tile: their photons, the lookups that leave the grid, or what they cost. */
type Question = "image" | "leaving" | PixelLoss;

const elementsOfTile = 2 ** 16;
const contraction: PixelLoss = (image, cotangent) => mul(image, cotangent);

/** The image as a function of parameters, worked on in tiles of pixels. What is recorded once serves for all later numbers. */
export class ImageModel<P extends Parameters> {
  readonly #recorded = new Map<Question, Map<string, Run>>();
  readonly #dtype: FloatDType;

  /** @param experimentOf the experiment for given parameters: called with numbers and with recorded values */
  constructor(
    readonly experimentOf: (parameters: Quantities<P>) => Experiment<Quantity>,
    readonly options: ImageOptions = {},
  ) {
    this.#dtype = options.dtype ?? "float64";
  }

  /**
   * The image.
   * @throws InputError when a parameter is not a finite number
   */
  simulate(parameters: P): Simulation {
    const plan = this.#plan(parameters);
    const image = zeros(plan.shape, this.#dtype);
    const { warning } = this.#walk(plan, parameters, (tile, mode, count) => {
      const [photons, left] = this.#ask("image", mode, plan, parameters)(tile.inputs(mode));
      for (let i = 0; i < count; i++) image.data[plan.pixels[tile.first + i]] = photons.data[i];
      return sumOf(left, count);
    });
    return { image, warnings: warning === undefined ? [] : [warning] };
  }

  /**
   * What the image costs and how that changes with the parameters.
   * @param data images of the shape [slow, fast], which the loss compares with
   * @throws ShapeError when one of them has another shape
   */
  lossAndGradient(loss: PixelLoss, parameters: P, ...data: NdArray[]): LossAndGradient<P> {
    const plan = this.#plan(parameters);
    for (const { shape } of data) {
      if (!sameShape(shape, plan.shape)) {
        throw new ShapeError(`an image of shape ${describeShape(shape)} is compared with one of shape ${describeShape(plan.shape)}`);
      }
    }
    let cost = 0;
    const gradients = plan.inputs.map((input) => zeros(input.shape, "float64"));
    const { warning } = this.#walk(plan, parameters, (tile, mode, count) => {
      const given = [tile.weights(), ...data.map((image) => tile.pick(image))];
      const [value, left, ...derivatives] = this.#ask(loss, mode, plan, parameters, data.length)([...tile.inputs(mode), ...given]);
      cost += value.item();
      derivatives.forEach((derivative, i) => {
        const from = derivative.data;
        for (let j = 0; j < derivative.size; j++) gradients[i].data[j] += from[j];
      });
      return sumOf(left, count);
    });
    const leaves = parametersIn(parameters).map((leaf, i) => (typeof leaf === "number" ? gradients[i].data[0] : copy(gradients[i], this.#dtype)));
    return { loss: cost, gradient: withParameters(parameters, leaves), warnings: warning === undefined ? [] : [warning] };
  }

  /**
   * What a cotangent of the image means for every parameter.
   * @param cotangent shape [slow, fast]
   */
  pullBack(parameters: P, cotangent: NdArray): P {
    return this.lossAndGradient(contraction, parameters, cotangent).gradient;
  }

  #plan(parameters: P): Plan {
    const { options } = this;
    const leaves = parametersIn(parameters);
    const experiment = this.experimentOf(withParameters(parameters, leaves));
    const { structureFactors, detector, crystal } = experiment;
    const oversample = options.oversample ?? recommendedOversample(experiment);
    if (!Number.isInteger(oversample) || oversample < 1) throw new InputError(`oversample is a whole number of at least 1, not ${oversample}`);
    const counts = stepCounts(experiment, oversample);
    const steps = counts.points * counts.sources * counts.orientations;
    const shape = [detector.pixels.slow, detector.pixels.fast];
    const pixels = selectPixels(shape, options);
    const grid = structureFactors instanceof StructureFactors ? structureFactors : undefined;
    const few = (crystal.cells ?? [1, 1, 1]).some((n) => known(n) <= 2);
    const wanted = options.interpolation ?? "auto";
    const tricubic = grid !== undefined && !grid.disabled && (wanted === "tricubic" || (wanted === "auto" && few));
    return {
      shape,
      pixels,
      steps,
      tile: Math.min(pixels.length, options.tileSize ?? Math.max(16, Math.ceil(elementsOfTile / steps))),
      structureFactors: grid,
      lookup: tricubic ? "tricubic" : "nearest",
      sampling: {
        oversample,
        semantics: options.semantics ?? "physical",
        oversampleOmega: options.oversampleOmega ?? false,
        oversamplePolar: options.oversamplePolar ?? false,
        oversampleThick: options.oversampleThick ?? false,
        dminA: options.dminA ?? 0,
      },
      inputs: leaves.map((leaf) => asArray(leaf, this.#dtype)),
    };
  }

  /**
   * Visits all tiles, each with the lookups that it needs.
   * @param visit works on a tile and returns how many of its lookups left the grid
   */
  #walk(plan: Plan, parameters: P, visit: (tile: Tile, mode: LookupMode, count: number) => number): { warning: string | undefined } {
    const { pixels, lookup, structureFactors } = plan;
    const sequential = lookup === "tricubic" && structureFactors?.policy === "sequential";
    let latch: Latch | undefined;
    let left = 0;
    for (let first = 0; first < pixels.length; first += plan.tile) {
      const count = Math.min(plan.tile, pixels.length - first);
      const tile = new Tile(plan, first, latch, this.#dtype);
      if (sequential && latch === undefined) latch = this.#findLatch(plan, tile, parameters);
      if (latch !== undefined) {
        left = 1;
        visit(new Tile(plan, first, latch, this.#dtype), latch.pixel < first ? "nearest" : "latched", count);
      } else left += visit(tile, lookup, count);
      this.options.onProgress?.(first + count, pixels.length);
    }
    return { warning: structureFactors?.left(left) };
  }

  #findLatch(plan: Plan, tile: Tile, parameters: P): Latch | undefined {
    const [leaving] = this.#ask("leaving", "tricubic", plan, parameters)(tile.inputs("tricubic"));
    const at = leaving.data.indexOf(1);
    return at < 0 ? undefined : { pixel: tile.first + Math.floor(at / plan.steps), step: at % plan.steps };
  }

  /** The prepared answer to a question, for a tile's inputs: recorded the first time that it is asked. */
  #ask(question: Question, mode: LookupMode, plan: Plan, parameters: P, images = 0): Run {
    const known = this.#recorded.get(question) ?? new Map<string, Run>();
    this.#recorded.set(question, known);
    const key = `${mode} ${plan.tile} ${JSON.stringify(plan.sampling)}`;
    let run = known.get(key);
    if (run === undefined) {
      run = (this.options.executor ?? interpret)(this.#record(question, mode, plan, parameters, images));
      known.set(key, run);
    }
    return run;
  }

  #record(question: Question, mode: LookupMode, plan: Plan, parameters: P, images: number): Program {
    const tape = new Tape();
    const sources = plan.inputs.map((input) => tape.input(input));
    const pixelInput = (): Variable => tape.input({ shape: [plan.tile, 1, 1, 1], dtype: this.#dtype });
    const pixels: PixelInputs = { fast: pixelInput(), slow: pixelInput(), ...(mode === "latched" && { latch: pixelInput() }) };
    const experiment = this.experimentOf(withParameters(parameters, sources));
    const { image, leaving } = recordImage(experiment, { ...plan.sampling, lookup: mode }, pixels);
    const left = leaving ? reshape(sum(leaving, 1, 2, 3), [plan.tile]) : tape.constant(0, this.#dtype);
    if (question === "image") return tape.program([image, left]);
    if (question === "leaving") return tape.program([leaving ?? left]);
    const given = (): Variable => tape.input({ shape: [plan.tile], dtype: this.#dtype });
    const weights = given();
    const costs = question(image, ...Array.from({ length: images }, given));
    const cost = total(where(weights, costs, 0));
    const gradients = pullBack([cost], [tape.constant(1, this.#dtype)], sources);
    const found = gradients.map((gradient, i) => gradient ?? broadcastTo(tape.constant(0, this.#dtype), sources[i].shape));
    return tape.program([cost, left, ...found]);
  }
}

/** A run of the selected pixels; where the last tile is not full, it repeats the last pixel. */
class Tile {
  constructor(
    readonly plan: Plan,
    readonly first: number,
    readonly latch: Latch | undefined,
    readonly dtype: FloatDType,
  ) {}

  /** The arguments of a recorded image. */
  inputs(mode: LookupMode): NdArray[] {
    const { plan, latch } = this;
    const fpixels = plan.shape[1];
    const fast = this.#each((place) => place % fpixels);
    const slow = this.#each((place) => Math.floor(place / fpixels));
    if (mode !== "latched" || latch === undefined) return [...plan.inputs, fast, slow];
    const latched = this.#each((_place, number) => (number === latch.pixel ? latch.step : number < latch.pixel ? plan.steps : 0));
    return [...plan.inputs, fast, slow, latched];
  }

  /** 1 for the pixels, 0 for the repeated ones. */
  weights(): NdArray {
    const weights = full([this.plan.tile], 1, this.dtype);
    weights.data.fill(0, this.plan.pixels.length - this.first);
    return weights;
  }

  /** The numbers of an image at the pixels. */
  pick(image: NdArray): NdArray {
    const { shape, strides, data, offset } = image;
    const picked = this.#each((place) => data[offset + Math.floor(place / shape[1]) * strides[0] + (place % shape[1]) * strides[1]]);
    return fromData(picked.data);
  }

  #each(value: (place: number, number: number) => number): NdArray {
    const { tile, pixels } = this.plan;
    const result = zeros([tile, 1, 1, 1], this.dtype);
    for (let i = 0; i < tile; i++) {
      const number = Math.min(this.first + i, pixels.length - 1);
      result.data[i] = value(pixels[number], number);
    }
    return result;
  }
}

function sumOf(counts: NdArray, length: number): number {
  if (counts.rank === 0) return 0;
  let result = 0;
  for (let i = 0; i < length; i++) result += counts.data[i];
  return result;
}
