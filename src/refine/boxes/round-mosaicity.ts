/** A mosaicity that is the same about every axis, though it is written as a tensor. */
import type { Experiment } from "../../models/experiment.js";
import { known } from "../../autodiff/tape.js";
import { componentsOf } from "../../physics/symmetric.js";
import { parametersNamed } from "../catalogue.js";
import type { Parameter } from "../parameter.js";

const components = 6;

function isOfMosaicity({ name }: Parameter): boolean {
  return name.startsWith("eta_");
}

/**
 * The parameters of an experiment with one number for its mosaicity in place of the six of a tensor, where that is round and all of it is
 * refined; else as they are.
 */
export function withRoundMosaicity(parameters: readonly Parameter[], experiment: Experiment): readonly Parameter[] {
  const [xx, yy, zz, ...mixed] = componentsOf(experiment.crystal.etaDeg ?? 0).map(known);
  const isRound = mixed.length === 3 && xx === yy && yy === zz && mixed.every((component) => component === 0);
  if (!isRound || parameters.filter(isOfMosaicity).length < components) return parameters;
  const [one] = parametersNamed(["eta"], { ...experiment, crystal: { ...experiment.crystal, etaDeg: xx } });
  const round: Parameter = { ...one, write: (given, value) => ({ ...given, crystal: { ...given.crystal, etaDeg: [value, value, value, 0, 0, 0] } }) };
  const first = parameters.findIndex(isOfMosaicity);
  return parameters.flatMap((parameter, i) => (i === first ? [round] : isOfMosaicity(parameter) ? [] : [parameter]));
}
