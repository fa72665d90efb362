import type { Experiment } from "../models/experiment.js";
import { InputError } from "../ndarray/errors.js";
import { isPerImage, isRefinable, parametersNamed, refinableMembers } from "./catalogue.js";
import type { Parameter } from "./parameter.js";
import { groupPrefix, isOfGroup } from "./refinables/groups.js";
import type { CatalogueOptions } from "./refinables/refinable.js";
import type { Still } from "./still.js";

/** What somebody asks to refine. */
export interface Asked {
  /** of quantities, or of single numbers of them */
  readonly names: readonly string[];
  /** what of that stays as it is */
  readonly fixed: readonly string[];
  readonly catalogue: CatalogueOptions;
}

/**
 * The parameters that names stand for; of several images that are refined together, some are each image's own.
 * @throws InputError when an experiment does not have one of them, or what is fixed is not refined anyway
 */
export function askedParameters({ names, fixed, catalogue }: Asked, stills: readonly Pick<Still, "experiment">[]): Parameter[] {
  const named = (name: string, { experiment }: Pick<Still, "experiment">): Parameter[] => {
    if (isRefinable(name)) return parametersNamed([name], experiment, catalogue);
    if (isOfGroup(name)) return movesNamed(name, experiment);
    const group = refinableMembers.get(name);
    if (group === undefined) return [];
    // A single edge or angle is asked for by somebody who does not want it tied.
    const all = parametersNamed([group], experiment, { ...catalogue, system: "triclinic", separateN: true });
    const found = all.filter((parameter) => parameter.name === name);
    if (found.length === 0) throw new InputError(`--refine: this experiment has no ${name}; it has ${all.map((parameter) => parameter.name).join(", ")}`);
    return found;
  };
  const isOwn = (name: string): boolean => {
    const group = groupOf(name);
    return stills.length > 1 && isRefinable(group) && isPerImage(group);
  };
  const fixes = (other: string, { plain: name, parameter: { move } }: { readonly plain: string; readonly parameter: Parameter }): boolean =>
    other === name || (move !== undefined && other === groupPrefix + move.group) || (isRefinable(other) && groupOf(name) === other);
  const all = names.flatMap((name) =>
    isOwn(name)
      ? stills.flatMap((still, image) => named(name, still).map((parameter) => ({ plain: parameter.name, parameter: { ...parameter, name: `${parameter.name}[${image + 1}]`, image } })))
      : named(name, stills[0]).map((parameter) => ({ plain: parameter.name, parameter })),
  );
  const idle = fixed.find((other) => !all.some((one) => fixes(other, one)));
  if (idle !== undefined) throw new InputError(`--fix: ${idle} is not refined anyway (${all.map(({ parameter }) => parameter.name).join(", ")})`);
  return all.filter((one) => !fixed.some((other) => fixes(other, one))).map(({ parameter }) => parameter);
}

/** @throws InputError when the detector has no such group of panels */
function movesNamed(word: string, experiment: Experiment): Parameter[] {
  const all = parametersNamed(["groups"], experiment);
  const found = all.filter(({ name, move }) => name === word || (move && groupPrefix + move.group === word));
  if (found.length === 0) throw new InputError(`--refine: the detector has no group of panels ${word.replace(groupPrefix, "")} within it; it has ${[...new Set(all.map(({ move }) => move?.group))].join(", ")}`);
  return found;
}

/** The group that a single number belongs to; its own name where it is one. */
function groupOf(name: string): string {
  return refinableMembers.get(name) ?? name;
}
