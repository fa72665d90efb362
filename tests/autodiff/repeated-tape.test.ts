import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { add, mul, sin, sub, sum } from "../../src/autodiff/operations.js";
import { reshape } from "../../src/autodiff/primitives/reshape.js";
import { RepeatedTape } from "../../src/autodiff/repeated-tape.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array, zeros, type NdArray } from "../../src/ndarray/ndarray.js";

type Step = readonly [kind: number, a: number, b: number];

/** Records steps, each of values before it. */
function recordSteps(tape: Tape, steps: readonly Step[], arrays: readonly NdArray[]): Variable[] {
  const made = [tape.input({ shape: [4], dtype: "float64" }), tape.input({ shape: [], dtype: "float64" })];
  for (const [kind, a, b] of steps) {
    const [x, y] = [made[a % made.length], made[b % made.length]];
    if (kind === 0) made.push(add(x, y));
    else if (kind === 1) made.push(mul(x, b));
    else if (kind === 2) made.push(sin(x));
    else if (kind === 3) made.push(sub(x, tape.literal(arrays[b % arrays.length])));
    else made.push(x.shape[0] === 4 ? sum(reshape(x, [4]), 0) : mul(x, -0));
  }
  return made;
}

/** Asserts that a tape holds what one that knows of no other holds. */
function sameAsFresh(tape: Tape, steps: readonly Step[], arrays: readonly NdArray[]): void {
  const fresh = new Tape();
  const [found, wanted] = [tape, fresh].map((each) => recordSteps(each, steps, arrays));
  assert.is(tape.spelling, fresh.spelling);
  assert.equal(tape.program(found), fresh.program(wanted));
  tape.literals.forEach((literal, i) => assert.is(literal, fresh.literals[i]));
}

const fewArrays = (): NdArray[] => [array([1, 2, 3, 4]), array([4, 3, 2, 1]), array(5)];
const someSteps = fc.array(fc.tuple(fc.nat(4), fc.nat(20), fc.nat(3)), { maxLength: 25 });

test("a tape that is recorded again, the same or with other steps from somewhere on, holds what a fresh one holds", () => {
  fc.assert(
    fc.property(someSteps, fc.nat(25), someSteps, (first, kept, rest) => {
      const arrays = fewArrays();
      const tape = new RepeatedTape();
      sameAsFresh(tape, first, arrays);
      tape.seal();
      const again = new RepeatedTape(tape);
      // The arrays may be others of the same shapes, or one where there were two.
      sameAsFresh(again, first, fewArrays());
      again.seal();
      const once = new RepeatedTape(again);
      sameAsFresh(once, first, [arrays[0], arrays[0], arrays[2]]);
      once.seal();
      sameAsFresh(new RepeatedTape(once), [...first.slice(0, kept), ...rest], arrays);
    }),
    { numRuns: 100, seed: 3 },
  );
});

test("a repeated step is not spelled or inferred again, and what is recorded behind a seal is that tape's alone", () => {
  const record = (tape: RepeatedTape, inferred: () => void): Variable =>
    tape.recordStep("step", [tape.input({ shape: [2], dtype: "float64" })], { order: [1, 2] }, () => (inferred(), { shape: [2], dtype: "float64" }));
  let count = 0;
  const first = new RepeatedTape();
  record(first, () => count++);
  first.seal();
  first.constant(3, "float64");
  const second = new RepeatedTape(first);
  record(second, () => count++);
  assert.is(count, 1);
  assert.is(second.spelling, first.spelling);
  second.seal();
  assert.is(second.constant(3, "float64").id, 2);
  assert.is(second.input({ shape: [], dtype: "float64" }).id, 3);
});

test("other shapes, dtypes, attributes and signs of zero are other steps", () => {
  const first = new RepeatedTape();
  const start = (tape: Tape): Variable => tape.input({ shape: [2], dtype: "float64" });
  const step = (tape: Tape, order: readonly number[], shape: readonly number[]): Variable => tape.recordStep("step", [start(tape)], { order }, () => ({ shape, dtype: "float64" }));
  const changes: readonly ((tape: Tape) => Variable)[] = [
    (tape) => step(tape, [1, 2], [2]),
    (tape) => step(tape, [2, 1], [3]),
    (tape) => tape.input({ shape: [3], dtype: "float64" }),
    (tape) => tape.input({ shape: [2], dtype: "float32" }),
    (tape) => tape.literal(zeros([2])),
    (tape) => tape.constant(0, "float64"),
    (tape) => tape.constant(-0, "float64"),
    (tape) => tape.constant(0, "float32"),
  ];
  for (const before of changes) {
    for (const change of changes) {
      const [one, fresh] = [new RepeatedTape(), new Tape()];
      before(one);
      one.seal();
      const other = new RepeatedTape(one);
      change(other);
      change(fresh);
      assert.equal(other.nodes, fresh.nodes);
      assert.is(other.spelling, fresh.spelling);
    }
  }
  first.seal();
  sameAsFresh(new RepeatedTape(first), [[2, 0, 0]], fewArrays());
});

test("a value of the tape before is none of this one", () => {
  const first = new RepeatedTape();
  const x = first.input({ shape: [], dtype: "float64" });
  sin(x);
  first.seal();
  const second = new RepeatedTape(first);
  const y = second.input({ shape: [], dtype: "float64" });
  assert.throws(() => add(x, y), (error: Error) => error instanceof ShapeError);
});

test.run();
