import type { CrystalRecord, ExperimentRecord } from "../io/geometry/record.js";
import { crystalAt } from "../io/geometry/setting.js";
import { reciprocalOf } from "../io/geometry/vector.js";
import type { Crystal } from "../models/crystal.js";

/** Angles in which a crystal turns during an image. */
const scanSteps = 5;

/**
 * A crystal as it stands in the laboratory at the middle of an image, with the turn during it.
 * @param image from 0
 * @throws InputError when the record has no such image
 */
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
