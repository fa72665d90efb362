import type { Experiment } from "../models/experiment.js";
import type { PanelledDetector } from "../models/panels.js";
import type { StructureFactors } from "../models/structure-factors.js";
import { refinableExperiment } from "../refine/catalogue.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { addNoise } from "../simulate/noise.js";
import { simulate } from "../simulate/simulate.js";
import type { ImageOptions } from "../simulate/image-options.js";
import { formatAddress, parseAddress, samplingKeys } from "./address.js";
import { geometryOf, panelledGeometry, shiftBetween, type Geometry } from "./geometry.js";
import type { Given, GivenImage } from "./given.js";
import { LiveModel, whileMoving } from "./live-model.js";
import { modelFields } from "./model-fields.js";
import { experimentOf, stateOf, type ModelState } from "./model-state.js";
import { presets, type Preset } from "./presets.js";

const seedOfTruth = 1;
const alike = 100;

/** The model that the page works on: where it comes from, how it is simulated, and its address. */
export class ModelDesk {
  state: ModelState;
  readonly live: LiveModel;
  /** what stands in for it while numbers move */
  readonly moving: LiveModel;
  preset: Preset | undefined;
  /** what scatters, by what it is called */
  readonly structures = new Map<string, StructureFactors | number>();
  structure: string;

  private constructor(
    base: Experiment,
    readonly options: ImageOptions,
    preset: Preset | undefined,
    readonly panels?: PanelledDetector,
  ) {
    this.preset = preset;
    this.state = this.#begin(base);
    // Nothing is compared with a preset's image in its last digits, and single precision is faster.
    this.live = new LiveModel(preset ? { ...options, dtype: "float32" } : options, panels);
    this.moving = new LiveModel(whileMoving(options), panels, true);
    this.structure = preset ? "like a protein" : "as given";
    this.structures.set(this.structure, base.structureFactors);
    this.structures.set("all alike", alike);
  }

  /** The desk of a given experiment; of a preset, where the page is given nothing at all; else none. */
  static of({ experiment, options = {}, panels, images }: Given, hash: string): ModelDesk | undefined {
    if (experiment) return new ModelDesk(refinableExperiment(experiment), options, undefined, panels).#at(hash);
    if (images.length > 0) return undefined;
    const named = parseAddress(hash).preset;
    const all = presets();
    const preset = all.find(({ name }) => name === named) ?? all[0];
    return new ModelDesk(preset.experiment, {}, preset).#at(hash);
  }

  /** The names of the presets, where the model is one of them. */
  get presetNames(): readonly string[] {
    return this.preset ? presets().map(({ name }) => name) : [];
  }

  /** What places on the detector mean, as the controls stand. */
  get geometry(): Geometry {
    const experiment = experimentOf(this.state);
    return this.panels ? panelledGeometry(experiment, this.panels, shiftBetween(this.state.base, experiment)) : geometryOf(experiment);
  }

  choosePreset(name: string): void {
    const preset = presets().find((candidate) => candidate.name === name);
    if (!preset) return;
    this.preset = preset;
    this.state = this.#begin(preset.experiment);
    this.#putStructure();
  }

  chooseStructure(name: string): void {
    this.structure = name;
    this.#putStructure();
  }

  addStructure(name: string, structureFactors: StructureFactors): void {
    this.structures.set(name, structureFactors);
    this.chooseStructure(name);
  }

  reset(): void {
    this.state = this.#begin(this.state.base);
  }

  /** What a preset is compared with: counts of its truth, with the noise of photons. */
  measurement(): GivenImage | undefined {
    if (!this.preset?.truth) return undefined;
    const photons = simulate(this.preset.truth, { oversample: this.preset.oversample }).image;
    const counts: NdArray = copy(addNoise(photons, { seed: -seedOfTruth, adcOffset: 0 }).counts, "float64");
    return { name: "simulated measurement", panels: [counts], masks: [undefined], facts: [] };
  }

  /** The address from which the page becomes the same again. */
  get address(): string {
    const { changed, sampling, base } = this.state;
    const own = this.#begin(base).sampling;
    const counts = samplingKeys.filter((key) => sampling[key] !== own[key]).map((key) => [key, sampling[key]] as const);
    const spots = sampling.spots === own.spots ? {} : { spots: sampling.spots };
    return formatAddress({ preset: this.preset?.name, values: new Map([...changed, ...counts]), ...spots });
  }

  #at(hash: string): ModelDesk {
    const { values, spots = this.state.sampling.spots } = parseAddress(hash);
    const sampling = { ...this.state.sampling, spots };
    for (const key of samplingKeys) sampling[key] = values.get(key) ?? sampling[key];
    const changed = new Map([...values].filter(([key]) => modelFields.some((field) => field.key === key)));
    this.state = { ...this.state, changed, sampling };
    return this;
  }

  /** An experiment before anything is changed. */
  #begin(base: Experiment): ModelState {
    const { oversample = 1, spots = "sampled" } = this.preset ?? this.options;
    return stateOf(base, oversample, spots);
  }

  #putStructure(): void {
    const structureFactors = this.structures.get(this.structure);
    if (structureFactors === undefined || structureFactors === this.state.base.structureFactors) return;
    this.state = { ...this.state, base: { ...this.state.base, structureFactors } };
  }
}
