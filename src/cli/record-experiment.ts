import type { CrystalRecord, ExperimentRecord, PanelRecord } from "../io/geometry/record.js";
import { crystalAt } from "../io/geometry/setting.js";
import { reciprocalOf } from "../io/geometry/vector.js";
import type { Beam } from "../models/beam.js";
import type { Crystal } from "../models/crystal.js";
import type { Detector } from "../models/detector.js";
import { InputError } from "../ndarray/errors.js";
import { detectorOfRecord } from "./record-detector.js";

/** The models of one image that a record states, in its own laboratory frame. */
export interface RecordedModels {
  readonly beam: Beam;
  readonly detector: Detector;
  /** each as it stands at the middle of the image, with the turn during the image about the spindle */
  readonly crystals: readonly Crystal[];
}

/** Angles in which a crystal turns during an image. */
const scanSteps = 5;

/**
 * The models that a record of one panel states.
 * @param image from 0
 * @throws InputError that names what the record leaves open
 */
export function modelsOfRecord(record: ExperimentRecord, image: number, panel?: PanelRecord): RecordedModels {
  const { beam, source, crystals } = record;
  if (beam.wavelengthA === undefined) throw new InputError(`${source} does not state the wavelength; say it with -lambda`);
  return {
    beam: { wavelengthA: beam.wavelengthA, ...(beam.kahnFactor !== undefined && { kahnFactor: beam.kahnFactor }) },
    detector: detectorOfRecord(record, panel),
    crystals: crystals.map((crystal) => crystalOfRecord(record, crystal, image)),
  };
}

/** A crystal at the middle of an image, with the turn during it. */
export function crystalOfRecord(record: ExperimentRecord, crystal: CrystalRecord, image: number): Crystal {
  const { a, b, c } = crystalAt(record, crystal, image);
  const [aStar, bStar, cStar] = reciprocalOf(a, b, c);
  const widthDeg = record.goniometer === undefined ? 0 : (record.scan?.widthDeg ?? 0);
  const stepDeg = widthDeg / scanSteps;
  return {
    lattice: { aStar, bStar, cStar },
    ...(widthDeg !== 0 && { scan: { phiDeg: (stepDeg - widthDeg) / 2, stepDeg, steps: scanSteps } }),
  };
}
