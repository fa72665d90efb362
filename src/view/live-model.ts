import type { Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { ImageModel, type ImageOptions } from "../simulate/image-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { fieldsOf, samplingOf, withSampling, withValues, type Sampling } from "./model-fields.js";
import type { ModelState } from "./model-state.js";

/** The image of a state of the controls. What is recorded once serves as long as only numbers change. */
export class LiveModel {
  #key = "";
  #base: Experiment | undefined;
  #model: ImageModel<readonly number[]> | undefined;

  /** @param options how the image is simulated, but for the number of sub-pixels */
  constructor(readonly options: ImageOptions) {}

  /**
   * Photons, [slow, fast].
   * @param pool of workers that share the work, if there are some
   * @throws InputError when the experiment cannot be
   */
  async image(state: ModelState, pool?: WorkerPool): Promise<NdArray> {
    const model = this.#modelOf(state);
    return (pool ? await model.simulateOn({ pool }, numbersOf(state)) : model.simulate(numbersOf(state))).image;
  }

  #modelOf({ base, changed, sampling }: ModelState): ImageModel<readonly number[]> {
    const fields = fieldsOf(changed, sampling.spots);
    const key = JSON.stringify([fields.map((field) => field.key), sampling]);
    if (this.#model && this.#base === base && this.#key === key) return this.#model;
    [this.#base, this.#key] = [base, key];
    const own = samplingOf(base, sampling.oversample, sampling.spots);
    const isOwn = own.domains === sampling.domains && own.wavelengths === sampling.wavelengths;
    const sampled = isOwn ? base : withSampling(base, sampling);
    this.#model = new ImageModel<readonly number[]>((values: readonly Quantity[]) => withValues(sampled, fields, values), {
      ...optionsFor(this.options, sampling),
    });
    return this.#model;
  }
}

/** How an image is simulated for a state of the controls. In closed form the pixel's own size is part of the spot, unless it has points. */
export function optionsFor(options: ImageOptions, { spots, oversample }: Sampling): ImageOptions {
  const { oversample: _, spots: __, ...rest } = options;
  if (spots === "sampled") return { ...rest, oversample };
  return { ...rest, spots, semantics: "physical", ...(oversample > 1 && { oversample }) };
}

function numbersOf({ changed, sampling }: ModelState): number[] {
  return fieldsOf(changed, sampling.spots).map(({ key }) => changed.get(key) ?? 0);
}
