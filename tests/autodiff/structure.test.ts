import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate, grad, vjp } from "../../src/autodiff/differentiate.js";
import { mul } from "../../src/autodiff/primitives/elementwise.js";
import { cumulativeSum } from "../../src/autodiff/primitives/cumulative-sum.js";
import { gather } from "../../src/autodiff/primitives/gather.js";
import { convert } from "../../src/autodiff/primitives/identity.js";
import { reshape, transpose } from "../../src/autodiff/primitives/reshape.js";
import { flip, slice } from "../../src/autodiff/primitives/slice.js";
import { broadcastTo, sum, total, unbroadcast } from "../../src/autodiff/primitives/sum.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import { DTypeError, InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, full, NdArray, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { untyped } from "../untyped.js";
import { refuses } from "./assertions.js";

const matrix = array([[1, 2, 3], [4, 5, 6]]);
const of = (f: (x: Variable) => Variable, x: NdArray = matrix): unknown => toNested(evaluate<Variable>(f)(x));

test("sums keep their axes, totals do not", () => {
  assert.equal(of((x) => sum(x, 0)), [[5, 7, 9]]);
  assert.equal(of((x) => sum(x, -1)), [[6], [15]]);
  assert.equal(of((x) => sum(x)), [[21]]);
  assert.equal(of(total), 21);
  assert.equal(of(total, zeros([0, 3])), 0);
});

test("a float32 sum along the last axis keeps what float32 would lose at every step", () => {
  const tenths = array(Array.from({ length: 10_000 }, () => 0.1), "float32");
  assert.is(evaluate<Variable>(total)(tenths).item(), Math.fround(10_000 * Math.fround(0.1)));
});

test("running sums run in both directions", () => {
  assert.equal(of((x) => cumulativeSum(x, 1)), [[1, 3, 6], [4, 9, 15]]);
  assert.equal(of((x) => cumulativeSum(x, 0, "backward")), [[5, 7, 9], [4, 5, 6]]);
});

test("axes turn, elements run backwards and parts are taken", () => {
  assert.equal(of((x) => transpose(x)), [[1, 4], [2, 5], [3, 6]]);
  assert.equal(of((x) => flip(x, -1)), [[3, 2, 1], [6, 5, 4]]);
  assert.equal(of((x) => slice(x, -1, { step: 2 })), [4, 6]);
  assert.equal(of((x) => reshape(transpose(x), [6])), [1, 4, 2, 5, 3, 6]);
  assert.equal(of((x) => broadcastTo(slice(x, 0), [2, 3])), [[1, 2, 3], [1, 2, 3]]);
  assert.equal(of((x) => unbroadcast(x, [1])), [21]);
});

test("the slope of a part is zero elsewhere", () => {
  assert.equal(toNested(grad<Variable>((x) => total(mul(slice(x, {}, { step: -2 }), 2)))(matrix)), [[2, 0, 2], [2, 0, 2]]);
});

test("numbers are gathered at their indices, and a gradient comes back to every one of them", () => {
  const indices = array([[2, 0], [2, 2]], "int32");
  const at = (x: Variable): Variable => gather(x, x.tape.literal(indices));
  assert.equal(of(at, array([5, 6, 7])), [[7, 5], [7, 7]]);
  const { gradient } = vjp<Variable>(at)(array([5, 6, 7]), array([[1, 10], [100, 1000]]));
  assert.equal(toNested(gradient), [10, 0, 1101]);
});

test("another dtype rounds the numbers, and their gradient comes back in their own", () => {
  const x = array([1.1, -2.7]);
  const rounded = evaluate<Variable>((v) => convert(v, "float32"))(x);
  assert.is(rounded.dtype, "float32");
  assert.equal(toNested(rounded), [Math.fround(1.1), Math.fround(-2.7)]);
  const slope = grad<Variable>((v) => total(mul(convert(v, "float32"), 3)))(x);
  assert.is(slope.dtype, "float64");
  assert.equal(toNested(slope), [3, 3]);
});

