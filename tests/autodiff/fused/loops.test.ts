import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { prepare, type Executor } from "../../../src/autodiff/executor.js";
import { abs, add, cos, cosPi, div, exp, less, mul, nearest, neg, round, sin, sinPi, sub, sum, total, tricubic, where } from "../../../src/autodiff/operations.js";
import { record } from "../../../src/autodiff/primitive.js";
import { primitives } from "../../../src/autodiff/primitives/registry.js";
import { planLoops } from "../../../src/autodiff/fused/planner.js";
import { broadcastTo } from "../../../src/autodiff/primitives/sum.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape, type Program, type Variable } from "../../../src/autodiff/tape.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { array, copy, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import type { Shape } from "../../../src/ndarray/shape.js";
import { broadcastTo as repeated, transpose } from "../../../src/ndarray/views.js";
import { agrees } from "./agreement.js";

const fused: readonly Executor[] = ["webassembly"];
const floats: readonly FloatDType[] = ["float64", "float32"];
const tolerance = { float64: 1e-12, float32: 1e-5 };

function uneven(shape: Shape, dtype: FloatDType, scale = 1): NdArray {
  const result = zeros(shape, dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = scale * Math.sin(1 + 2.7 * i);
  return result;
}

function same(program: Program, inputs: readonly NdArray[], dtype: FloatDType): void {
  const expected = prepare(program, "interpreter")(inputs);
  for (const executor of fused) agrees(executor, prepare(program, executor)(inputs), expected, tolerance[dtype]);
}

for (const dtype of floats) {
  test(`loops of every length from 1 to 19 are complete, in ${dtype}`, () => {
    for (let length = 1; length < 20; length++) {
      const x = uneven([length], dtype);
      const y = uneven([3, 1], dtype);
      const tape = new Tape();
      const [a, b] = [tape.input(x), tape.input(y)];
      const wave = mul(sin(a), exp(b));
      same(tape.program([wave, sum(wave, 0), sum(wave, 1), total(wave), ...pullBack([total(wave)], [tape.constant(1, dtype)], [a, b]).flatMap((g) => g ?? [])]), [x, y], dtype);
    }
  });

  for (const [size, count] of [["kept until", 16], ["computed again", 40000]] as const) {
    test(`what was full-size before a sum is ${size} after it, in ${dtype}`, () => {
      const x = uneven([count, 5], dtype);
      const tape = new Tape();
      const a = tape.input(x);
      const wave = sin(mul(3, a));
      const mean = mul(1 / count, sum(wave, 0));
      const spread = sub(wave, mean);
      const variance = mul(1 / count, sum(mul(spread, spread), 0));
      const bell = exp(neg(mul(spread, spread, cos(variance))));
      const [gradient] = pullBack([total(mul(bell, wave))], [tape.constant(1, dtype)], [a]);
      same(tape.program([bell, variance, ...(gradient ? [gradient] : [])]), [x], dtype);
    });
  }

  test(`sums over different axes of what does not vary along all of the loops count every number once, in ${dtype}`, () => {
    const x = uneven([3, 1, 8, 4], dtype);
    const y = uneven([1, 8, 4], dtype);
    const z = uneven([1, 2, 8, 1], dtype);
    const tape = new Tape();
    const [a, b, c] = [tape.input(x), tape.input(y), tape.input(z)];
    const some = cos(b);
    same(tape.program([sin(mul(a, c)), sum(some, 1), sum(some, 2), total(some), sum(mul(c, b), 1), sum(mul(a, b), 0)]), [x, y, z], dtype);
  });

  test(`a lookup and its slopes of several orders at one place agree, in ${dtype}`, () => {
    const grid = uneven([7, 6, 8], dtype, 100);
    const places = [uneven([12], dtype, 4), uneven([12], dtype, 3), uneven([5, 1], dtype, 5)];
    const tape = new Tape();
    const hkl = places.map((place) => tape.input(place));
    const source = tape.literal(grid);
    const ordered = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [2, 0, 1], [0, 2, 2], [3, 0, 0], [0, 0, 4]].map((orders) =>
      record(primitives.tricubic, [...hkl, source], { min: [-3, -2, -4], defaultF: 7, orders }),
    );
    const value = tricubic(hkl[0], hkl[1], hkl[2], source, { min: [-3, -2, -4], defaultF: 7 });
    const gradients = pullBack([total(value)], [tape.constant(1, dtype)], [...hkl, source]).flatMap((gradient) => gradient ?? []);
    same(tape.program([...ordered, ...gradients]), places, dtype);
  });
}

/** What becomes of a sine and a cosine of half turns, and of the distance to the nearest whole number. */
const usesOfHalfTurns: readonly ((sine: Variable, cosine: Variable, offset: Variable) => Variable)[] = [
  (sine) => sine,
  (sine) => mul(sine, sine),
  (sine) => abs(sine),
  (sine) => abs(neg(sine)),
  (sine) => mul(sine, abs(sine)),
  (sine) => mul(add(sine, 0.25), add(sine, 0.25)),
  (sine) => mul(sine, sine, sine),
  (sine, cosine) => mul(div(sine, cosine), div(sine, cosine)),
  (sine, cosine) => mul(mul(sine, cosine), add(mul(sine, cosine), 0)),
  (sine, cosine) => abs(where(less(sine, 0), cosine, 3)),
  (sine, cosine, offset) => abs(where(offset, sine, cosine)),
  (sine) => total(sine),
  (sine) => mul(total(sine), sine, sine),
  (_sine, _cosine, offset) => add(sinPi(offset), mul(2, cosPi(offset))),
  (_sine, _cosine, offset) => sinPi(where(less(offset, 0), 0.25, offset)),
  (_sine, _cosine, offset) => sinPi(where(less(offset, 0), 1.25, offset)),
  (_sine, _cosine, offset) => cosPi(mul(3, offset)),
  (sine, _cosine, offset) => scattered(offset, sine),
  (_sine, cosine, offset) => scattered(offset, cosine),
];

/** Numbers added to the points of a grid, at places from one end of it to the other. */
function scattered(offset: Variable, numbers: Variable): Variable {
  return record(primitives.nearestScatter, [mul(6, offset), offset, offset, numbers], { min: [-4, -2, -2], shape: [9, 5, 5] });
}

for (const dtype of floats) {
  test(`sines of half turns lose their sign only where nobody sees it, in ${dtype}`, () => {
    const x = uneven([24], dtype, 7);
    for (const use of usesOfHalfTurns) {
      const tape = new Tape();
      const a = tape.input(x);
      same(tape.program([use(sinPi(a), cosPi(a), sub(a, round(a)))]), [x], dtype);
    }
  });
}

test("a grid that is too small for a tricubic neighbourhood gives the default everywhere", () => {
  const places = [uneven([8], "float64"), uneven([8], "float64"), uneven([8], "float64")];
  const tape = new Tape();
  const [h, k, l] = places.map((place) => tape.input(place));
  const value = tricubic(h, k, l, uneven([3, 5, 5], "float64"), { min: [-1, -2, -2], defaultF: 7 });
  same(tape.program([value]), places, "float64");
});

test("lookups at one place of one grid may differ in what stands outside of it", () => {
  const places = [uneven([8], "float64", 5), uneven([8], "float64", 5), uneven([8], "float64", 5)];
  const grid = uneven([5, 5, 5], "float64");
  const tape = new Tape();
  const [h, k, l] = places.map((place) => tape.input(place));
  const source = tape.literal(grid);
  const min = [-2, -2, -2];
  same(tape.program([3, 7].flatMap((defaultF) => [tricubic(h, k, l, source, { min, defaultF }), nearest(h, k, l, source, { min, defaultF })])), places, "float64");
});

for (const dtype of floats) {
  test(`what lookups are worth to the points of their grids is added up in loops of any length, in ${dtype}`, () => {
    for (const [rows, columns] of [[1, 1], [3, 5], [4, 8], [7, 33]] as const) {
      const places = [uneven([rows, columns], dtype, 4), uneven([columns], dtype, 3), uneven([rows, 1], dtype, 5)];
      const cotangent = uneven([columns], dtype);
      const grid = uneven([7, 6, 8], dtype);
      const tape = new Tape();
      const [h, k, l, c] = [...places, cotangent].map((array) => tape.input(array));
      const source = tape.input(grid);
      const at = { min: [-3, -2, -4], defaultF: 7 };
      const weighted = broadcastTo(exp(c), [rows, columns]);
      const gradients = [tricubic, nearest].flatMap((lookup) => pullBack([lookup(h, k, l, source, at)], [weighted], [source]));
      const beyond = pullBack([tricubic(h, k, mul(l, 9), source, at)], [weighted], [source]);
      const repeated = pullBack([tricubic(broadcastTo(l, [2, rows, columns]), 0.5, 0.25, source, at)], [broadcastTo(c, [2, rows, columns])], [source]);
      const program = tape.program([...gradients, ...beyond, ...repeated].flatMap((gradient) => gradient ?? []));
      assert.is(program.outputs.length, 4);
      assert.ok(planLoops(program).stages.every((stage) => !("node" in stage)), "the interpreter is not asked");
      same(program, [...places, cotangent, grid], dtype);
    }
  });
}

test("indices that are no numbers, be it in elements that only fill up vectors, are worth nothing to any point", () => {
  for (const columns of [8, 33]) {
    const [x, y] = [uneven([columns], "float64", 3), uneven([columns], "float64")];
    const tape = new Tape();
    const [a, b] = [tape.input(x), tape.input(y)];
    const grid = tape.input(uneven([7, 6, 8], "float64"));
    const none = tape.input(zeros([0, 8, 8]));
    const at = { min: [-3, -2, -4], defaultF: 7 };
    const ratio = mul(2, div(b, add(b, 0)));
    const wrong = tape.literal(array(Array.from({ length: columns }, (_, i) => (i % 3 === 0 ? NaN : i % 3 === 1 ? Infinity : 0.5))));
    const values = [tricubic(ratio, ratio, a, grid, at), nearest(ratio, ratio, a, grid, at), tricubic(wrong, a, a, grid, at), nearest(a, wrong, a, grid, at)];
    const gradients = values.flatMap((value) => pullBack([total(value)], [tape.constant(1, "float64")], [grid]));
    const empty = tricubic(a, a, a, none, { min: [0, 0, 0], defaultF: 3 });
    const ofNone = pullBack([mul(total(empty), total(mul(empty, a)))], [tape.constant(1, "float64")], [a, none]);
    const program = tape.program([...values, ...[...gradients, ...ofNone].flatMap((gradient) => gradient ?? [])]);
    const inputs = [x, y, uneven([7, 6, 8], "float64"), zeros([0, 8, 8])];
    assert.ok(prepare(program, "interpreter")(inputs).every(({ data }) => data.every(Number.isFinite)));
    same(program, inputs, "float64");
  }
});

test("0 and -0 are told apart among the constants", () => {
  const x = array([0, 0.5, 1.5, 2.5, 3.5, -0.5, 1.25, 7]);
  const tape = new Tape();
  const a = tape.input(x);
  const chosen = record(primitives.where, [a, a, tape.constant(7, "float64")], {});
  const zero = record(primitives.div, [tape.constant(1, "float64"), record(primitives.mul, [a, tape.constant(-0, "float64")], {})], {});
  const expected = prepare(tape.program([sub(chosen, record(primitives.sinPi, [a], {})), zero]), "interpreter")([x]);
  for (const executor of fused) {
    const actual = prepare(tape.program([sub(chosen, record(primitives.sinPi, [a], {})), zero]), executor)([x]);
    agrees(executor, [actual[0]], [expected[0]], 1e-15);
    assert.equal([...actual[1].data], [...expected[1].data]);
  }
});

for (const executor of fused) {
  test(`results of ${executor} are the caller's own, also where they are inputs, constants and views`, () => {
    const x = uneven([4, 8], "float64");
    const tape = new Tape();
    const a = tape.input(x);
    const literal = uneven([8], "float64");
    const outputs = [a, a, broadcastTo(a, [2, 4, 8]), tape.literal(literal), tape.constant(3, "float64"), sin(a), sin(a), sum(sin(a), 0)];
    const run = prepare(tape.program(outputs), executor);
    const input = copy(x);
    const first = run([input]);
    const kept = first.map((each) => copy(each));
    const buffers = new Set(first.map(({ data }) => data.buffer));
    assert.is(buffers.size, outputs.length, "results share memory");
    input.data.fill(9);
    run([uneven([4, 8], "float64", 2)]);
    first.forEach((each, i) => assert.equal([...each.data], [...kept[i].data]));
    for (const each of first) each.data.fill(NaN);
    run([x]).forEach((each, i) => assert.equal([...copy(each).data], [...kept[i].data]));
    assert.equal([...literal.data], [...uneven([8], "float64").data]);
  });

  test(`${executor} reads inputs through their strides`, () => {
    const wide = uneven([8, 4], "float64");
    const shape = [4, 8];
    const tape = new Tape();
    const [a, b] = [tape.input({ shape, dtype: "float64" }), tape.input({ shape, dtype: "float64" })];
    const program = tape.program([mul(sin(a), b), total(mul(a, b))]);
    const inputs = [transpose(wide), repeated(uneven([8], "float64"), shape)];
    agrees(executor, prepare(program, executor)(inputs), prepare(program, "interpreter")(inputs), 1e-12);
  });
}

/** What ran a tape, and its numbers, as a process prints them that runs under other rules. */
function resultUnder(rule: string, executor: Executor): { readonly by: unknown; readonly numbers: unknown } {
  const file = fileURLToPath(new URL("./restricted.ts", import.meta.url));
  const flags = rule === "no-strings" ? ["--disallow-code-generation-from-strings"] : [];
  const output = execFileSync(process.execPath, [...flags, "--import", "tsx", file, rule, executor], { encoding: "utf8" });
  return JSON.parse(output);
}

test("where code may not be made from strings, or WebAssembly is missing or forbidden, the numbers are the same", () => {
  const { numbers } = resultUnder("anything", "interpreter");
  for (const [rule, executor, by] of [
    ["no-strings", "webassembly", "webassembly"],
    ["no-webassembly", "webassembly", "interpreter"],
    ["forbidden-webassembly", "webassembly", "interpreter"],
  ] as const) {
    assert.equal(resultUnder(rule, executor), { by, numbers }, `${rule}, ${executor}`);
  }
});

test.run();
