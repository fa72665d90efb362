import { valueAndGrad } from "../autodiff/differentiate.js";
import type { Variable } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { full, type NdArray } from "../ndarray/ndarray.js";
import type { Vector } from "../optim/vector.js";
import type { Parameter } from "./parameter.js";

/** What else is known of a parameter: a target, and how far from it the truth may be. */
export interface ParameterRestraint {
  /** of the parameter */
  readonly name: string;
  /** expected value, in the parameter's unit */
  readonly target: number;
  /** standard deviation of the expectation, in the parameter's unit */
  readonly sigma: number;
}

/** What else is known of a function of the parameters, such as the ratio of two edges or the volume of the cell. */
export interface FunctionRestraint extends ParameterRestraint {
  /**
   * The function, written with recorded operations.
   * @param parameters their values by name, in their own units
   */
  readonly value: (parameters: Readonly<Record<string, Variable>>) => Variable;
}

/** What else is known of the parameters, besides the images. */
export type Restraint = ParameterRestraint | FunctionRestraint;

/** A restraint at a point. */
export interface Pull {
  readonly restraint: Restraint;
  /** from the target, in its units */
  readonly difference: number;
  /** derivative of the restrained value by each parameter, in the parameters' units */
  readonly slopes: Vector;
}

function isFunction(restraint: Restraint): restraint is FunctionRestraint {
  return "value" in restraint;
}

/** @throws InputError when a restraint is for no parameter, or has no target or sigma */
export function checkRestraints(restraints: readonly Restraint[], parameters: readonly Parameter[]): void {
  for (const restraint of restraints) {
    const { name, target, sigma } = restraint;
    if (!Number.isFinite(target)) throw new InputError(`the restraint for ${name} has the target ${target}; it must be a finite number`);
    if (!(sigma > 0)) throw new InputError(`the restraint for ${name} has the sigma ${sigma}; it must be above 0`);
    if (isFunction(restraint)) pullOf(restraint, parameters, parameters.map(({ start }) => start));
    else if (!parameters.some((parameter) => parameter.name === name)) throw new InputError(`there is a restraint for ${name}, which is not refined`);
  }
}

/** The restraints that speak of none but some of the parameters, as a stage with blurred spots has them. */
export function restraintsOf(restraints: readonly Restraint[], all: readonly Parameter[], some: readonly Parameter[]): Restraint[] {
  const has = (name: string): boolean => some.some((parameter) => parameter.name === name);
  return restraints.filter((restraint) => (isFunction(restraint) ? all.every(({ name }) => has(name)) : has(restraint.name)));
}

/**
 * Where a restraint stands.
 * @param values of the parameters
 * @throws InputError when its function asks for a parameter that is not refined
 */
export function pullOf(restraint: Restraint, parameters: readonly Parameter[], values: Vector): Pull {
  const { name, target } = restraint;
  if (!isFunction(restraint)) {
    const place = parameters.findIndex((parameter) => parameter.name === name);
    return { restraint, difference: values[place] - target, slopes: parameters.map((_, i) => (i === place ? 1 : 0)) };
  }
  const tree: Readonly<Record<string, NdArray>> = Object.fromEntries(parameters.map((parameter, i) => [parameter.name, full([], values[i])]));
  const ofTree = (recorded: Readonly<Record<string, Variable>>): Variable => restraint.value(known(recorded, name));
  const { value, gradient } = valueAndGrad(ofTree)(tree);
  return { restraint, difference: value.data[0] - target, slopes: parameters.map((parameter) => gradient[parameter.name].data[0]) };
}

/** The parameters, which complain of a name that is none of theirs. */
function known(parameters: Readonly<Record<string, Variable>>, restraint: string): Readonly<Record<string, Variable>> {
  return new Proxy(parameters, {
    get: (target, name) => {
      if (typeof name === "string" && name in target) return target[name];
      throw new InputError(`the restraint for ${restraint} asks for ${String(name)}, which is not refined (${Object.keys(target).join(", ")})`);
    },
  });
}