test("whole numbers are cut, and carry no gradient", () => {
  const x = array([1.9, -1.9]);
  assert.equal(of((v) => convert(v, "int32"), x), [1, -1]);
  assert.equal(toNested(grad<Variable>((v) => total(convert(convert(v, "int32"), "float64")))(x)), [0, 0]);
  const counts = array([1, 2], "int32");
  assert.equal(toNested(grad<Variable>((n) => total(convert(n, "float64")))(counts)), [0, 0]);
});

test("what changes nothing is not recorded", () => {
  const tape = new Tape();
  const x = tape.input(matrix);
  for (const same of [reshape(x, [2, 3]), broadcastTo(x, [2, 3]), convert(x, "float64"), sum(tape.input(zeros([1])), 0)]) {
    assert.is(same.node.primitive, "input");
  }
});

test("what cannot be done is refused while recording, and named", () => {
  const refused = (f: (x: Variable) => Variable, ...parts: string[]): void => refuses(() => of(f), ShapeError, ...parts);
  refused((x) => sum(x, 2), "axis 2", "[2, 3]");
  refused((x) => broadcastTo(x, [3, 3]), "[2, 3]", "[3, 3]");
  refused((x) => reshape(x, [4]), "[2, 3]", "[4]");
  refused((x) => transpose(x, [0, 0]), "[0, 0]", "[2, 3]");
  refused((x) => slice(x, 0, 3), "index 3", "axis 1", "[2, 3]");
  refused((x) => slice(x, 0, 0, 0), "3 slices", "[2, 3]");
  refused((x) => gather(x, x.tape.literal(array([0], "int32"))), "gather", "[2, 3]");
  refuses(() => of((x) => gather(reshape(x, [6]), x)), DTypeError, "gather", "int32", "float64");
});

test("what is not recorded cannot be moved, repeated or added up", () => {
  const moves: Readonly<Record<string, (x: Variable) => Variable>> = {
    sum, total, transpose, slice,
    broadcastTo: (x) => broadcastTo(x, [2]),
    reshape: (x) => reshape(x, [2]),
    flip: (x) => flip(x, 0),
    cumulativeSum: (x) => cumulativeSum(x, 0),
    convert: (x) => convert(x, "float32"),
  };
  for (const [name, move] of Object.entries(moves)) {
    for (const [given, named] of [[undefined, "undefined"], [3, "3"], [array([1, 2]), "an NdArray"]] as const) {
      refuses(() => move(untyped(given)), InputError, `${name}: the operand is ${named}`, "recorded");
    }
  }
});

test("an index that is not in the array is refused when the tape is run, wherever the view lies in its memory", () => {
  const view = new NdArray(array([0, 1, 2, 3, 4, 5]).data, [3], [1], 2);
  for (const index of [-1, 3, 100, -(2 ** 31)]) {
    const at = array([0, index], "int32");
    refuses(() => of((x) => gather(x, x.tape.literal(at)), view), ShapeError, "gather", `index ${index}`, "3 elements");
  }
  const taken = (x: Variable): Variable => gather(x, x.tape.literal(array([2, 0], "int32")));
  assert.equal(of(taken, view), [4, 2]);
});

test("float32 is added up in float64, along whatever axis and at whatever index", () => {
  const rows = 2 ** 20;
  const x = full([rows, 2], 0.1, "float32");
  const strided = evaluate<Variable>((v) => sum(v, 0))(new NdArray(x.data, [2, rows, 1], [1, 2, 1]));
  const first = evaluate<Variable>((v) => sum(v, 0))(x);
  for (const sums of [strided, first]) assert.ok(sums.data.every((each) => Math.abs(each / (sums.size === 2 ? rows * 0.1 : 0.2) - 1) < 1e-6));
  const repeated = zeros([2 ** 24 + 8], "int32");
  const slope = grad<Variable>((v) => total(gather(v, v.tape.literal(repeated))))(full([1], 1, "float32"));
  assert.is(slope.item(), 2 ** 24 + 8);
});

test.run();
