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

/** Asserts that an action ends with an InputError whose message matches, and is one line. */
export async function refusesLater(action: () => Promise<unknown>, message: RegExp): Promise<void> {
  let caught: unknown;
  try {
    await action();
  } catch (error) {
    caught = error;
  }
  refuses(() => {
    if (caught !== undefined) throw caught;
  }, message);
}

/** Asserts that a reader reads what it is given or ends with an InputError, and with nothing else. */
export async function readsOrRefusesLater(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

/** Asserts that a reader reads what it is given or throws an InputError, and nothing else. */
export function readsOrRefuses(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}
