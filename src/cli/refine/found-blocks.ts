import { askedParameters } from "../../refine/asked-parameters.js";
import { searchBlocks } from "../../refine/block-search.js";
import type { Parameter } from "../../refine/parameter.js";
import type { RefineOptions } from "../../refine/refine.js";
import type { Still } from "../../refine/still.js";
import type { Environment } from "../environment.js";
import { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";
import { shown } from "./report.js";
import { askedOf, refineRequest } from "./request.js";

/** What a search for blocks has found. */
export interface BlocksAsOptions {
  /** with an option for each block */
  readonly given: Given<RefineFlag>;
  /** of all other parameters, by name */
  readonly values: ReadonlyMap<string, number>;
}

/** The options with the blocks that a search has found, and where it ended. */
export async function withFoundBlocks(
  given: Given<RefineFlag>,
  images: readonly string[],
  { cwd, stderr, seconds }: Environment,
  means: Pick<RefineOptions, "pool" | "signal">,
): Promise<BlocksAsOptions> {
  const request = await refineRequest(given, images, cwd, seconds());
  const asked = askedOf(given);
  const parametersOf = (stills: readonly Still[]): Parameter[] => {
    const hasBlocks = (stills[0].experiment.crystal.blocks?.length ?? 1) > 1;
    return askedParameters({ ...asked, names: [...new Set([...asked.names, ...(hasBlocks ? ["blocks"] : [])])] }, stills);
  };
  const found = await searchBlocks(request.stills, parametersOf, { ...request.options, ...means });
  for (const { blocks, fitted, aside } of found.tried) {
    stderr(`${blocks} ${blocks === 1 ? "block" : "blocks"}: misfit ${shown(fitted, 7)} of the fitted reflections, ${shown(aside, 7)} of those kept aside\n`);
  }
  const count = Math.max(1, found.blocks.length);
  const blocks = found.blocks.map(({ rotationDeg = [0, 0, 0], weight = 1 }) => {
    const numbers = [...rotationDeg, weight];
    return { name: "block", spelling: "-block", words: numbers.map(String), numbers, place: given.occurrences.length } as const;
  });
  const chosen = { name: "blocks", spelling: "--blocks", words: [String(count)], numbers: [NaN], place: given.occurrences.length } as const;
  const others = given.occurrences.filter(({ name }) => name !== "block");
  return { given: new Given<RefineFlag>([...others, ...blocks, chosen], given.operands, given.warnings), values: found.values };
}
