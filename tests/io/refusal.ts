import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";

/** Asserts that an action throws an InputError whose message matches, and is one line. */
export function refuses(action: () => unknown, message: RegExp): void {
  let caught: unknown;
  try {
    action();
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, InputError);
  if (!(caught instanceof InputError)) return;
  assert.match(caught.message, message);
  assert.not.match(caught.message, /\n/);
}

/** Asserts that a reader reads what it is given or throws an InputError, and nothing else. */
export function readsOrRefuses(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}
