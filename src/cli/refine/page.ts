import { gzipSync } from "node:zlib";
import type { NdArray } from "../../ndarray/ndarray.js";
import type { Loss } from "../../refine/loss.js";
import { experimentAt, type Parameter } from "../../refine/parameter.js";
import type { Refinement } from "../../refine/refine.js";
import type { PanelFit } from "../../refine/panel-fit.js";
import type { Still } from "../../refine/still.js";
import { summaryOf } from "../../refine/summary.js";
import { selfContainedPage } from "../../view/document.js";
import { geometryOf } from "../../view/geometry.js";
import { pack } from "../../view/given.js";
import { knownExperiment } from "../../view/known-experiment.js";
import { boxAround, overviewOf, shrunkGeometry } from "../../view/overview.js";
import { predictedSpots } from "../../view/predicted-spots.js";
import { reportHtml } from "../../view/report-html.js";
import type { Report, ReportImage, ReportSpot } from "../../view/report.js";
import { limitsOf } from "../../view/scene.js";
import { shellsOf } from "../../view/shells.js";
import { panelImages } from "../../view/panel-images.js";
import { listedSpots, type ListedSpot } from "../../view/spot-list.js";
import { pageProgram, sha256 } from "../view/page-program.js";
import type { Origin } from "./origin.js";

/** A still beside what the refinement made of it. */
export interface ComparedStill {
  readonly name: string;
  readonly still: Still;
  /** images of which pixels that were not used are NaN */
  readonly observed: NdArray;
  readonly model: NdArray;
  readonly residual: NdArray;
  /** of a detector of many panels, what is known of each */
  readonly panels: readonly PanelFit[];
  /** the worst spots, where something else than the residual around every expected spot says which they are */
  readonly worst?: readonly ListedSpot[];
}

const worstShown = 12;
const boxReach = 10;

/** Everything about a refinement in one HTML page that needs no other file: text, and pictures that can be moved. */
export async function refinementPage(
  refinement: Refinement,
  parameters: readonly Parameter[],
  title: string,
  compared: readonly ComparedStill[],
  loss: Loss,
  warnings: readonly string[],
  origin: Origin,
): Promise<string> {
  const { converged, why, steps, seconds, loss: misfit } = summaryOf(refinement);
  const values = refinement.parameters.map(({ value }) => value);
  const report: Report = {
    title,
    isConverged: converged,
    reason: why,
    steps,
    seconds,
    loss: misfit,
    reducedChiSquare: refinement.reducedChiSquare,
    parameters: refinement.parameters,
    correlations: refinement.correlations,
    history: refinement.history,
    warnings,
    ...origin,
    images: compared.map((image, i) => reportImage(image, parameters, values, i, loss)),
  };
  return selfContainedPage(title, reportHtml(report), pack(report), await pageProgram("report.js"), sha256, gzipSync);
}

function reportImage({ name, still, observed, model, residual, panels, worst = [] }: ComparedStill, parameters: readonly Parameter[], values: readonly number[], image: number, loss: Loss): ReportImage {
  const experiment = knownExperiment(experimentAt(still.experiment, parameters, values, image));
  const geometry = geometryOf(experiment);
  const images = [observed, model, residual].map((image) => panelImages(image, geometry));
  const [seen, , residuals] = images;
  const listed = worst.length > 0 ? worst : listedSpots(predictedSpots(geometry, limitsOf(experiment)), seen, residuals);
  const shown = listed.filter(({ misfit }) => !Number.isNaN(misfit)).sort((one, other) => other.misfit - one.misfit).slice(0, worstShown);
  const [measured, expected, left] = images.map(overviewOf);
  return {
    name,
    shrunk: measured.shrunk,
    measured: measured.images,
    model: expected.images,
    residual: left.images,
    geometry: shrunkGeometry(geometry, measured.shrunk),
    spots: shown.map((spot): ReportSpot => {
      const [fast, slow] = [Math.floor(spot.fast), Math.floor(spot.slow)];
      const [own, modelled, differences] = images.map((parts) => boxAround(parts[spot.panel], fast, slow, boxReach));
      return { ...spot, corner: { fast: fast - boxReach, slow: slow - boxReach }, measured: own, model: modelled, residual: differences };
    }),
    shells: shellsOf(images[0], images[1], loss.variance, geometry),
    panels,
  };
}
