import type { Quantity } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import { groupsOf, type PanelledDetector } from "../models/panels.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { slice } from "../ndarray/views.js";
import type { Vector } from "../physics/vector.js";
import { ImageModel } from "../simulate/image-model.js";
import type { ImageOptions } from "../simulate/image-options.js";
import { PanelModel } from "../simulate/panel-model.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { shiftBetween } from "./geometry.js";
import { fieldsOf, samplingOf, withSampling, withValues, type Sampling } from "./model-fields.js";
import { experimentOf, type ModelState } from "./model-state.js";

/** The images of values of the parameters, with all panels shifted. */
type Simulated = (values: readonly number[], shiftMm: Vector<number>, pool: WorkerPool | undefined) => Promise<readonly NdArray[]>;

/** The image of a state of the controls. What is recorded once serves as long as only numbers change. */
export class LiveModel {
  #key = "";
  #base: Experiment | undefined;
  #model: Simulated | undefined;

  /**
   * @param options how the image is simulated, but for the number of sub-pixels
   * @param panels of the detector, where it has several
   * @param isFleeting whether an image is shown only until the next one, which takes its memory
   */
  constructor(
    readonly options: ImageOptions,
    readonly panels?: PanelledDetector,
    readonly isFleeting = false,
  ) {}

  /**
   * Photons, a panel each, [slow, fast].
   * @param pool of workers that share the work, if there are some
   * @throws InputError when the experiment cannot be
   */
  async images(state: ModelState, pool?: WorkerPool): Promise<readonly NdArray[]> {
    const model = this.#modelOf(state);
    return model(numbersOf(state), this.panels ? shiftBetween(state.base, experimentOf(state)) : [0, 0, 0], pool);
  }

  #modelOf({ base, changed, sampling }: ModelState): Simulated {
    const fields = fieldsOf(changed, sampling.spots);
    const key = JSON.stringify([fields.map((field) => field.key), sampling]);
    if (this.#model && this.#base === base && this.#key === key) return this.#model;
    [this.#base, this.#key] = [base, key];
    const own = samplingOf(base, sampling.oversample, sampling.spots);
    const isOwn = own.domains === sampling.domains && own.wavelengths === sampling.wavelengths;
    const sampled = isOwn ? base : withSampling(base, sampling);
    const at = (values: readonly Quantity[]) => withValues(sampled, fields, values);
    const options = optionsFor(this.options, sampling);
    if (this.panels) this.#model = modelOfPanels(this.panels, at, options);
    else {
      const model = new ImageModel<readonly number[]>(at, options);
      let [latest, latestOfPool]: (NdArray<FloatDType> | undefined)[] = [];
      this.#model = async (values, _, pool) => {
        const { image } = pool ? await model.simulateOn({ pool }, values, latestOfPool) : model.simulate(values, latest);
        if (this.isFleeting && pool) latestOfPool = image;
        else if (this.isFleeting) latest = image;
        return [image];
      };
    }
    return this.#model;
  }
}

/** An image on many panels, which a change of distance or beam centre shifts as one. */
function modelOfPanels(detector: PanelledDetector, at: (values: readonly Quantity[]) => Experiment<Quantity>, options: ImageOptions): Simulated {
  const { mask: _, roi: __, onProgress: ___, ...others } = options;
  const model = new PanelModel<readonly number[]>(
    detector,
    (values) => {
      const { detector: { footprintMm }, ...standing } = at(values);
      return { ...standing, ...(footprintMm !== undefined && { footprintMm }) };
    },
    others,
  );
  const [{ name: all }] = groupsOf(detector);
  return async (values, shiftMm, pool) => {
    const parameters = { experiment: values, groups: { [all]: { shiftMm, turnDeg: [0, 0, 0] as const } } };
    const { image } = pool ? await model.simulateOn({ pool }, parameters) : model.simulate(parameters);
    return detector.panels.map(({ pixels }, panel) => copy(slice(image, panel, { start: 0, stop: pixels.slow }, { start: 0, stop: pixels.fast })));
  };
}

/** Steps up to this part of the brightest one that there can be are left out while numbers move. */
export const faint = 1e-6;

/** How an image is simulated while numbers move: in single precision, and without what is faint. */
export function whileMoving({ skip, ...options }: ImageOptions): ImageOptions {
  return { ...options, dtype: "float32", skip: typeof skip === "number" ? Math.max(skip, faint) : faint };
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
