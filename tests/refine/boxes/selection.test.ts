import { test } from "uvu";
import * as assert from "uvu/assert";
import { selectSpots } from "../../../src/refine/boxes/selection.js";
import { copy } from "../../../src/ndarray/ndarray.js";
import { stillFrom, truth } from "./closed-still.js";

test("a box in which something brighter stands beside its spot is left out, with the reason, and the others stay", () => {
  const still = stillFrom(truth, truth, 13);
  const wanted = (): undefined => undefined;
  const all = selectSpots(still, [], undefined, wanted);
  const { boxes } = all.boxes;
  const [{ reflection }] = boxes.filter(({ first, end }) => end - first === 13 * 13);
  const counts = copy(still.counts);
  const [fast, slow] = [Math.floor(reflection.fast) + 4, Math.floor(reflection.slow) - 4];
  for (let s = slow - 1; s <= slow + 1; s++) for (let f = fast - 1; f <= fast + 1; f++) counts.data[s * counts.shape[1] + f] += 2000;
  const { boxes: left, leftOut } = selectSpots({ ...still, counts }, [], undefined, wanted);
  assert.is(left.boxes.length, boxes.length - 1);
  assert.equal(leftOut.filter(({ why }) => /what is bright in its box is not where the model has its spot/.test(why)).map((one) => one.reflection.hkl), [reflection.hkl]);
});

test.run();
