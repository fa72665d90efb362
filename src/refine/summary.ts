import type { Why } from "../optim/stop.js";
import type { Refinement } from "./refine.js";
import { refinedBlocks, type RefinedBlock } from "./refined-blocks.js";

/** Why a refinement ended, in words. */
export const reasons: Readonly<Record<Why, string>> = {
  gradient: "the slope of the misfit is 0",
  value: "the misfit no longer changes",
  step: "the parameters no longer change",
  maxSteps: "the number of steps was used up",
  time: "the time was used up",
  aborted: "it was interrupted; the best so far is kept",
  lineSearchFailed: "no step, however short, makes the misfit smaller",
  notFinite: "wherever the next step leads, the model is no number",
};

/** What `--json` prints of a refinement. */
export interface Summary {
  readonly parameters: Readonly<Record<string, { readonly start: number; readonly value: number; readonly esd: number | null; readonly unit: string }>>;
  /** of a crystal of several, with their parts of all that scatters */
  readonly blocks?: readonly RefinedBlock[];
  readonly loss: number;
  /** null where there are not more pixels than parameters */
  readonly reducedChiSquare: number | null;
  readonly converged: boolean;
  readonly why: string;
  readonly steps: number;
  readonly seconds: number;
  /** sentences on what was assumed, left out or not determined */
  readonly warnings: readonly string[];
}

export function summaryOf({ warnings, parameters, correlations, loss, reducedChiSquare, converged, why, steps, seconds }: Refinement): Summary {
  const blocks = refinedBlocks({ parameters, correlations });
  return {
    parameters: Object.fromEntries(parameters.map(({ name, start, value, esd, unit }) => [name, { start, value, esd: esd ?? null, unit }])),
    ...(blocks.length > 0 && { blocks }),
    loss,
    reducedChiSquare: Number.isNaN(reducedChiSquare) ? null : reducedChiSquare,
    converged,
    why: reasons[why],
    steps,
    seconds: Math.round(seconds * 1000) / 1000,
    warnings,
  };
}

/** What `--json` prints of a summary that was kept among other things. */
export function summaryFields({ parameters, blocks, loss, reducedChiSquare, converged, why, steps, seconds, warnings }: Summary): Summary {
  return { parameters, ...(blocks && { blocks }), loss, reducedChiSquare, converged, why, steps, seconds, warnings };
}

/**
 * A refinement that has ended, as the text of its file.
 * @param more what else is known of it
 */
export function refinementText(image: string, refinement: Refinement, warnings: readonly string[], more: object = {}): string {
  const { parameters, correlations, history } = refinement;
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  return stateText({ image, ...summaryOf(refinement), values, ...more, correlations, warnings, history });
}

/** A state of a refinement as the text of its file. */
export function stateText(state: object): string {
  return `${JSON.stringify(state, undefined, 1)}\n`;
}
