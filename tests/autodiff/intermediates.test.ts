import { test } from "uvu";
import * as assert from "uvu/assert";
import { pushForward } from "../../src/autodiff/forward.js";
import { derivativesOf, intermediatesOf, runNumbers } from "../../src/autodiff/intermediates.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, exp, mul, sin, total } from "../../src/autodiff/operations.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import { array, scalar, type NdArray } from "../../src/ndarray/ndarray.js";

const at = [0.3, -0.7, 1.1, 0.4, 0.2];

/** Five numbers that act on a sum over an array through three. */
function recorded(dtype: "float64" | "float32"): { readonly tape: Tape; readonly sources: Variable[]; readonly target: Variable } {
  const tape = new Tape();
  const sources = at.map(() => tape.input({ shape: [], dtype }));
  const [a, b, c, d, e] = sources;
  const first = mul(sin(add(a, mul(3, b))), exp(c));
  const second = add(mul(first, first), d);
  const x = tape.literal(array([0.1, 0.5, 0.9], dtype));
  return { tape, sources, target: total(add(sin(mul(x, first)), mul(x, second, e))) };
}

test("many numbers act through few: the last ones before something larger is made of them, at most as many as there are sources", () => {
  const { sources, target } = recorded("float64");
  const found = intermediatesOf(sources, target);
  assert.equal(found.map(({ node }) => node.primitive), ["input", "mul", "add"]);
  assert.equal(intermediatesOf(sources.slice(3), target).map(({ node }) => node.primitive), ["input", "add"]);
  const [a, b] = sources;
  assert.equal(intermediatesOf([a, b], mul(a, b)).map(({ node }) => node.primitive), ["mul"]);
  assert.equal(intermediatesOf([a], sin(b)), []);
});

test("derivatives by intermediates, chained with theirs by the sources, are those by the sources, in both dtypes", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const { tape, sources, target } = recorded(dtype);
    const by = intermediatesOf(sources, target);
    const one = tape.constant(1, dtype);
    const inputs = at.map((x) => scalar(x, dtype));
    const numberOf = (x: Variable | undefined): number => (x === undefined ? 0 : interpret(tape.program([x]))(inputs)[0].item());
    const direct = sources.map((source) => numberOf(pushForward([source], [one], [target])[0]));
    // One moves, the others stand still, even where one is made of another.
    const through = by.map((moving) => numberOf(pushForward(by, by.map((each) => (each === moving ? one : undefined)), [target])[0]));
    const rows = runNumbers(derivativesOf(by, sources), inputs.map((x: NdArray) => x.item()), at.length);
    direct.forEach((wanted, k) => {
      const found = rows.reduce((sum, row, i) => sum + row[k] * through[i], 0);
      assert.ok(Math.abs(found - wanted) <= (dtype === "float64" ? 1e-14 : 1e-6), `${found} is not ${wanted}`);
    });
  }
});

test.run();
