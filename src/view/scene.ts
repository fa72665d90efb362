import type { Experiment } from "../models/experiment.js";
import { norm } from "../physics/vector.js";
import { orientedLattice } from "../models/crystal.js";
import { known } from "../autodiff/tape.js";
import { radiansPerDegree } from "../physics/constants.js";
import { full, type NdArray } from "../ndarray/ndarray.js";
import { residualInSigmas } from "../refine/goodness.js";
import { lossNamed } from "../refine/loss.js";
import type { GivenImage } from "./given.js";
import { differenceOf, layerOf, type Layer } from "./layer.js";
import type { PredictionLimits } from "./predicted-spots.js";

export const layerNames = ["measured", "model", "difference", "residual"] as const;
export type LayerName = (typeof layerNames)[number];

/** A measured image, a modelled one, and what follows from both. Layers are made when they are asked for. */
export class Scene {
  #measured: GivenImage | undefined;
  #model: readonly NdArray[] | undefined;
  readonly #layers = new Map<LayerName, Layer>();
  #formerModel: Layer | undefined;

  get measured(): GivenImage | undefined {
    return this.#measured;
  }

  set measured(image: GivenImage | undefined) {
    this.#measured = image;
    this.#layers.clear();
  }

  /** photons, a panel each, [slow, fast] */
  get model(): readonly NdArray[] | undefined {
    return this.#model;
  }

  set model(images: readonly NdArray[] | undefined) {
    this.#model = images;
    this.#formerModel = this.#layers.get("model") ?? this.#formerModel;
    for (const name of ["model", "difference", "residual"] as const) this.#layers.delete(name);
  }

  /** Whether measurement and model are images of the same pixels. */
  get isComparable(): boolean {
    const shapes = (images: readonly NdArray[] = []): string => images.map(({ shape }) => shape.join()).join(";");
    return this.#model !== undefined && shapes(this.#model) === shapes(this.#measured?.panels);
  }

  /** The names of what can be shown now. */
  get names(): readonly LayerName[] {
    return [
      ...(this.#measured ? (["measured"] as const) : []),
      ...(this.#model ? (["model"] as const) : []),
      ...(this.isComparable ? (["difference", "residual"] as const) : []),
    ];
  }

  layer(name: LayerName): Layer | undefined {
    const present = this.#layers.get(name) ?? this.#make(name);
    if (present) this.#layers.set(name, present);
    return present;
  }

  #make(name: LayerName): Layer | undefined {
    const [measured, model] = [this.#measured, this.#model];
    if (name === "measured") return measured && layerOf(name, "photons", measured.panels, measured.masks);
    if (!model) return undefined;
    if (name === "model") return layerOf(name, "photons", model, [], this.#formerModel);
    if (!measured || !this.isComparable) return undefined;
    const { panels, masks } = measured;
    if (name === "difference") return layerOf(name, "difference", panels.map((counts, i) => differenceOf(counts, model[i], masks[i])));
    const loss = lossNamed("poisson");
    return layerOf(name, "sigmas", panels.map((counts, i) => residualInSigmas(counts, model[i], masks[i] ?? full(counts.shape, 1, "int32"), loss)));
  }
}


/** Standard deviations within which a spot is seen. */
const sigmasSeen = 2;

function firstOf(value: number | readonly number[] = 0): number {
  return typeof value === "number" ? value : Math.max(...value.slice(0, 3));
}

/** How far from the Ewald sphere an experiment's reflections are seen. */
export function limitsOf({ crystal, beam }: Experiment): PredictionLimits {
  const { direct } = orientedLattice(crystal);
  const cells = crystal.cells ?? [1, 1, 1];
  const edges = crystal.domainA?.slice(0, 3) ?? [direct.a, direct.b, direct.c].map((edge, axis) => cells[axis] * known(norm(edge)));
  return {
    // Where the lattice factor of a block of cells is 0 for the first time.
    width: 1 / Math.min(...edges),
    mosaicRad: Math.max(crystal.mosaic?.spreadDeg ?? 0, sigmasSeen * firstOf(crystal.etaDeg)) * radiansPerDegree,
    bandwidth: Math.max((beam.dispersionPercent?.range ?? 0) / 200, (sigmasSeen * (beam.bandwidthPercent ?? 0)) / 100),
  };
}
