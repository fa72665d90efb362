import * as assert from "uvu/assert";
import type { NdArray } from "../../../src/ndarray/ndarray.js";
import { elementsOf } from "../../arbitraries.js";

/**
 * Asserts the same shapes and dtypes, and elements that are as close as the largest of them, or 1, allows.
 * @param felt asked where they are not: how far apart they may be because what makes them feels roundings
 */
export function agrees(executor: string, actual: readonly NdArray[], expected: readonly NdArray[], within: number, felt = (): number => 0): void {
  assert.is(actual.length, expected.length);
  const scale = expected.reduce((largest, each) => elementsOf(each).reduce((so, x) => Math.max(so, Math.abs(x)), largest), 1);
  expected.forEach((wanted, output) => {
    assert.equal(actual[output].shape, wanted.shape);
    assert.is(actual[output].dtype, wanted.dtype);
    const numbers = elementsOf(actual[output]);
    elementsOf(wanted).forEach((number, i) => {
      const distance = Math.abs(numbers[i] - number);
      assert.ok(distance <= within * scale || distance <= felt(), `${executor}: element ${i} of output ${output} is ${numbers[i]}, not ${number}`);
    });
  });
}
