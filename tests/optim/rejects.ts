import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";

/** Asserts that a promise is rejected with an InputError that says this. */
export async function rejectsInput(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(outcome, InputError);
  assert.match(String(outcome), message);
}
