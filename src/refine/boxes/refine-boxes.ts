import { known } from "../../autodiff/tape.js";
import { detectorFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { componentsOf } from "../../physics/symmetric.js";
import { hasRole } from "../parameter.js";
import { turnsOf } from "./block-parameters.js";
import { BoxRun, rough } from "./box-run.js";
import type { BoxOptions, BoxStill } from "./options.js";
import { checkPlaceable } from "./placement.js";
import type { PredictedReflection } from "./prediction.js";
import type { RefinedCrystal } from "./refined-crystal.js";

/** At first spots are taken to be so wide, in pixels, that those a little off their predicted place are found. */
const firstFootprint = 1.5;
/** So many bright spots place a crystal and say how wide its spots are. */
const fewSpots = 300;
/** Blocks that are tried one after another, at most. */
const mostBlocks = 8;

/**
 * Refines a crystal against the boxes of its reflections: intensities and backgrounds are fitted in each box, and the parameters by
 * Levenberg-Marquardt steps of what is left. First the crystal is placed, with wide spots; then everything is refined, with free
 * intensities also where they are known, which gives their scale; then freedoms are tried and blocks are added one after another. A
 * mosaicity that begins as a round tensor stays round until then.
 * @param others reflections of other crystals in the image, whose pixels are theirs
 * @throws InputError when the experiment has what boxes have not, or too few spots are seen
 */
export async function refineBoxes(still: BoxStill, options: BoxOptions, others: readonly PredictedReflection[] = []): Promise<RefinedCrystal> {
  checkPlaceable(still.experiment);
  const run = new BoxRun(still, options, others);
  const { blocks = turnsOf(still.experiment).length, squareOf } = options;
  let experiment = withFootprint(still.experiment, firstFootprint);
  experiment = await run.refine({ ...rough, stage: "place", isFree: (parameter) => hasRole(parameter, "orientation", "lattice", "position") }, experiment, run.select(experiment, fewSpots));
  experiment = { ...experiment, detector: { ...experiment.detector, footprintMm: still.experiment.detector.footprintMm ?? 0 } };
  for (const stage of ["shape", "crystal"]) experiment = await run.refine({ ...rough, stage }, experiment, run.select(experiment, fewSpots));
  if (squareOf) experiment = await run.refine({ ...rough, stage: "scale", isKnown: true }, run.withScale(experiment, squareOf), run.select(experiment));
  for (const freedom of options.freedoms ?? []) experiment = await run.tryFreedom(freedom, experiment);
  const given = turnsOf(experiment).length;
  if (blocks === "auto" || blocks > given) experiment = await run.addBlocks(experiment, blocks === "auto" ? mostBlocks : blocks, blocks === "auto");
  await run.refine({ stage: "end", isKnown: squareOf !== undefined, isEnd: true }, experiment, run.select(experiment));
  return run.refined();
}

/** With places on the detector at least so wide, in pixels. */
function withFootprint(experiment: Experiment, pixels: number): Experiment {
  const { footprintMm = 0 } = experiment.detector;
  const least = pixels * known(detectorFrame(experiment.detector).pixelSize) * 1000;
  const own = Math.max(...componentsOf(footprintMm).map((component) => Math.abs(known(component))));
  return own >= least ? experiment : { ...experiment, detector: { ...experiment.detector, footprintMm: least } };
}
