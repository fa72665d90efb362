import { quote } from "../../io/field.js";
import { InputError } from "../../ndarray/errors.js";
import { lossNamed, lossNames, type LossName } from "../../refine/loss.js";
import type { Parameter } from "../../refine/parameter.js";
import { defaultBlurs, type RefineOptions } from "../../refine/refine.js";
import type { Restraint } from "../../refine/restraint.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";
import { namedNumbers } from "./parameters-from-flags.js";

/** What a difference costs, by its name. */
export function lossOf(given: Given<RefineFlag>): { readonly name: LossName; readonly readNoise: number } {
  return { name: lossNames.find((candidate) => candidate === given.word("loss")) ?? "poisson", readNoise: given.number("read_noise") ?? 0 };
}

/** How the parameters are refined: loss, restraints, blurs and limits. */
export function optionsOf(given: Given<RefineFlag>, parameters: readonly Parameter[]): RefineOptions {
  const restraints: Restraint[] = given.occurrences
    .filter(({ name }) => name === "restrain")
    .map(({ words }) => {
      const { name, numbers } = namedNumbers(words, parameters, "--restrain");
      return { name, target: numbers[0], sigma: numbers[1] };
    });
  const seconds = given.number("seconds");
  const steps = given.number("steps");
  const { name, readNoise } = lossOf(given);
  return {
    loss: lossNamed(name, { readNoise }),
    restraints,
    coarseToFine: blursOf(given.word("coarse")),
    ...(seconds !== undefined && { maxSeconds: seconds }),
    ...(steps !== undefined && { maxSteps: steps }),
  };
}

function blursOf(list: string | undefined): readonly number[] {
  if (list === undefined) return defaultBlurs;
  if (list === "none") return [];
  const blurs = list.split(",").map(Number);
  if (blurs.some((blur) => !(blur > 1))) throw new InputError(`--coarse is ${quote(list)}; it must be numbers above 1, separated by commas, or the word none`);
  return blurs;
}
