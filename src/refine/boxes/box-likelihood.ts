import type { Experiment } from "../../models/experiment.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { LeastSquares, NormalEquations } from "../../optim/levenberg-marquardt.js";
import { ProjectedRows } from "./projected-rows.js";
import type { Vector } from "../../optim/vector.js";
import { slopeAt, valueAt, type Parameter } from "../parameter.js";
import type { Boxes } from "./box.js";
import { BlockSum } from "./block-sum.js";
import { fitBox, floorPhotons, type BackgroundTerms, type LocalFit } from "./local-fit.js";
import type { ProfileProgram } from "./profile-program.js";

/** What a refinement on boxes is asked. */
export interface BoxQuestion {
  readonly experiment: Experiment;
  /** all of them, those of blocks last */
  readonly parameters: readonly Parameter[];
  readonly boxes: Boxes;
  readonly program: ProfileProgram;
  readonly backgroundTerms: BackgroundTerms;
  /** |F|² of each box; free unless given */
  readonly squares?: readonly number[];
  /** whether a box counts in the sums; all unless given */
  readonly counts?: (box: number) => boolean;
}

/** The state of all boxes at some values of the parameters. */
export interface BoxState {
  /** photons of |F|² = 1 in each pixel */
  readonly profile: Data;
  readonly fits: readonly LocalFit[];
}

/** A part of a spot's peak whose change no count would show. */
const negligible = 1e-9;

/** What a minimiser sees of boxes, in coordinates that are 0 at the start: the misfit with the best intensities and backgrounds. */
export class BoxLikelihood implements LeastSquares {
  readonly #question: BoxQuestion;
  readonly #slopes: readonly Data[];
  readonly #sum: BlockSum;
  #fits: (LocalFit | undefined)[];

  constructor(question: BoxQuestion) {
    this.#question = question;
    const { boxes: { boxes, pixels }, parameters, backgroundTerms } = question;
    this.#slopes = backgroundTerms === 1 ? [] : [allocate("float64", pixels.count), allocate("float64", pixels.count)];
    if (backgroundTerms === 3) {
      for (const { fastMin, fastEnd, slowMin, slowEnd, first, end } of boxes) {
        for (let p = first; p < end; p++) {
          this.#slopes[0][p] = (2 * pixels.fast[p] - fastMin - fastEnd) / (fastEnd - fastMin);
          this.#slopes[1][p] = (2 * pixels.slow[p] - slowMin - slowEnd) / (slowEnd - slowMin);
        }
      }
    }
    this.#sum = new BlockSum(question.experiment, parameters, pixels, question.program);
    this.#fits = boxes.map(() => undefined);
  }

  /** Columns of the background besides the constant one, of all pixels. */
  get slopes(): readonly Data[] {
    return this.#slopes;
  }

  get parameters(): readonly Parameter[] {
    return this.#question.parameters;
  }

  /** The values of the parameters at a minimiser's coordinates. */
  valuesAt(x: Vector): number[] {
    return this.parameters.map((parameter, i) => valueAt(parameter, x[i]));
  }

  /** The misfit at some coordinates. */
  value(x: Vector): number {
    this.#sum.fill(this.valuesAt(x));
    return this.#fitAll();
  }

  /** Profiles, intensities and backgrounds at some values of the parameters; they last until the next call. */
  stateAt(values: Vector): BoxState {
    this.#sum.fill(values);
    this.#fitAll();
    return { profile: this.#sum.profile, fits: this.#fits.flatMap((fit) => fit ?? []) };
  }

  /** Photons that the model expects in each pixel of the boxes. */
  modelAt({ profile, fits }: BoxState): Data {
    const { boxes } = this.#question.boxes;
    const model = allocate("float64", profile.length);
    for (const [i, { first, end }] of boxes.entries()) {
      const { intensity, background } = fits[i];
      for (let p = first; p < end; p++) {
        model[p] = intensity * profile[p] + background[0];
        this.#slopes.forEach((slope, j) => (model[p] += background[j + 1] * slope[p]));
      }
    }
    return model;
  }

  /**
   * Misfit, slope and curvature with intensities and backgrounds eliminated: the curvature is Fisher's, less what intensities and
   * backgrounds take on themselves.
   * @see Kaufman, BIT 15, 49 (1975); for a likelihood, Schur's complement of Fisher's information
   */
  normalEquations(x: Vector): NormalEquations {
    const values = this.valuesAt(x);
    this.#sum.fill(values);
    const value = this.#fitAll();
    const { places, starts } = this.#brightPixels();
    this.#sum.fillDerivatives(values, places);
    const { boxes: { boxes, pixels: { counts } }, squares, parameters } = this.#question;
    const size = parameters.length;
    const gradient = new Array<number>(size).fill(0);
    const normal = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
    const rows = new ProjectedRows(size);
    for (const [number, { first, end }] of boxes.entries()) {
      const fit = this.#fits[number];
      const [from, to] = [starts[number], starts[number + 1]];
      if (!fit || from === to) continue;
      const length = end - first;
      rows.begin(length);
      const roots = allocate("float64", length);
      const residual = allocate("float64", length);
      for (let p = 0; p < length; p++) {
        let model = fit.intensity * this.#sum.profile[first + p] + fit.background[0] + floorPhotons;
        for (let j = 0; j < this.#slopes.length; j++) model += fit.background[j + 1] * this.#slopes[j][first + p];
        roots[p] = 1 / Math.sqrt(model);
        residual[p] = 1 - (counts[first + p] + floorPhotons) / model;
      }
      for (let i = 0; i < size; i++) {
        const derivative = this.#sum.derivatives[i];
        const factor = fit.intensity * slopes[i];
        let sum = 0;
        for (let q = from; q < to; q++) sum += residual[places[q] - first] * derivative[q];
        gradient[i] += sum * factor;
        rows.setSparseRow(i, derivative, places, from, to, first, factor, roots);
      }
      const own = (column: Data): Data => roots.map((root, p) => root * column[first + p]);
      if (!squares) rows.addColumn(own(this.#sum.profile));
      if (fit.background[0] > 0) rows.addColumn(roots);
      for (const slope of this.#slopes) rows.addColumn(own(slope));
      rows.addProducts(normal);
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) normal[j][i] = normal[i][j];
    return { value, gradient, normal };
  }

  /** Numbers of the pixels in which a spot is not negligible beside its peak, box after box, of boxes that count and have a spot; and where each box begins. */
  #brightPixels(): { readonly places: Data; readonly starts: readonly number[] } {
    const { boxes: { boxes, pixels }, counts: isCounted = () => true } = this.#question;
    const found = allocate("int32", pixels.count);
    const { profile } = this.#sum;
    let count = 0;
    const starts = boxes.map(({ first, end }, number) => {
      const start = count;
      if (!isCounted(number) || (this.#fits[number]?.intensity ?? 0) === 0) return start;
      let peak = 0;
      for (let p = first; p < end; p++) peak = Math.max(peak, profile[p]);
      for (let p = first; p < end; p++) if (profile[p] > negligible * peak) found[count++] = p;
      return start;
    });
    return { places: found.subarray(0, count), starts: [...starts, count] };
  }

  #fitAll(): number {
    const { boxes: { boxes, pixels }, squares, counts: isCounted = () => true } = this.#question;
    let value = 0;
    this.#fits = boxes.map(({ first, end }, i) => {
      const fit = fitBox({ first, end, slopes: this.#slopes }, this.#sum.profile, pixels.counts, squares?.[i], this.#fits[i]);
      if (isCounted(i)) value += fit.cost;
      return fit;
    });
    return value;
  }
}
