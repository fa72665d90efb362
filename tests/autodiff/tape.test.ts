import { test } from "uvu";
import * as assert from "uvu/assert";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, cos, mul, sin, sub } from "../../src/autodiff/primitives/elementwise.js";
import { nearest } from "../../src/autodiff/primitives/lookup.js";
import { alias } from "../../src/autodiff/primitives/identity.js";
import { broadcastTo, sum } from "../../src/autodiff/primitives/sum.js";
import { slice as sliceOf } from "../../src/autodiff/primitives/slice.js";
import { transpose } from "../../src/autodiff/primitives/reshape.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { DTypeError, ShapeError } from "../../src/ndarray/errors.js";
import { array, full, toNested } from "../../src/ndarray/ndarray.js";
import { slice } from "../../src/ndarray/views.js";
import { untyped } from "../untyped.js";
import { refuses } from "./assertions.js";

function vector(tape: Tape, length = 3, dtype: FloatDType = "float64"): Variable {
  return tape.input({ shape: [length], dtype });
}

test("equal steps are recorded once", () => {
  const tape = new Tape();
  const x = vector(tape);
  const first = mul(sin(x), add(x, 2));
  const count = tape.nodes.length;
  const second = mul(sin(x), add(x, 2));
  assert.is(second.id, first.id);
  assert.is(tape.nodes.length, count);
  assert.is(sliceOf(x, { step: -1 }).id, sliceOf(x, { step: -1 }).id);
});

test("steps that differ in an input, its place, an attribute, a dtype or a constant's last bit are not equal", () => {
  const tape = new Tape();
  const x = vector(tape);
  const y = vector(tape);
  const different = [x, y, sub(x, y), sub(y, x), sin(x), cos(x), sliceOf(x, 0), sliceOf(x, 1), alias(x), alias(x)];
  for (const value of [0, -0, 1, 1 + 2 ** -52, NaN, Infinity, -Infinity]) different.push(tape.constant(value, "float64"));
  different.push(tape.constant(1, "float32"), tape.constant(1, "int32"));
  different.push(tape.literal(array([1])), tape.literal(array([1])));
  assert.is(new Set(different.map(({ id }) => id)).size, different.length);
});

test("an array that is known while recording is kept, not copied, and kept once", () => {
  const tape = new Tape();
  const weights = array([1, 2, 3]);
  const x = vector(tape);
  const program = tape.program([add(mul(x, weights), weights)]);
  assert.is(program.literals.length, 1);
  assert.is(program.literals[0], weights);
});

test("a program holds the steps that its outputs need, and no others", () => {
  const tape = new Tape();
  const [x, unused, y] = [vector(tape), vector(tape), vector(tape)];
  cos(unused);
  const product = mul(x, y);
  sin(product);
  const program = tape.program([product, x]);
  assert.equal(program.nodes.map(({ primitive }) => primitive), ["input", "input", "mul"]);
  assert.equal(program.nodes[2].inputs, [0, 1]);
  assert.equal(program.outputs, [2, 0]);
  assert.is(program.inputs.length, 3);
  const [value] = interpret(program)([array([1, 2, 3]), array([9, 9, 9]), array([4, 5, 6])]);
  assert.equal(toNested(value), [4, 10, 18]);
});

test("a program is data: it survives being copied between workers", () => {
  const tape = new Tape();
  const program = tape.program([sum(mul(vector(tape), 2))]);
  const { nodes, inputs, outputs } = structuredClone({ nodes: program.nodes, inputs: program.inputs, outputs: program.outputs });
  assert.equal(toNested(interpret({ nodes, inputs, outputs, literals: [] })([array([1, 2, 3])])[0]), [12]);
});

test("values of two tapes do not meet", () => {
  const [one, other] = [new Tape(), new Tape()];
  refuses(() => add(vector(one), vector(other)), ShapeError, "add", "two different tapes");
  vector(other);
  refuses(() => one.program([vector(other)]), ShapeError, "another tape");
});

test("float32 and float64 do not meet, and numbers follow their company", () => {
  const tape = new Tape();
  const [single, double] = [vector(tape, 3, "float32"), vector(tape)];
  refuses(() => mul(single, double), DTypeError, "mul", "float32", "float64");
  refuses(() => mul(single, array([1, 2, 3])), DTypeError, "mul", "float32", "float64");
  assert.is(add(single, 0.1).dtype, "float32");
  assert.is(add(0.1, double).dtype, "float64");
});

test("a recorded value in a JavaScript expression is refused in one sentence that names the operations", () => {
  const x = vector(new Tape());
  const expressions = [() => 2 * untyped(x), () => untyped(x) > 0, () => untyped(x) + 1, () => -untyped(x), () => Math.sin(untyped(x)), () => `${untyped(x)}`];
  for (const expression of expressions) {
    assert.throws(expression, (error: unknown) => error instanceof TypeError && /ops\.mul.*ops\.less.*ops\.where/.test(error.message));
  }
});

test("a tape keeps its own lists of extents, axes and indices, whatever becomes of the caller's", () => {
  const tape = new Tape();
  const given = { shape: [2, 3], axes: [1, 0], wide: [4, 3, 2], min: [0, 0, 0], grid: [3, 3, 3] };
  const x = tape.input({ shape: given.shape, dtype: "float64" });
  const turned = broadcastTo(transpose(x, given.axes), given.wide);
  const looked = nearest(tape.constant(1, "float64"), 1, 1, tape.literal(full(given.grid, 5)), { min: given.min, defaultF: 0 });
  const program = tape.program([turned, looked]);
  for (const list of Object.values(given)) list.fill(7);
  const [value, f] = interpret(program)([array([[1, 2, 3], [4, 5, 6]])]);
  assert.equal(value.shape, [4, 3, 2]);
  assert.equal(toNested(slice(value, 3)), [[1, 4], [2, 5], [3, 6]]);
  assert.is(f.item(), 5);
});

test.run();
