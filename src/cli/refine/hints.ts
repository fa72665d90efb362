import { isPoorFit } from "../../refine/goodness.js";
import type { Refinement } from "../../refine/refine.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";
import { shown } from "./report.js";
import type { RefineRequest } from "./request.js";

/** By how much of the spread a single random domain is turned about each axis, and two of them against each other: root mean squares. */
const meanTurn = 0.5 * Math.SQRT2;

/** What options could mend in a refinement. */
export function hints(refinement: Refinement, request: RefineRequest, given: Given<RefineFlag>): string[] {
  const found: string[] = [];
  const hasOneCount = refinement.parameters.some(({ name }) => name === "N");
  if (isPoorFit(refinement) && hasOneCount) found.push("N is the same along a, b and c; --separate_N refines a number for each of them");
  const { mosaic } = request.stills[0].experiment.crystal;
  const spread = refinement.parameters.find(({ name }) => name === "mosaic_spread");
  const isSeen = spread === undefined || spread.esd !== undefined;
  if (mosaic && mosaic.domains > 1 && isSeen && !given.has("mosaic_seed")) {
    const spreadDeg = spread?.value ?? mosaic.spreadDeg;
    const doubt = (meanTurn * spreadDeg) / Math.sqrt(mosaic.domains);
    found.push(`the ${mosaic.domains} mosaic domains are drawn with a seed that may not be the crystal's: misset is known to ${shown(doubt, 2)} degrees at best; more domains, or -mosaic_seed, would help`);
  }
  return found;
}
