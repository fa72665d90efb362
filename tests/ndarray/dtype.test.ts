import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate, bytesPerElement, dtypeOf, isFloat, machineEpsilon, overBuffer, type DType } from "../../src/ndarray/dtype.js";
import { refuses } from "./refusal.js";

const dtypes: readonly DType[] = ["float32", "float64", "int32"];

for (const dtype of dtypes) {
  test(`storage for ${dtype} is zeroed, of the length asked for, and knows its dtype`, () => {
    const data = allocate(dtype, 5);
    assert.equal(Array.from(data), [0, 0, 0, 0, 0]);
    assert.is(dtypeOf(data), dtype);
    assert.is(data.BYTES_PER_ELEMENT, bytesPerElement[dtype]);
    assert.instance(data.buffer, ArrayBuffer);
  });

  test(`two views over one shared buffer of ${dtype} see the same numbers`, () => {
    const data = allocate(dtype, 3, true);
    assert.instance(data.buffer, SharedArrayBuffer);
    const other = overBuffer(dtype, data.buffer);
    other[1] = 7;
    assert.equal(Array.from(data), [0, 7, 0]);
  });
}

test("more memory than there is is refused with its size", () => {
  refuses(() => allocate("float64", 1e12), "1000000000000 float64 elements", "8000000000000 bytes");
});

test("only the floats carry gradients", () => {
  assert.equal(dtypes.filter(isFloat), ["float32", "float64"]);
});

test("float32 rounds 1/3, float64 does not, int32 truncates", () => {
  const third = dtypes.map((dtype) => {
    const data = allocate(dtype, 1);
    data[0] = 1 / 3;
    return data[0];
  });
  assert.equal(third, [0.3333333432674408, 1 / 3, 0]);
});

test("1 plus the machine epsilon is the next number after 1", () => {
  assert.ok(Math.fround(1 + machineEpsilon.float32) > 1);
  assert.is(Math.fround(1 + machineEpsilon.float32 / 2), 1);
  assert.ok(1 + machineEpsilon.float64 > 1);
  assert.is(1 + machineEpsilon.float64 / 2, 1);
});

test.run();
