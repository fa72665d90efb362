import type { RefinedParameter, Refinement } from "../../refine/refine.js";
import { refinedBlocks } from "../../refine/refined-blocks.js";
import { reasons } from "../../refine/summary.js";
import type { ImageJob } from "./images.js";

/** A value with as many digits as its standard deviation leaves, and that. */
export function withEsd({ value, esd }: Pick<RefinedParameter, "value" | "esd">): { readonly value: string; readonly esd: string } {
  if (esd === undefined) return { value: shown(value, 6), esd: "not determined" };
  if (Math.abs(value) >= 1e6) return { value: value.toExponential(4), esd: esd.toExponential(1) };
  const digits = Math.min(Math.max(0, 1 - Math.floor(Math.log10(esd))), 12);
  return { value: value.toFixed(digits), esd: esd.toFixed(digits) };
}

export function shown(value: number, digits: number): string {
  return Math.abs(value) >= 1e6 ? value.toExponential(digits - 2) : String(Number(value.toPrecision(digits)));
}

export function shownChiSquare(reducedChiSquare: number): string {
  return Number.isNaN(reducedChiSquare) ? "unknown" : reducedChiSquare.toFixed(3);
}

/** A step of a refinement, before its values are rounded for the terminal. */
interface Step {
  /** what the minimiser works on now, e.g. spots that are still blurred */
  readonly stage: string;
  readonly step: number;
  readonly loss: number;
  readonly parameters: readonly { readonly name: string }[];
  /** one for each parameter, in their order */
  readonly values: readonly number[];
}

/** A step as one line for a terminal. */
export function describeStep({ stage, step, loss, parameters, values }: Step): string {
  const numbers = parameters.map(({ name }, i) => `${name} ${shown(values[i], 6)}`);
  return `step ${String(step).padStart(3)}  ${stage.padEnd(9)} loss ${shown(loss, 8).padEnd(9)}  ${numbers.join("  ")}\n`;
}

/**
 * The result as text for a terminal.
 * @param others names of more files that were written
 */
export function describeRefinement(refinement: Refinement, { images, folder }: ImageJob, others: readonly string[] = []): string {
  const { parameters, reducedChiSquare, converged, why, steps, seconds } = refinement;
  const row = (...fields: readonly string[]): string => fields.map((field, i) => (i === 0 ? field.padEnd(16) : field.padStart(16))).join("");
  const lines = parameters.map((parameter) => {
    const { value, esd } = withEsd(parameter);
    return `${row(parameter.name, shown(parameter.start, 6), value, esd)}  ${parameter.unit}`;
  });
  const blocks = refinedBlocks(refinement);
  const parts = blocks.map(({ part: { value, esd } }, i) => `${i + 1}: ${(100 * value).toFixed(1)} %${esd === null ? "" : ` +- ${(100 * esd).toFixed(1)}`}`);
  // No options place many panels.
  const isOnMany = refinement.images.some(({ rank }) => rank === 3);
  const each = (name: string, extension: string): string => images.map((_, i) => `${name}${suffixOf(i, images)}.${extension}`).join(", ");
  return [
    row("", "start", "refined", "esd"),
    ...lines,
    ...(blocks.length > 0 ? ["", `the parts of ${blocks.length} blocks, ${parts.join(", ")}`] : []),
    "",
    `${converged ? "converged" : "not converged"}: ${reasons[why]}, after ${steps} steps and ${seconds.toFixed(1)} s; reduced chi-square ${shownChiSquare(reducedChiSquare)}`,
    `written to ${folder}: index.html, ${each("picture", "svg")}, loss.svg, correlations.svg, ${blocks.length > 0 ? "blocks.svg, " : ""}refinement.json, ${[...(isOnMany ? [] : [each("refined", "args")]), ...others].join(", ")}\n`,
  ].join("\n");
}

/** What tells the files of several images apart that are refined together. */
export function suffixOf(image: number, { length }: readonly unknown[]): string {
  return length === 1 ? "" : `-${image + 1}`;
}
