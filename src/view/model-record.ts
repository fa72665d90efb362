import { axesOf } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { identity } from "../io/geometry/vector.js";
import type { ExperimentRecord } from "../io/geometry/record.js";
import { geometryOf } from "./geometry.js";

/** What a model states, as a file would: its beam, its only panel and its crystal at rest. */
export function recordOfModel(experiment: Experiment, source: string): ExperimentRecord {
  const { panels, beam, lattice } = geometryOf(experiment);
  const { polarization, spindle } = axesOf(experiment.detector);
  return {
    source,
    kind: "model",
    beam: { wavelengthA: experiment.beam.wavelengthA, direction: beam, electricField: polarization, kahnFactor: experiment.beam.kahnFactor },
    panels: panels.map(({ origin, ...panel }) => ({ ...panel, name: "0", originMm: origin })),
    goniometer: { axis: spindle, fixed: identity, setting: identity },
    crystals: lattice ? [{ a: lattice[0], b: lattice[1], c: lattice[2] }] : [],
    images: [],
    remarks: [],
  };
}
