/** What users add: operations of their own, and the printed tape. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, binary, checkGradients, evaluate, full, grad, ops, printTape, record, Tape, toNested, unary, type Primitive, type Variable } from "../../src/index.js";
import { InputError } from "../../src/ndarray/errors.js";
import { refuses } from "./assertions.js";

/** log(1 + exp x), without overflow. */
const softplus = unary({ name: "softplus", evaluate: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), partials: [(x) => ops.div(1, ops.add(1, ops.exp(ops.neg(x))))] });
const hypotenuse = binary({ name: "hypotenuse", evaluate: Math.hypot, partials: [(x, _y, z) => ops.div(x, z), (_x, y, z) => ops.div(y, z)] });

/** Differences of neighbours along the last axis of a vector. */
const differences: Primitive<Record<string, never>> = {
  name: "differences",
  infer: ([{ shape, dtype }]) => ({ shape: [shape[0] - 1], dtype }),
  kernel: { kind: "array", run: (output, [x]) => output.data.forEach((_, i) => (output.data[i] = x.get(i + 1) - x.get(i))) },
  vjp: (_index, cotangent) => ops.sub(ops.concatenate([array([0]), cotangent]), ops.concatenate([cotangent, array([0])])),
  jvp: (_index, tangent) => record(differences, [tangent], {}),
};

test("an operation of one's own runs in loops and in the interpreter, with its derivatives", () => {
  for (const size of [3, 5000]) {
    const x = full([size], 0.7);
    const f = (v: Variable): Variable => ops.total(ops.mul(softplus(v), hypotenuse(v, 2)));
    assert.ok(Math.abs(evaluate(f)(x).item() / (size * Math.log(1 + Math.exp(0.7)) * Math.hypot(0.7, 2)) - 1) < 1e-12);
    assert.ok(checkGradients(f)(x).relativeError < 1e-8);
  }
  assert.is(softplus(0), Math.LN2);
});

test("a primitive of one's own has its own vjp and jvp", () => {
  const x = array([1, 4, 9, 16]);
  assert.equal(toNested(evaluate((v: Variable) => record(differences, [v], {}))(x)), [3, 5, 7]);
  assert.ok(checkGradients((v: Variable) => record(differences, [ops.mul(v, v)], {}))(x).relativeError < 1e-8);
  assert.equal(toNested(grad((v: Variable) => ops.total(ops.square(record(differences, [v], {}))))(x)), [-6, -4, -4, 14]);
});

test("two primitives of one name are refused", () => {
  const other: Primitive<Record<string, never>> = { ...differences };
  refuses(() => evaluate((v: Variable) => record(other, [v], {}))(array([1, 2])), InputError, '"differences"', "another name");
});

test("a tape is printed step by step", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [2, 3], dtype: "float64" });
  const program = tape.program([ops.sum(ops.mul(2, x), 1)]);
  assert.equal(printTape(program).split("\n"), [
    "%0 = input(index: 0)  float64 [2, 3]",
    "%1 = constant(value: 2)  float64 []",
    "%2 = mul(%1, %0)  float64 [2, 3]",
    "%3 = sum(%2, axes: [1])  float64 [2, 1]",
    "gives %3",
  ]);
});

test.run();
