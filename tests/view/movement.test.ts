import { test } from "uvu";
import * as assert from "uvu/assert";
import { Movement } from "../../src/view/movement.js";

test("numbers that change once do not move; those that change again move until they are at rest", async () => {
  let rested = 0;
  await new Promise<void>((resolve) => {
    const movement = new Movement(() => {
      rested++;
      assert.not(movement.isMoving);
      resolve();
    });
    movement.note();
    assert.not(movement.isMoving);
    movement.note();
    assert.ok(movement.isMoving);
  });
  assert.is(rested, 1);
});

test.run();
