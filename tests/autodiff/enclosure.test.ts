import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bentSpread, straightSpread, type Enclosed } from "../../src/autodiff/enclosed.js";
import { Enclosure } from "../../src/autodiff/enclosure.js";
import { ProgramValues } from "../../src/autodiff/program-values.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { abs, add, ceil, cos, div, exp, floor, mul, neg, sin, sqrt, sub, sum, transpose } from "../../src/autodiff/operations.js";
import { reshape } from "../../src/autodiff/primitives/reshape.js";
import { Tape, type Program, type Variable } from "../../src/autodiff/tape.js";
import { array, full, scalar } from "../../src/ndarray/ndarray.js";
import { flip } from "../../src/ndarray/views.js";

/** What is made of the indices of a pixel, of shape [P, 1], and of numbers of steps, of shape [1, 3]. */
type Made = (x: Variable, y: Variable, steps: Variable) => Variable[];

function programOf(make: Made, pixels: number): Program {
  const tape = new Tape();
  const [x, y] = [0, 1].map(() => tape.input({ shape: [pixels, 1], dtype: "float64" }));
  return tape.program(make(x, y, reshape(tape.literal(array([0.5, -1.25, 2])), [1, 3])));
}

/** The direction to a pixel, times a length, as Miller indices are made of it. */
const indices: Made = (x, y, steps) => {
  const [px, py] = [mul(0.001, sub(x, 100)), mul(0.001, sub(y, 80))];
  const distance = sqrt(add(mul(px, px), mul(py, py), 1));
  return [add(mul(40, div(px, distance)), mul(steps, div(py, distance)), mul(12, sub(div(1, distance), 1)))];
};

const everything: Made = (x, y, steps) => {
  const wave = add(sin(mul(0.3, x)), cos(mul(y, steps)));
  const trough = mul(sub(x, 4), sub(x, 4));
  return [exp(mul(0.1, wave)), abs(wave), neg(div(wave, add(4, x))), ceil(wave), floor(mul(3, wave)), sqrt(add(5, mul(wave, y))), mul(wave, wave, y), sin(trough)];
};

/** What encloses a program's results, whose only arguments are the indices. */
function enclosureOf(program: Program): Enclosure {
  const values = new ProgramValues(program, [0, 1]);
  const enclosure = new Enclosure(values);
  values.take(() => undefined);
  return enclosure;
}

/** By how much a value departs from the polynomial of what encloses it. */
function departure({ centre, x, y, xx, xy, yy, xxx, xxy, xyy, yyy }: Enclosed, step: number, dx: number, dy: number, value: number): number {
  const at = centre.length === 1 ? 0 : step;
  const third = xxx[at] * dx ** 3 + xxy[at] * dx * dx * dy + xyy[at] * dx * dy * dy + yyy[at] * dy ** 3;
  const second = xx[at] * dx * dx + xy[at] * dx * dy + yy[at] * dy * dy;
  return Math.abs(value - (centre[at] + x[at] * dx + y[at] * dy + second + third));
}

/** Whether a value is in what encloses it. */
function holds(enclosed: Enclosed, step: number, dx: number, dy: number, value: number): boolean {
  return departure(enclosed, step, dx, dy, value) <= enclosed.rest[enclosed.centre.length === 1 ? 0 : step];
}

