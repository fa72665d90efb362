import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare, type Executor } from "../../../src/autodiff/executor.js";
import { record } from "../../../src/autodiff/primitive.js";
import type { Applied, Range } from "../../../src/autodiff/primitives/elementwise-record.js";
import { elementwiseOperations } from "../../../src/autodiff/primitives/registry.js";
import { Tape } from "../../../src/autodiff/tape.js";
import { machineEpsilon, type FloatDType } from "../../../src/ndarray/dtype.js";
import { copy, fromData, type NdArray } from "../../../src/ndarray/ndarray.js";

const operations = Object.entries(elementwiseOperations);
const floats: readonly FloatDType[] = ["float64", "float32"];
const fused: readonly Executor[] = ["webassembly"];

/** Numbers at which functions go wrong. */
const special = [
  0, -0, 0.5, -0.5, 1, -1, 1.5, -1.5, 2, -2, 2.5, -2.5, 3, 3.5, 7.5, 8.5, Math.PI, Math.PI / 2, Infinity, -Infinity, NaN,
  0.49999999999999994, 0.9999999999999999, 1e-310, -1e-310, 5e-324, 1e-45, 1e-40, 2 ** -1022, 2 ** -126, 99999.5, 1e5, 1e6, 1e10, -1e10,
  4194303.5, 8388607.5, 16777215, 16777216, 2 ** 51 + 0.5, 2 ** 52 + 1, 2 ** 53, 2 ** 53 + 2, 1e16, 1e22, 1e100, 1e300, Number.MAX_VALUE,
  -Number.MAX_VALUE, 3.4e38, 709, 709.7, 709.78, 709.79, 710, -708, -720, -745.1, -746, 86, -86, 88, 88.7, 88.72, 88.73, 89, -100, -104,
];

function applied({ primitive }: Applied, inputs: readonly NdArray[], executor: Executor): NdArray {
  const tape = new Tape();
  const output = record(primitive, inputs.map((input) => tape.input(input)), {});
  return prepare(tape.program([output]), executor)(inputs)[0];
}

/** Every special number with every other, as many as fill whole vectors. */
function specialInputs(count: number, dtype: FloatDType): NdArray[] {
  const pairs = special.flatMap((x) => (count === 1 ? [[x, 0]] : special.map((y) => [x, y])));
  while (pairs.length % 4 !== 0) pairs.push([1, 1]);
  const columns = [pairs.map(([x]) => x), pairs.map(([, y]) => y), pairs.map((_, i) => i)];
  return columns.slice(0, count).map((column) => copy(fromData(Float64Array.from(column)), dtype));
}

function isWithin(x: number, range: Range | undefined): boolean {
  return range === undefined || (x >= range[0] && x <= range[1]);
}

/** How small normal numbers are; what is smaller may be taken for 0. */
const smallestNormal: Readonly<Record<FloatDType, number>> = { float64: 2 ** -1022, float32: 2 ** -126 };

for (const dtype of floats) {
  for (const executor of fused) {
    test(`${executor} computes every elementwise primitive of special numbers as the interpreter does, in ${dtype}`, () => {
      for (const [name, operation] of operations) {
        const { partials, accuracy = {} } = operation.record;
        const inputs = specialInputs(partials.length, dtype);
        const expected = applied(operation, inputs, "interpreter").data;
        applied(operation, inputs, executor).data.forEach((actual, i) => {
          if (!inputs.every(({ data }, k) => isWithin(data[i], accuracy.operands?.[k]))) return;
          const wanted = expected[i];
          const size = Math.max(Math.abs(wanted), accuracy.least ?? 0);
          const margin = 4 * machineEpsilon[dtype] * size + (accuracy.isZeroBelowNormal ? 4 * smallestNormal[dtype] : 0);
          const isSame = Object.is(actual, wanted) || (actual === 0 && wanted === 0) || Math.abs(actual - wanted) <= margin;
          assert.ok(isSame, `${name}(${inputs.map(({ data }) => data[i]).join(", ")}) is ${actual}, not ${wanted}`);
        });
      }
    });
  }
}

for (const dtype of floats) {
  test(`WebAssembly's functions are right to a few units of the last digit, in ${dtype}`, () => {
    const wrong: string[] = [];
    const promised = operations.flatMap(([name, operation]) => (operation.record.accuracy?.ranges ?? []).map((each) => ({ name, operation, ...each })));
    assert.ok(promised.length > 10);
    for (const { name, operation, range: [low, high], units, size } of promised) {
      const x = copy(fromData(spread(low, high, 2 ** 14)), dtype);
      const exact = applied(operation, [copy(x, "float64")], "interpreter").data;
      let largest = 0;
      applied(operation, [x], "webassembly").data.forEach((actual, i) => {
        const unit = machineEpsilon[dtype] * 2 ** Math.floor(Math.log2(size ?? Math.abs(exact[i])));
        if (actual !== exact[i]) largest = Math.max(largest, Math.abs(actual - exact[i]) / unit);
      });
      if (!(largest <= units)) wrong.push(`${name} from ${low} to ${high}: ${largest.toFixed(2)} units, not ${units}`);
    }
    assert.equal(wrong, []);
  });
}

/** Numbers in no particular order, the same every time. */
function spread(low: number, high: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + (high - low) * ((0.5 + i * 0.6180339887498949) % 1));
}

test.run();
