import { basename } from "node:path";
import type { OutputFile } from "../../io/files.js";
import { zeros, type NdArray } from "../../ndarray/ndarray.js";
import { residualInSigmas } from "../../refine/goodness.js";
import { lossNamed } from "../../refine/loss.js";
import { panelFits, type PanelFit } from "../../refine/panel-fit.js";
import { experimentAt } from "../../refine/parameter.js";
import type { Refinement } from "../../refine/refine.js";
import { refinedBlocks } from "../../refine/refined-blocks.js";
import { refinementText } from "../../refine/summary.js";
import { comparisonSvg } from "../../view/comparison-picture.js";
import { knownExperiment } from "../../view/known-experiment.js";
import { poleFigure } from "../../view/pole-figure.js";
import { offsetsOnPanels } from "../../view/spot-offsets.js";
import type { Given } from "../parse-flags.js";
import type { BoxSpots } from "./box-spots.js";
import { correlationMatrix, lossCurve } from "./charts.js";
import { asSimulateFlags, type RefineFlag } from "./flags.js";
import type { ImageJob } from "./images.js";
import { originOf, provenanceOf } from "./origin.js";
import { refinementPage, type ComparedStill } from "./page.js";
import { refinedArguments } from "./refined-arguments.js";
import { refinedModel, type RefinedCrystals, type RefinedModel } from "./refined-model.js";
import { shownChiSquare, suffixOf } from "./report.js";
import type { RefineRequest } from "./request.js";

/** What else is known of a refinement. */
export interface ResultExtras {
  /** the model file with what was refined */
  readonly written?: RefinedModel;
  /** for the file of its numbers */
  readonly more?: object;
  /** where it was one on boxes, their spots */
  readonly spots?: BoxSpots;
}

/** What a refinement leaves in its folder: pictures, the page, the refined options and model, and its numbers. */
export async function resultFiles(
  given: Given<RefineFlag>,
  { folder, images }: ImageJob,
  request: RefineRequest,
  refinement: Refinement,
  cwd: string,
  { written, more: extras, spots }: ResultExtras = {},
): Promise<OutputFile[]> {
  const { stills, parameters, options } = request;
  const loss = options.loss ?? lossNamed("poisson");
  const values = refinement.parameters.map(({ value }) => value);
  const compared: ComparedStill[] = [];
  const byPanel: (readonly PanelFit[])[] = [];
  const files: OutputFile[] = [];
  const encoder = new TextEncoder();
  const add = (name: string, content: string | Uint8Array): void => {
    files.push({ path: `${folder}/${name}`, bytes: typeof content === "string" ? encoder.encode(content) : content });
  };
  for (const [i, { counts }] of stills.entries()) {
    const [model, mask] = [refinement.images[i], refinement.masks[i]];
    const name = basename(images[i]);
    const residual = residualInSigmas(counts, model, mask, loss);
    const title = `${name}: reduced χ² ${shownChiSquare(refinement.reducedChiSquare)}`;
    const [measured, used] = [usedOnly(counts, mask), usedOnly(model, mask)];
    const suffix = suffixOf(i, stills);
    const experiment = knownExperiment(experimentAt(stills[i].experiment, parameters, values, i));
    const offsets = spots ? spots.offsets : offsetsOnPanels(experiment, counts, model, mask);
    const panels = experiment.panels ? panelFits(experiment.panels, counts, model, mask, loss, offsets) : [];
    if (panels.length > 0) byPanel.push(panels);
    compared.push({ name, still: stills[i], observed: measured, model: used, residual, panels, ...(spots && { worst: spots.listed }) });
    add(`picture${suffix}.svg`, await comparisonSvg(experiment, { measured, model: used, residual }, title));
    if (!experiment.panels) add(`refined${suffix}.args`, refinedArguments(asSimulateFlags(given), stills[i], parameters, values, i, refinement.oversample[i], cwd));
  }
  if (written) add(written.name, written.content);
  add("loss.svg", lossCurve(refinement));
  add("correlations.svg", correlationMatrix(refinement));
  const blocks = refinedBlocks(refinement);
  if (blocks.length > 0) add("blocks.svg", poleFigure(blocks));
  const origin = await originOf(given, images, request.facts, cwd);
  const more = { ...extras, ...(byPanel.length > 0 && { panels: byPanel.length === 1 ? byPanel[0] : byPanel }), provenance: provenanceOf(origin, given) };
  add("index.html", await refinementPage(refinement, parameters, `Refinement of ${images.map((image) => basename(image)).join(", ")}`, compared, loss, refinement.warnings, origin));
  add("refinement.json", refinementText(images.join(" "), refinement, refinement.warnings, more));
  return files;
}

/**
 * The model file that one image's refinement began with, with what was refined.
 * @param models refined, where they are not those of the request
 * @returns undefined where there is none, or options say what the crystal is
 */
export async function writtenModel(given: Given<RefineFlag>, { stills, parameters, crystal }: RefineRequest, { parameters: refined }: Refinement, cwd: string, models?: RefinedCrystals): Promise<RefinedModel | undefined> {
  const model = given.word("geometry");
  if (model === undefined || stills.length > 1 || given.has("mat")) return undefined;
  return refinedModel(cwd, model, models ?? new Map([[crystal, experimentAt(stills[0].experiment, parameters, refined.map(({ value }) => value))]]), stills[0].name);
}

/** A sentence on what the written model file has no place for. */
export function lostIn(written: RefinedModel | undefined): string[] {
  return written?.lost === undefined ? [] : [written.lost];
}

/** An image that is NaN where a pixel was not used. */
function usedOnly(image: NdArray, mask: NdArray): NdArray {
  const used = zeros(image.shape, "float64");
  for (let i = 0; i < used.size; i++) used.data[i] = mask.data[i] === 0 ? NaN : image.data[i];
  return used;
}
