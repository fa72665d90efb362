import * as assert from "uvu/assert";
import type { NdArray } from "../../src/ndarray/ndarray.js";
import { elementsOf } from "../arbitraries.js";

/** Asserts that an action throws an error of this kind whose message names all of the parts. */
export function refuses(action: () => unknown, kind: new (message: string) => Error, ...parts: string[]): void {
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

/** Asserts the same shape and, within a tolerance relative to the expected number or to 1, the same elements. */
export function isClose(actual: NdArray, expected: NdArray, tolerance: number): void {
  assert.equal(actual.shape, expected.shape);
  const wanted = elementsOf(expected);
  elementsOf(actual).forEach((element, i) => {
    const near = Math.abs(element - wanted[i]) <= tolerance * Math.max(1, Math.abs(wanted[i]));
    assert.ok(near || Object.is(element, wanted[i]), `element ${i} is ${element}, not ${wanted[i]}`);
  });
}
