import type { Experiment } from "../../models/experiment.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import type { Vector } from "../../optim/vector.js";
import { experimentAt, type Parameter } from "../parameter.js";
import { blockPartOf, turnsOf, type BlockTurn } from "./block-parameters.js";
import type { ProfileProgram, SeenPixels } from "./profile-program.js";

/** What all blocks of a crystal send to pixels, each by its share, and the derivatives of it by the parameters. */
export class BlockSum {
  readonly #experiment: Experiment;
  readonly #parameters: readonly Parameter[];
  readonly #pixels: SeenPixels;
  readonly #program: ProfileProgram;
  /** of |F|² = 1, in each pixel */
  readonly profile: Data;
  /** of the profile, by each parameter's value, in the pixels that were asked for */
  readonly derivatives: readonly Data[];

  /** @param parameters all of them, those of blocks last */
  constructor(experiment: Experiment, parameters: readonly Parameter[], pixels: SeenPixels, program: ProfileProgram) {
    this.#experiment = experiment;
    this.#parameters = parameters;
    this.#pixels = pixels;
    this.#program = program;
    this.profile = allocate("float64", pixels.count);
    this.derivatives = parameters.map(() => allocate("float64", pixels.count));
  }

  /** Fills the profile at values of the parameters. */
  fill(values: Vector): void {
    this.profile.fill(0);
    const blocks = this.#blocksAt(values);
    this.#program.profilesOfBlocks(this.#pixels, this.#shared(values), blocks.map(({ rotationDeg }) => rotationDeg), (first, count, [profile], block) => {
      const { share } = blocks[block];
      for (let p = 0; p < count; p++) this.profile[first + p] += share * profile[p];
    });
  }

  /**
   * Fills the derivatives, in the order of the pixels that are asked for.
   * @param at numbers of the pixels
   */
  fillDerivatives(values: Vector, at: Data): void {
    const blocks = this.#blocksAt(values);
    for (const derivative of this.derivatives) derivative.fill(0, 0, at.length);
    const parts = this.#parameters.map(({ name }) => blockPartOf(name));
    const sharedPlaces = parts.flatMap((part, i) => (part ? [] : [i]));
    this.#program.derivatives(this.#pixels, at, this.#shared(values), blocks.map(({ rotationDeg }) => rotationDeg), (first, count, [profile, ...derivatives], block) => {
      const { share } = blocks[block];
      sharedPlaces.forEach((place, k) => addTo(this.derivatives[place], first, derivatives[k], count, share));
      parts.forEach((part, i) => {
        if (part === undefined) return;
        if (part.part === "weight") {
          // The shares add up to 1: those of the others fall as this one rises.
          const { share: own, weight } = blocks[part.block];
          addTo(this.derivatives[i], first, profile, count, (share * ((part.block === block ? 1 : 0) - own)) / weight);
        } else if (part.block === block) addTo(this.derivatives[i], first, derivatives[sharedPlaces.length + part.part], count, share);
      });
    });
  }

  #blocksAt(values: Vector): readonly BlockTurn[] {
    return turnsOf(experimentAt(this.#experiment, this.#parameters, values));
  }

  #shared(values: Vector): number[] {
    return values.filter((_, i) => !blockPartOf(this.#parameters[i].name));
  }
}

/** Adds values times a factor, one after another from an index on. */
function addTo(into: Data, first: number, values: Data, count: number, factor: number): void {
  for (let p = 0; p < count; p++) into[first + p] += factor * values[p];
}
