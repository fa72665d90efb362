import type { DType } from "./dtype.js";
import type { Shape } from "./shape.js";

/** Shapes that do not fit together; the message names them. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Dtypes that do not fit together; the message names them. */
export class DTypeError extends Error {
  override readonly name = "DTypeError";
}

/** Something that a person typed or a file holds is wrong; the message is one sentence that says where and what would be right. */
export class InputError extends Error {
  override readonly name = "InputError";
}

export function describeShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function mixedDTypes(operation: string, first: DType, second: DType): DTypeError {
  return new DTypeError(`${operation}: cannot mix ${first} and ${second} arrays; convert one of them`);
}
