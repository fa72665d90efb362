import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { cases } from "./cases.js";

const tolerance: Readonly<Record<FloatDType, number>> = { float64: 1e-6, float32: 2e-2 };

for (const { name, check } of cases) {
  for (const dtype of ["float64", "float32"] as const) {
    test(`${name}: the image's gradient is that of central differences in ${dtype}, whatever runs the tape`, () => {
      for (const executor of ["interpreter", "webassembly"] as const) {
        for (const { parameter, derivative, numerical, relativeError, isFlat } of check(dtype, executor)) {
          const found = `${parameter}: ${derivative} in ${dtype} by ${executor}, ${numerical} by differences`;
          if (isFlat) assert.equal({ parameter, derivative, numerical }, { parameter, derivative: 0, numerical: 0 });
          else {
            assert.ok(derivative !== 0 && numerical !== 0, `${found}: nothing has changed`);
            assert.ok(relativeError < tolerance[dtype], found);
          }
        }
      }
    });
  }
}

test.run();
