import type { Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { ImageModel, type ImageOptions } from "../simulate/image-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { fieldsOf, samplingOf, withSampling, withValues } from "./model-fields.js";
import type { ModelState } from "./model-state.js";

/** The image of a state of the controls. What is recorded once serves as long as only numbers change. */
export class LiveModel {
  #key = "";
  #base: Experiment | undefined;
  #model: ImageModel<readonly number[]> | undefined;

  /** @param options how the image is simulated, but for the number of sub-pixels */
  constructor(
    readonly options: ImageOptions,
    readonly pool?: WorkerPool,
  ) {}

  /**
   * Photons, [slow, fast].
   * @throws InputError when the experiment cannot be
   */
  image(state: ModelState): NdArray {
    return this.#modelOf(state).simulate(numbersOf(state)).image;
  }

  /** The same, on workers where there are some. */
  async imageOn(state: ModelState): Promise<NdArray> {
    const model = this.#modelOf(state);
    return this.pool ? (await model.simulateOn({ pool: this.pool }, numbersOf(state))).image : model.simulate(numbersOf(state)).image;
  }

  #modelOf({ base, changed, sampling }: ModelState): ImageModel<readonly number[]> {
    const fields = fieldsOf(changed);
    const key = JSON.stringify([fields.map((field) => field.key), sampling]);
    if (this.#model && this.#base === base && this.#key === key) return this.#model;
    [this.#base, this.#key] = [base, key];
    const own = samplingOf(base, sampling.oversample);
    const isOwn = own.domains === sampling.domains && own.wavelengths === sampling.wavelengths;
    const sampled = isOwn ? base : withSampling(base, sampling);
    this.#model = new ImageModel<readonly number[]>((values: readonly Quantity[]) => withValues(sampled, fields, values), {
      ...this.options,
      oversample: sampling.oversample,
    });
    return this.#model;
  }
}

function numbersOf({ changed }: ModelState): number[] {
  return fieldsOf(changed).map(({ key }) => changed.get(key) ?? 0);
}