test("a value at any place of a rectangle is in what encloses it", () => {
  const within = fc.double({ min: -1, max: 1, noNaN: true });
  const centre = fc.oneof(fc.double({ min: 1, max: 9, noNaN: true }), fc.constantFrom(4, 4.1));
  fc.assert(
    fc.property(centre, centre, fc.constantFrom(0, 0.01, 0.4), fc.constantFrom(0, 0.2, 0.9), within, within, (x, y, halfX, halfY, u, v) => {
      for (const make of [indices, everything]) {
        const enclosure = enclosureOf(programOf(make, 1));
        enclosure.over(x, y, halfX, halfY);
        const values = interpret(programOf(make, 1))([full([1, 1], x + u * halfX), full([1, 1], y + v * halfY)]);
        values.forEach(({ data }, output) => data.forEach((value, step) => assert.ok(holds(enclosure.outputs[output], step, u * halfX, v * halfY, value), `${output}, ${step}`)));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("indices over 32 x 32 pixels are enclosed within 1.1 of their true width", () => {
  const enclosure = enclosureOf(programOf(indices, 1024));
  for (const [x, y] of [[15.5, 15.5], [115.5, 79.5], [500.5, 300.5]] as const) {
    enclosure.over(x, y, 15.5, 15.5);
    const places = [-15.5, 0, 15.5].flatMap((dx) => [-15.5, 0, 15.5].map((dy) => [x + dx, y + dy]));
    const [values] = interpret(programOf(indices, places.length))([array(places.map(([px]) => [px])), array(places.map(([, py]) => [py]))]);
    const [enclosed] = enclosure.outputs;
    for (let step = 0; step < 3; step++) {
      const seen = places.map((_, i) => values.data[3 * i + step]);
      const width = Math.max(...seen) - Math.min(...seen);
      const most = 2 * (straightSpread(enclosed, step, enclosure.half) + bentSpread(enclosed, step, enclosure.half));
      assert.ok(most >= width && most <= 1.1 * width, `${most} for ${width}`);
    }
  }
});

test("what is left of indices over 32 x 32 pixels beside a polynomial of third order is of fourth order", () => {
  const enclosure = enclosureOf(programOf(indices, 1024));
  const restFor = (half: number): number => {
    enclosure.over(500.5, 300.5, half, half);
    return enclosure.outputs[0].rest[0];
  };
  const ratio = restFor(15.5) / restFor(7.75);
  assert.ok(ratio > 15 && ratio < 18, `halving the rectangle makes it smaller by ${ratio}`);
});

test("roundings and sizes that jump or turn within a rectangle have room for both sides, and none where they do neither", () => {
  const enclosure = enclosureOf(programOf((x) => [floor(x), ceil(x), abs(sub(x, 4))], 1));
  const restsOver = (x: number, half: number): number[] => {
    enclosure.over(x, 0, half, 0);
    return enclosure.outputs.map(({ rest }) => Math.round(rest[0] * 1e9) / 1e9);
  };
  assert.equal(restsOver(4.05, 0.2), [1, 1, 0.5]);
  assert.equal(restsOver(3.95, 0.2), [1, 1, 0.5]);
  assert.equal(restsOver(4.5, 2.2), [2, 2, 5.4]);
  assert.equal(restsOver(4.5, 0.2), [0, 0, 0]);
});

/** Smooth functions of a number whose terms are all there up to third order. */
const smooth: Made = (x, y) => {
  const [xx, xy, yy] = [mul(x, x), mul(x, y), mul(y, y)];
  const second = add(mul(0.11, xx), mul(-0.07, xy), mul(0.05, yy));
  const third = add(mul(0.02, xx, x), mul(-0.03, xx, y), mul(0.04, yy, x), mul(-0.01, yy, y));
  const q = add(mul(0.3, x), mul(0.2, y), second, third);
  return [q, exp(q), sin(q), cos(q), sqrt(add(q, 5)), div(1, add(q, 5)), mul(q, q), mul(q, sub(y, q)), abs(sub(q, 9)), neg(div(q, add(x, 4)))];
};

test("polynomials of smooth functions are exact to third order in both arguments: what a place departs from them falls with the fourth power", () => {
  const program = programOf(smooth, 1);
  const enclosure = enclosureOf(program);
  enclosure.over(1.1, 0.7, 0.4, 0.4);
  const departures = (size: number, turn: number): number[] => {
    const [dx, dy] = [size * Math.cos(turn), size * Math.sin(turn)];
    const values = interpret(program)([full([1, 1], 1.1 + dx), full([1, 1], 0.7 + dy)]);
    return values.map(({ data }, output) => departure(enclosure.outputs[output], 0, dx, dy, data[0]));
  };
  for (const turn of [0.3, 1.2, 2.4]) {
    const [whole, half] = [departures(0.08, turn), departures(0.04, turn)];
    // What departs by rounding alone has no terms of higher order.
    whole.forEach((most, output) => assert.ok(most < 1e-13 || most > 11 * half[output], `${output} at ${turn}: ${most} and ${half[output]}`));
  }
});

test("in corners of 64 x 64 pixels, indices depart from their polynomials by a good part of what is left beside these", () => {
  const enclosure = enclosureOf(programOf(indices, 1));
  for (const [x, y] of [[600.5, 90.5], [500.5, 300.5]] as const) {
    enclosure.over(x, y, 31.5, 31.5);
    const corners = [-31.5, 31.5].flatMap((dx) => [-31.5, 31.5].map((dy) => [dx, dy] as const));
    const departures = corners.map(([dx, dy]) => {
      const [values] = interpret(programOf(indices, 1))([full([1, 1], x + dx), full([1, 1], y + dy)]);
      return departure(enclosure.outputs[0], 0, dx, dy, values.data[0]);
    });
    const most = Math.max(...departures);
    const rest = enclosure.outputs[0].rest[0];
    assert.ok(most <= rest && most > 0.05 * rest, `${most} of ${rest}`);
  }
});

test("what can be anything, or is no number, has no finite rest", () => {
  const make: Made = (x, y) => [div(1, sub(x, 3)), sqrt(sub(x, y)), div(sub(x, x), sub(y, y))];
  const enclosure = enclosureOf(programOf(make, 1));
  enclosure.over(3.1, 3, 0.5, 0.5);
  for (const { rest } of enclosure.outputs) assert.not(rest[0] < Infinity);
});

/** Indices times what is made of more arguments: numbers and a row of them, each way that a value can be made. */
function programOfArguments(): Program {
  const tape = new Tape();
  const [x, y] = [0, 1].map(() => tape.input({ shape: [1, 1], dtype: "float32" }));
  const [first, second] = [0, 1].map(() => tape.input({ shape: [], dtype: "float32" }));
  const row = tape.input({ shape: [2, 3], dtype: "float32" });
  const own = add(mul(first, row), sin(div(1, second)));
  return tape.program([add(mul(x, sum(own, 0)), y), mul(x, reshape(transpose(own), [1, 6]), second), add(neg(mul(first, y)), div(x, second)), own]);
}

test("an enclosure that takes other arguments is that of a program that never had any else", () => {
  const program = programOfArguments();
  const numbers = fc.constantFrom(0, -0, 1, -2.5, 0.3, NaN);
  const argumentsOfOne = fc.record({ first: numbers, second: numbers, row: fc.array(numbers, { minLength: 6, maxLength: 6 }), isTurned: fc.boolean() });
  fc.assert(
    fc.property(fc.array(argumentsOfOne, { minLength: 2, maxLength: 5 }), (given) => {
      const kept = new ProgramValues(program, [0, 1]);
      const enclosure = new Enclosure(kept);
      for (const { first, second, row, isTurned } of given) {
        const stacked = array([row.slice(0, 3), row.slice(3)]);
        const inputs = [undefined, undefined, scalar(first), scalar(second), isTurned ? flip(flip(stacked, 0), 1) : stacked];
        const fresh = new ProgramValues(program, [0, 1]);
        const wanted = new Enclosure(fresh);
        for (const values of [kept, fresh]) values.take((index) => inputs[index]);
        for (const each of [enclosure, wanted]) each.over(7, 11, 0.5, 0.25);
        const numbersOf = ({ outputs }: Enclosure): number[] => outputs.flatMap(({ centre, x, y, xx, xy, yy, rest }) => [centre, x, y, xx, xy, yy, rest].flatMap((each) => [...each]));
        const found = numbersOf(enclosure);
        assert.ok(numbersOf(wanted).every((number, i) => Object.is(number, found[i])));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("what depends on an argument has changed when it has, and nothing else", () => {
  const values = new ProgramValues(programOfArguments(), [0, 1]);
  const { program: { nodes } } = values;
  const [first, second] = [2, 3].map((index) => nodes.findIndex(({ primitive, attributes }) => primitive === "input" && attributes.index === index));
  const inverse = nodes.findIndex(({ primitive, inputs }) => primitive === "div" && inputs[1] === second && !values.isVarying(inputs[0]));
  values.numbers(first);
  values.numbers(inverse);
  const changedBy = (x: number, y: number): boolean[] => {
    values.take((index) => scalar(index === 2 ? x : y));
    return [values.hasChanged(first), values.hasChanged(inverse)];
  };
  assert.equal([changedBy(1, 2), changedBy(1, 2), changedBy(0, 2), changedBy(-0, 2), changedBy(-0, 3)], [[true, true], [false, false], [true, false], [true, false], [false, true]]);
  assert.throws(() => values.take(() => undefined), RangeError);
});

test.run();
