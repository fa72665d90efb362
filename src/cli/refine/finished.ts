import { summaryFields, type Summary } from "../../refine/summary.js";
import type { Environment } from "../environment.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";
import type { ImageJob } from "./images.js";

/** Says that a job was done before, and what it has come to. */
export function tellFinished(summary: Summary, { images, folder }: ImageJob, isOneOfMany: boolean, given: Given<RefineFlag>, { stdout, stderr }: Environment): Pick<Summary, "converged"> {
  const image = images.join(" ");
  stderr(`${image} is refined already: ${folder}\n`);
  if (given.has("json")) stdout(`${JSON.stringify({ ...(isOneOfMany && { image }), ...summaryFields(summary) })}\n`);
  return { converged: summary.converged };
}
