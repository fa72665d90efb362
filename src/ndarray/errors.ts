/** Shapes that do not fit together; the message names them. */
export class ShapeError extends Error {
  /** "ShapeError" */
  override readonly name = "ShapeError";
}

/** Dtypes that do not fit together; the message names them. */
export class DTypeError extends Error {
  /** "DTypeError" */
  override readonly name = "DTypeError";
}

/** Something that a person typed or a file holds is wrong; the message is one sentence that says where and what would be right. */
export class InputError extends Error {
  /** "InputError" */
  override readonly name = "InputError";
}

/** A shape as messages show it: [2, 3]. */
export function describeShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** What stands where something else belongs, as a message names it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null || typeof value === "number") return String(value);
  if (typeof value === "string") return `the string ${JSON.stringify(value.length > 32 ? `${value.slice(0, 32)}...` : value)}`;
  if (typeof value !== "object") return typeof value === "function" ? "a function" : `the ${typeof value} ${String(value)}`;
  const { name } = value.constructor ?? Object;
  if (name === "Array" || name === "Object") return name === "Array" ? "a list" : "a plain object";
  return `${/^[AEIO]|^Nd/.test(name) ? "an" : "a"} ${name}`;
}

/** The error of an operation whose operands have two types. */
export function mixedDTypes(operation: string, first: string, second: string): DTypeError {
  return new DTypeError(`${operation}: cannot mix ${first} and ${second} arrays; convert one of them`);
}
