import type { Experiment } from "../models/experiment.js";
import type { StructureFactors } from "../models/structure-factors.js";
import type { Crystal, UnitCell } from "../models/crystal.js";
import type { Beam } from "../models/beam.js";
import type { SpotSum } from "./model-fields.js";
import { wilsonAmplitudes } from "./wilson.js";

/** An experiment to begin with, and what there is to see in it. */
export interface Preset {
  readonly name: string;
  readonly about: string;
  readonly oversample: number;
  readonly spots: SpotSum;
  readonly experiment: Experiment;
  /** what a measurement is made of that the preset is compared with */
  readonly truth?: Experiment;
}

const protein: UnitCell = { a: 34.85, b: 39.09, c: 48.18, alpha: 90, beta: 90, gamma: 90 };
const still: Crystal = { lattice: protein, missetDeg: [10.12, 19.9, 30.1], cells: [8, 8, 8] };
/** Photons per square metre that make spots of some thousand counts. */
const fluence = 2e26;
const dmin = 1.7;

let proteinAmplitudes: StructureFactors | undefined;

/**
 * The presets of the page.
 * @param structureFactors in place of random ones of a protein
 */
export function presets(structureFactors: StructureFactors | number = (proteinAmplitudes ??= wilsonAmplitudes(protein, dmin))): readonly Preset[] {
  const experiment = (crystal: Crystal, beam: Partial<Beam> = {}, edge = 512): Experiment => ({
    beam: { wavelengthA: 1, fluence, ...beam },
    crystal,
    detector: { pixels: { fast: edge, slow: edge }, pixelSizeMm: 102.4 / edge, distanceMm: 120.25 },
    structureFactors,
  });
  return [
    { name: "first light", about: "A small protein crystal of 8 × 8 × 8 cells in a still.", oversample: 1, spots: "sampled", experiment: experiment(still) },
    {
      name: "mosaicity",
      about: "Domains that are turned by 0.3° (one standard deviation) against each other, in closed form: spots become arcs.",
      oversample: 1,
      spots: "closed",
      experiment: experiment({ ...still, cells: [20, 20, 20], etaDeg: 0.3 }),
    },
    {
      name: "pink beam",
      about: "Wavelengths that differ by 1 % (one standard deviation), in closed form: spots become radial streaks.",
      oversample: 1,
      spots: "closed",
      experiment: experiment({ ...still, cells: [20, 20, 20], etaDeg: 0.03 }, { bandwidthPercent: 1 }),
    },
    {
      name: "between the spots",
      about: "A crystal of 2 × 2 × 2 cells: the molecule shines through between the spots, interpolated by a tricubic polynomial.",
      oversample: 1,
      spots: "sampled",
      experiment: experiment({ ...still, cells: [2, 2, 2] }, { fluence: 1e28 }),
    },
    {
      name: "a wrong cell",
      about: "The measurement is simulated; the model's cell is too long by 1 % along a. Blink, look at the residual, and refine.",
      oversample: 1,
      spots: "sampled",
      experiment: experiment({ ...still, lattice: { ...protein, a: 1.01 * protein.a } }, {}, 256),
      truth: experiment(still, {}, 256),
    },
  ];
}
