import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BufferPool } from "../../src/autodiff/buffer-pool.js";
import { executors, prepare } from "../../src/autodiff/executor.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, mul, neg, sin } from "../../src/autodiff/primitives/elementwise.js";
import { tricubic } from "../../src/autodiff/primitives/lookup.js";
import { broadcastTo, sum } from "../../src/autodiff/primitives/sum.js";
import { cumulativeSum } from "../../src/autodiff/primitives/cumulative-sum.js";
import { flip, slice } from "../../src/autodiff/primitives/slice.js";
import { reshape, transpose } from "../../src/autodiff/primitives/reshape.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import { bytesPerElement, type Data, type DType } from "../../src/ndarray/dtype.js";
import { DTypeError, InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, equals, full, toNested, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { untyped } from "../untyped.js";
import { refuses } from "./assertions.js";
import { between, draw } from "./draws.js";

/** Fills what is given back with rubbish, and counts the bytes that are handed out. */
class WatchedPool extends BufferPool {
  bytes = 0;
  peak = 0;

  override take(dtype: DType, length: number): Data {
    this.bytes += length * bytesPerElement[dtype];
    this.peak = Math.max(this.peak, this.bytes);
    return super.take(dtype, length);
  }

  override give(dtype: DType, data: Data): void {
    this.bytes -= data.length * bytesPerElement[dtype];
    data.fill(NaN);
    super.give(dtype, data);
  }
}

/** Values and views of them, some used long after they were made. */
function tangle(x: Variable): Variable[] {
  const doubled = mul(x, 2);
  const turned = transpose(doubled);
  const wave = sin(doubled);
  const running = cumulativeSum(wave, 0);
  const folded = sum(running, 1);
  const mixed = add(mul(running, folded), neg(flip(doubled, 0)));
  const last = slice(mixed, -1);
  const seen = flip(sin(cumulativeSum(x, 1)), 1);
  const late = add(seen, mul(cumulativeSum(mixed, 1), folded));
  return [turned, mixed, last, mixed, folded, late, x, broadcastTo(x.tape.constant(3, x.dtype), [2])];
}

function runOf(x: NdArray, pool?: BufferPool): () => NdArray[] {
  const tape = new Tape();
  const run = interpret(tape.program(tangle(tape.input(x))), pool);
  return () => run([x]);
}

test("results do not depend on what the pooled memory held before", () => {
  const cases = draw("float64", "any", "value").view([3, 4], between(-2, 2));
  fc.assert(
    fc.property(cases, (x) => {
      const first = runOf(x)();
      const run = runOf(x, new WatchedPool());
      for (let i = 0; i < 3; i++) assert.ok(run().every((result, at) => equals(result, first[at])));
    }),
    { numRuns: 30 },
  );
});

test("the results are the caller's own: a later run leaves them, and writing to them leaves a later run", () => {
  const x = array([[1, 2], [3, 4]]);
  const run = runOf(x, new WatchedPool());
  const first = run();
  const kept = first.map((result) => toNested(result));
  const second = run();
  assert.equal(first.map((result) => toNested(result)), kept);
  for (const result of first) result.data.fill(99);
  assert.equal(run().map((result) => toNested(result)), kept);
  assert.equal(second.map((result) => toNested(result)), kept);
  assert.equal(toNested(x), [[1, 2], [3, 4]]);
});

test("results share no memory, neither with each other nor with the inputs", () => {
  const x = array([[1, 2], [3, 4]]);
  const buffers = [x, ...runOf(x)()].map(({ data }) => data.buffer);
  assert.is(new Set(buffers).size, buffers.length);
});

test("a view as a result is a copy, and holds no more than itself", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [100], dtype: "float64" });
  const [part] = interpret(tape.program([slice(mul(x, 2), { stop: 2 })]))([full([100], 4)]);
  assert.equal(toNested(part), [8, 8]);
  assert.is(part.data.length, 2);
});

test("inputs of any layout give the same results", () => {
  const cases = draw("float32", "any", "value").view([2, 3], between(-2, 2));
  fc.assert(
    fc.property(cases, (x) => {
      const plain = reshapeByHand(x);
      assert.ok(runOf(plain)().every((result, at) => equals(result, runOf(x)()[at])));
    }),
    { numRuns: 30 },
  );
});

test("memory comes back as soon as nothing needs it: a long chain takes two arrays", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [1000], dtype: "float32" });
  let last: Variable = x;
  for (let i = 0; i < 20; i++) last = i % 3 === 0 ? reshape(sin(last), i % 2 === 0 ? [10, 100] : [1000]) : mul(last, 1.5);
  const pool = new WatchedPool();
  interpret(tape.program([last]), pool)([zeros([1000], "float32")]);
  assert.is(pool.peak, 2 * 1000 * 4);
});

test("a million tricubic lookups take no more than their inputs and their output", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const count = 1e6;
    const tape = new Tape();
    const hkl = [0.3, 0.4, 0.5].map((step) => {
      const indices = zeros([count], dtype);
      for (let i = 0; i < count; i++) indices.data[i] = (i * step) % 5;
      return indices;
    });
    const grid = full([6, 6, 6], 2, dtype);
    const [h, k, l, f] = [...hkl, grid].map((input) => tape.input(input));
    const pool = new WatchedPool();
    const [result] = interpret(tape.program([tricubic(h, k, l, f, { min: [0, 0, 0], defaultF: 0 })]), pool)([...hkl, grid]);
    const batch = count * bytesPerElement[dtype];
    const inputs = hkl.reduce((bytes, { data }) => bytes + data.byteLength, 0);
    assert.is((inputs + pool.peak) / batch, 4);
    assert.is(result.size, count);
  }
});

test("a run on other than what was recorded is refused, by every executor", () => {
  const tape = new Tape();
  const program = tape.program([sin(tape.input({ shape: [2], dtype: "float64" }))]);
  for (const executor of executors) {
    const run = prepare(program, executor);
    const x = array([1, 2]);
    refuses(() => run([]), ShapeError, "1 inputs", "0");
    refuses(() => run([x, x]), ShapeError, "1 inputs", "2");
    refuses(() => run([array([1, 2, 3])]), ShapeError, "input 0", "[2]", "[3]");
    refuses(() => run([array([1, 2], "float32")]), DTypeError, "input 0", "float64", "float32");
    refuses(() => run([untyped(undefined)]), InputError, "input 0 is undefined");
    refuses(() => run([untyped([1, 2])]), InputError, "input 0 is a list");
  }
});

test("a primitive that nobody knows is named", () => {
  const node = { primitive: "teleport", inputs: [], attributes: {}, shape: [], dtype: "float64" } as const;
  refuses(() => interpret({ nodes: [node], literals: [], inputs: [], outputs: [0] })([]), TypeError, "teleport");
});

function reshapeByHand(x: NdArray): NdArray {
  const result = zeros(x.shape, x.dtype);
  for (let i = 0; i < x.size; i++) result.data[i] = x.get(Math.floor(i / x.shape[1]), i % x.shape[1]);
  return result;
}

test.run();
