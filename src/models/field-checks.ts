/** Checks of single fields. A recorded value has no number yet, so that each of them passes it. */
import { Variable, type Quantity } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { componentsOf, type Symmetric } from "../physics/symmetric.js";

/** So many of anything fit into memory. */
export const mostCounted = 2 ** 22;

/** Refuses a field that is not given. */
export function required(name: string, value: unknown): void {
  if (value === undefined || value === null) throw new InputError(`${name} is missing`);
}

/** Refuses what is no list of three components, and each component that a check refuses. */
export function checkVector(name: string, vector: readonly Quantity[] | undefined, check: (name: string, component: Quantity) => unknown): void {
  if (vector === undefined) return;
  if (!Array.isArray(vector) || vector.length !== 3) throw new InputError(`${name} is ${JSON.stringify(vector)}; it must be a list of three numbers`);
  vector.forEach((component, axis) => check(`${name}[${axis}]`, component));
}

/**
 * A number, or a list of so many.
 * @param lengths of lists, 1 that of a single number
 * @param positive of at most so many components, none is below 0
 */
export function checkComponents(name: string, value: Quantity | readonly Quantity[] | undefined, lengths: readonly number[], positive: number): void {
  if (value === undefined) return;
  const components = componentsOf(value);
  if (!lengths.includes(components.length)) {
    throw new InputError(`${name} has ${components.length} components; it can have ${lengths.join(" or ")}`);
  }
  const check = components.length <= positive ? atLeastZero : number;
  components.forEach((component, i) => check(components.length === 1 ? name : `${name}[${i}]`, component));
}

/** Six known components; undefined where one is recorded. */
export function symmetric(components: readonly Quantity[]): Symmetric<number> | undefined {
  const known = numbers(components);
  return known && [known[0], known[1], known[2], known[3], known[4], known[5]];
}

/** Refuses what is no vector, or a vector of length 0. */
export function checkDirection(name: string, vector: readonly Quantity[]): void {
  required(name, vector);
  checkVector(name, vector, number);
  if (vector.every((component) => component === 0)) throw new InputError(`${name} is 0 0 0, which is no direction`);
}

/** The components, where all are numbers. */
export function numbers(vector: readonly Quantity[]): number[] | undefined {
  const components = vector.filter((component) => typeof component === "number");
  return components.length === vector.length ? components : undefined;
}

/** The number, where it is one: nothing else than a recorded value may stand in its place. */
export function number(name: string, value: Quantity | undefined): number | undefined {
  if (value === undefined || value instanceof Variable) return undefined;
  if (!Number.isFinite(value)) throw new InputError(`${name} is ${typeof value === "number" ? value : JSON.stringify(value)}; it must be a finite number`);
  return value;
}

/** Refuses a number that is not above 0. */
export function aboveZero(name: string, value: Quantity | undefined): void {
  const given = number(name, value);
  if (given !== undefined && given <= 0) throw new InputError(`${name} is ${given}; it must be above 0`);
}

/** Refuses a number below 0. */
export function atLeastZero(name: string, value: Quantity | undefined): void {
  const given = number(name, value);
  if (given !== undefined && given < 0) throw new InputError(`${name} is ${given}; it must be at least 0`);
}

/** Refuses what is no whole number from 1 to the most that fit into memory. */
export function count(name: string, value: number, most = mostCounted): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new InputError(`${name} is ${value}; it must be a whole number of at least 1`);
  if (value > most) throw new InputError(`${name} is ${value}; at most ${most} fit into memory`);
}
