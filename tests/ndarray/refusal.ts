import * as assert from "uvu/assert";
import { ShapeError } from "../../src/ndarray/errors.js";

/** Asserts that an action throws a ShapeError whose message names all of the parts. */
export function refuses(action: () => unknown, ...parts: string[]): void {
  refusesAs(ShapeError, action, ...parts);
}

/** The same with an error of another kind. */
export function refusesAs(kind: new (message: string) => Error, action: () => unknown, ...parts: string[]): void {
  let caught: unknown;
  try {
    action();
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, kind);
  if (!(caught instanceof Error)) return;
  for (const part of parts) assert.ok(caught.message.includes(part), `"${caught.message}" should name ${part}`);
}
