import { known } from "../../autodiff/tape.js";
import { roundingTwothetaDeg, type HeaderSettings } from "../../io/header-settings.js";
import { detectorFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { exposureScan, recommendedScanSteps } from "../../refine/exposure.js";
import type { Request } from "../experiment-from-flags.js";
import type { SimulateFlag } from "../flags.js";
import type { InputFiles } from "../input-files.js";
import type { Given } from "../parse-flags.js";
import { headerContradictions, scanContradiction, type HeaderWords } from "./header-agreement.js";

/** Where a refinement starts, and what is to be warned of. */
export interface StartingExperiment {
  readonly experiment: Experiment;
  readonly warnings: readonly string[];
}

/**
 * The experiment of a measured image: what simulate would take, at the two-theta of the image's header and with the exposure as it was.
 * @param name of the image
 * @param header of the image
 * @param words of that header, where it is an SMV image's
 */
export function startingExperiment(
  name: string,
  request: Request,
  flags: Given<SimulateFlag>,
  { imageHeader }: InputFiles,
  header: HeaderSettings,
  words: HeaderWords,
): StartingExperiment {
  const isSampled = flags.has("phistep", "phisteps");
  const oscDeg = isSampled || flags.has("osc") ? request.oscDeg : (imageHeader ?? header).oscRangeDeg ?? 0;
  const phiDeg = flags.number("phi") ?? (imageHeader ?? header).phiDeg ?? 0;
  const placed = imageHeader || flags.has("twotheta") ? request.experiment : atTwotheta(request.experiment, header.twothetaDeg ?? 0, !flags.has("distance", "close_distance"));
  const experiment = isSampled ? placed : exposed(placed, phiDeg, oscDeg);
  // Options that place every step of a scan, as those of a refined experiment do, say nothing of where the exposure begins.
  const isKnown = header.phiDeg !== undefined || !flags.has("phistep");
  const [from, turn] = [header.phiDeg ?? phiDeg, header.oscRangeDeg ?? oscDeg];
  return {
    experiment,
    warnings: [...headerContradictions(name, words, experiment, oscDeg), ...(isKnown ? scanContradiction(name, experiment, from, turn, isSampled) : [])],
  };
}

/** The experiment that a geometry file states, whose own crystal stands as it does in the middle of the exposure. */
export function geometryStart({ experiment, oscDeg }: Request, flags: Given<SimulateFlag>): StartingExperiment {
  if (flags.has("phistep", "phisteps")) return { experiment, warnings: [] };
  const isOwnCrystal = flags.has("cell", "mat");
  return { experiment: exposed(experiment, isOwnCrystal ? (flags.number("phi") ?? 0) : -oscDeg / 2, oscDeg), warnings: [] };
}

/**
 * The experiment with its detector at a header's two-theta.
 * @param isHeaderDistance whether the distance is the header's, which is that to the detector's plane: not the one along the beam, when the
 *   detector turns about the beam's spot
 */
function atTwotheta(experiment: Experiment, twothetaDeg: number, isHeaderDistance: boolean): Experiment {
  if (Math.abs(twothetaDeg) <= roundingTwothetaDeg) return experiment;
  const detector = { ...experiment.detector, twothetaDeg };
  const { distanceMm, closeDistanceMm } = detector;
  if (!isHeaderDistance || distanceMm === undefined || closeDistanceMm !== undefined) return { ...experiment, detector };
  const ratio = distanceMm / (1000 * known(detectorFrame(detector).distance));
  return { ...experiment, detector: { ...detector, distanceMm: distanceMm * ratio } };
}

/** The experiment with as many steps around the middle of its exposure as its reflections need. */
function exposed(experiment: Experiment, phiDeg: number, oscDeg: number): Experiment {
  if (oscDeg === 0) return experiment;
  const scan = exposureScan(phiDeg, oscDeg, recommendedScanSteps(experiment, oscDeg));
  return { ...experiment, crystal: { ...experiment.crystal, scan } };
}
