import { InputError } from "../../ndarray/errors.js";
import { askedParameters } from "../../refine/asked-parameters.js";
import { searchImageBlocks } from "../../refine/image-blocks.js";
import type { Parameter } from "../../refine/parameter.js";
import type { RefineOptions } from "../../refine/refine.js";
import type { Still } from "../../refine/still.js";
import type { Environment } from "../environment.js";
import { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";
import { shown } from "./report.js";
import { askedOf } from "./parameters-from-flags.js";
import { refineRequest } from "./request.js";

/** What a search for blocks has found. */
export interface BlocksAsOptions {
  /** the options, with one for each block */
  readonly given: Given<RefineFlag>;
  /** of all other parameters, by name */
  readonly values: ReadonlyMap<string, number>;
}

/**
 * The options with the blocks that a search has found, and where it ended.
 * @throws InputError when blocks are given that the search would not heed
 */
export async function withFoundBlocks(
  given: Given<RefineFlag>,
  images: readonly string[],
  { cwd, stderr, seconds }: Environment,
  means: Pick<RefineOptions, "pool" | "signal">,
): Promise<BlocksAsOptions> {
  if (given.has("block")) throw new InputError("--blocks auto begins with one block, and -block says where others are; leave one of them out");
  if (given.has("resume")) throw new InputError("--blocks auto begins anew, and --resume goes on; give --blocks with the number that was found, and the blocks of refined.args");
  const request = await refineRequest(given, images, cwd, seconds());
  const asked = askedOf(given);
  const parametersOf = (stills: readonly Still[]): Parameter[] => {
    const hasBlocks = (stills[0].experiment.crystal.blocks?.length ?? 1) > 1;
    const others = asked.names.filter((name) => name !== "blocks");
    return askedParameters({ ...asked, names: hasBlocks ? [...others, "blocks"] : others }, stills);
  };
  const found = await searchImageBlocks(request.stills, {
    ...request.options,
    ...means,
    parametersOf,
    onFit: ({ blocks: { length }, fittedLoss, keptLoss }, isKept) =>
      stderr(`${length} ${length === 1 ? "block" : "blocks"}: misfit ${shown(fittedLoss, 7)} of the fitted reflections, ${shown(keptLoss, 7)} of those kept aside${isKept ? "" : ", which do not gain"}\n`),
  });
  const place = given.occurrences.length;
  const blocks = found.blocks.length < 2 ? [] : found.blocks.map(({ rotationDeg, weight }) => {
    const numbers = [...rotationDeg, weight];
    return { name: "block", spelling: "-block", words: numbers.map(String), numbers, place } as const;
  });
  const chosen = { name: "blocks", spelling: "--blocks", words: [String(found.blocks.length)], numbers: [NaN], place } as const;
  return { given: new Given<RefineFlag>([...given.occurrences, ...blocks, chosen], given.operands, given.warnings), values: found.values };
}
