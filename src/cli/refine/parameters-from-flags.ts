import { quote } from "../../io/field.js";
import { InputError } from "../../ndarray/errors.js";
import type { Asked } from "../../refine/asked-parameters.js";
import { isRefinable, refinable, refinableAliases, refinableMembers } from "../../refine/catalogue.js";
import { isOfGroup } from "../../refine/refinables/groups.js";
import { crystalSystems } from "../../refine/crystal-system.js";
import type { Parameter } from "../../refine/parameter.js";
import type { Given } from "../parse-flags.js";
import { didYouMean, suggestions } from "../suggestion.js";
import type { RefineFlag } from "./flags.js";

/** Names of refinable quantities, as a list in one word has them. */
function wantedNames(list: string, option: string): string[] {
  const names = list.split(/[\s,]+/).filter((name) => name !== "");
  return names.map((name) => {
    if (isOfGroup(name)) return name;
    const meant = refinableAliases.get(name) ?? name;
    if (isRefinable(meant) || refinableMembers.has(meant)) return meant;
    const near = suggestions(name, [...refinable, ...refinableAliases.keys(), ...refinableMembers.keys()]);
    throw new InputError(`${option}: ${quote(name)} cannot be refined${didYouMean(near)} (${refinable.join(", ")})`);
  });
}

/** What options ask to refine. */
export function askedOf(given: Given<RefineFlag>): Asked {
  const system = crystalSystems.find((candidate) => candidate === given.word("system"));
  const backgroundTerms = given.number("background_terms");
  const names = wantedNames(given.word("refine") ?? "cell,misset,distance,scale", "--refine");
  const addsBlocks = (blockCountOf(given) ?? 1) > 1 && !names.includes("blocks");
  return {
    names: addsBlocks ? [...names, "blocks"] : names,
    fixed: wantedNames(given.word("fix") ?? "", "--fix"),
    catalogue: { ...(backgroundTerms !== undefined && { backgroundTerms }), ...(system && { system }), ...(given.has("separate_N") && { separateN: true }) },
  };
}

/** How many blocks options ask for; undefined where they say nothing, or leave it to the image. */
export function blockCountOf(given: Given<RefineFlag>): number | undefined {
  const word = given.word("blocks");
  if (word === undefined || word === "auto") return undefined;
  const count = Number(word);
  if (!Number.isInteger(count) || count < 1) throw new InputError(`--blocks is ${quote(word)}; it must be a whole number of at least 1, or the word auto`);
  return count;
}

/** The parameters with the limits that options set. */
export function bounded(parameters: readonly Parameter[], given: Given<RefineFlag>): Parameter[] {
  const limits = given.occurrences.filter(({ name }) => name === "bounds").map(({ words }) => namedNumbers(words, parameters, "--bounds"));
  return parameters.map((parameter) => {
    const own = limits.find(({ name }) => name === parameter.name);
    return own ? { ...parameter, lower: own.numbers[0], upper: own.numbers[1] } : parameter;
  });
}

/** A parameter's name and the numbers after it, as options such as --bounds have them. */
export function namedNumbers([name, ...words]: readonly string[], parameters: readonly Parameter[], option: string) {
  if (!parameters.some((parameter) => parameter.name === name)) {
    throw new InputError(`${option}: ${quote(name)} is not refined (${parameters.map((parameter) => parameter.name).join(", ")})`);
  }
  const numbers = words.map(Number);
  const wrong = words.find((_, i) => !Number.isFinite(numbers[i]));
  if (wrong !== undefined) throw new InputError(`${option} ${name}: ${quote(wrong)} is no number`);
  return { name, numbers };
}
