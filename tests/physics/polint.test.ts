import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkGradients } from "../../src/autodiff/check-gradients.js";
import { evaluate, vjp } from "../../src/autodiff/differentiate.js";
import { tricubic } from "../../src/autodiff/primitives/lookup.js";
import type { Variable } from "../../src/autodiff/tape.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array, equals, full, toNested, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import type { Shape } from "../../src/ndarray/shape.js";
import { slice } from "../../src/ndarray/views.js";
import { neighbourhood, polin2, polin3, polint, tricubicByGather } from "../../src/physics/polint.js";
import { anyShape } from "../arbitraries.js";
import { isClose, refuses } from "../autodiff/assertions.js";
import { between, draw, layouts, tabulate, type Draw } from "../autodiff/draws.js";

type Lookup = typeof tricubicByGather;
type Operands = readonly [h: NdArray, k: NdArray, l: NdArray, grid: NdArray];
const extents = [6, 7, 8];
const min = [-3, 0, 100];
const options = { min, defaultF: 2.5 };
const run = (lookup: Lookup, operands: Operands): NdArray =>
  evaluate<readonly Variable[]>(([h, k, l, grid]) => lookup(h, k, l, grid, options))(operands);

/** A polynomial of the third degree in each of three variables. */
function cubic(x: number, y: number, z: number): number {
  return (1 + 2 * x - x ** 2 + 0.5 * x ** 3) * (0.5 - 2 * y + y ** 3) * (3 - z + z ** 2 - 0.25 * z ** 3);
}

test("a parabola through four points is found again, by hand", () => {
  const nodes = array([0, 1, 2, 4]);
  const squares = array([0, 1, 4, 16]);
  assert.is(evaluate<Variable[]>(([xa, ya, x]) => polint(xa, ya, x))([nodes, squares, array(3)]).item(), 9);
  // Through 0, 0, 6, 0 at -1, 0, 1, 2 goes -3 (x+1) x (x-2).
  const bump = evaluate<Variable[]>(([xa, ya, x]) => polint(xa, ya, x))([array([-1, 0, 1, 2]), array([0, 0, 6, 0]), array(0.5)]);
  assert.is(bump.item(), 3.375);
});

test("at a node the polynomial has the node's value, whatever the batch", () => {
  const ya = array([[1, 2, 3, 4], [9, -7, 5, 0]]);
  const at = array([[-1, 0], [1, 2]]);
  const values = evaluate<Variable[]>(([nodes, y, x]) => polint(nodes, y, x))([array([-1, 0, 1, 2]), ya, slice(at, {}, 1)]);
  assert.equal(toNested(values), [2, 0]);
});

test("a bicubic and a tricubic polynomial are found again, on uneven nodes", () => {
  const nodes = [[-1, 0, 1.5, 2], [0, 1, 2, 3], [-2, -1, 0, 2]];
  const [x1a, x2a, x3a] = nodes.map((each) => array(each));
  const plane = tabulate([4, 4], (j, m) => cubic(0, nodes[1][j], nodes[2][m]));
  const cube = tabulate([4, 4, 4], (i, j, m) => cubic(nodes[0][i], nodes[1][j], nodes[2][m]));
  const [x, y, z] = [0.4, 1.7, -0.3].map((value) => array(value));
  const bicubic = evaluate<Variable[]>(([a, b, ya, u, v]) => polin2(a, b, ya, u, v))([x2a, x3a, plane, y, z]);
  isClose(bicubic, array(cubic(0, 1.7, -0.3)), 1e-14);
  const tricubicOnes = evaluate<Variable[]>(([a, b, c, ya, u, v, w]) => polin3(a, b, c, ya, u, v, w))([x1a, x2a, x3a, cube, x, y, z]);
  isClose(tricubicOnes, array(cubic(0.4, 1.7, -0.3)), 1e-13);
});

test("in a grid of a tricubic polynomial both lookups find the polynomial", () => {
  const grid = tabulate(extents, (h, k, l) => cubic(h - 3, k - 4, l - 4));
  const shape = [4, 5];
  const h = tabulate(shape, (i) => -2 + 0.7 * i);
  const k = tabulate(shape, (i, j) => 1.1 + 0.5 * i + 0.3 * j);
  const l = tabulate(shape, (_, j) => 101.9 + 0.6 * j);
  const exact = tabulate(shape, (i, j) => cubic(h.get(i, j), k.get(i, j) - 4, l.get(i, j) - 104));
  isClose(run(tricubicByGather, [h, k, l, grid]), exact, 1e-12);
  isClose(run(tricubic, [h, k, l, grid]), exact, 1e-12);
});

test("a neighbourhood is the four points around each index, l fastest, and stays in the grid", () => {
  const grid = tabulate(extents, (h, k, l) => 100 * h + 10 * k + l);
  const around = (hkl: readonly number[]): unknown =>
    toNested(evaluate<Variable[]>(([h, k, l, f]) => neighbourhood(h, k, l, f, { min }))([...hkl.map((x) => array(x)), grid]));
  const block = (hs: number[], ks: number[], ls: number[]): number[][][] =>
    hs.map((h) => ks.map((k) => ls.map((l) => 100 * h + 10 * k + l)));
  assert.equal(around([-1.5, 2, 103.25]), block([0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]));
  assert.equal(around([-3.5, 5.9, 1e9]), block([0, 0, 0, 1], [4, 5, 6, 6], [7, 7, 7, 7]));
});

/** Lookups of which about a tenth leave the grid, and a grid. */
function anyLookups(by: Draw, shape: Shape): fc.Arbitrary<Operands> {
  const index = (axis: number): fc.Arbitrary<number> => {
    const [low, high] = [min[axis], min[axis] + extents[axis] - 1];
    const inside = between(low + 1, high - 1.001);
    const numbers = fc.oneof({ weight: 29, arbitrary: inside }, { weight: 1, arbitrary: between(low - 5, high + 5) });
    return numbers.filter((x) => Math.abs(x - Math.round(x)) > 0.02);
  };
  return fc.tuple(by.view(shape, index(0)), by.view(shape, index(1)), by.view(shape, index(2)), by.view(extents, between(-1, 1)));
}

const shapes: readonly Shape[] = [[], [0], [2, 3], [1, 4], [3, 0, 2], [40]];
const tolerance: Readonly<Record<FloatDType, number>> = { float64: 1e-12, float32: 2e-4 };

for (const dtype of ["float64", "float32"] as const) {
  test(`the gathered lookup and the primitive agree in value and gradient, ${dtype}`, () => {
    const cases = fc.oneof(fc.constantFrom(...shapes), anyShape({ maxRank: 3 })).chain((shape) =>
      fc.constantFrom(...layouts).chain((layout) => {
        const by = draw(dtype, layout, "value");
        return fc.tuple(anyLookups(by, shape), by.view(shape, between(-1, 1)));
      }),
    );
    const pulled = (lookup: Lookup, operands: Operands, cotangent: NdArray) =>
      vjp<readonly Variable[]>(([h, k, l, grid]) => lookup(h, k, l, grid, options))(operands, cotangent);
    fc.assert(
      fc.property(cases, ([operands, cotangent]) => {
        const fused = pulled(tricubic, operands, cotangent);
        const gathered = pulled(tricubicByGather, operands, cotangent);
        assert.is(gathered.value.dtype, dtype);
        isClose(gathered.value, fused.value, tolerance[dtype]);
        operands.forEach((_, i) => isClose(gathered.gradient[i], fused.gradient[i], tolerance[dtype]));
      }),
      { numRuns: 150 },
    );
  });
}

test("indices of several shapes are looked up together as they broadcast", () => {
  const [h, k, l] = [array([[-1.5], [0.5]]), array([2.25, 2.5, 3.75]), array(103.125)];
  const grid = tabulate(extents, (a, b, c) => Math.sin(a + 2 * b + 3 * c));
  const together = run(tricubicByGather, [h, k, l, grid]);
  assert.equal(together.shape, [2, 3]);
  isClose(together, run(tricubic, [h, k, l, grid]), 1e-12);
});

test("outside of the grid there is defaultF without a gradient, even at indices that are no numbers", () => {
  const beyond = [-2.001, 1, NaN, Infinity, -Infinity, 1e30, -1e300, 2 ** 32 - 1.5];
  const h = array(beyond);
  const inside = (x: number): NdArray => array(beyond.map(() => x));
  const grid = tabulate(extents, (a, b, c) => Math.sin(a + 2 * b + 3 * c));
  for (const lookup of [tricubicByGather, tricubic]) {
    const f = ([x, k, l, f3]: readonly Variable[]): Variable => lookup(x, k, l, f3, options);
    const { value, gradient } = vjp(f)([h, inside(2.5), inside(103.5), grid], inside(1));
    assert.equal(toNested(value), beyond.map(() => options.defaultF));
    gradient.slice(0, 3).forEach((each) => assert.ok(equals(each, zeros([beyond.length]))));
    assert.ok(gradient[3].data.every((element) => element === 0));
  }
});

test("a grid too small for a neighbourhood is defaultF everywhere", () => {
  const grid = zeros([3, 7, 8]);
  const operands: Operands = [array([-2, -1.5]), array([2, 2.5]), array([103, 103.5]), grid];
  assert.equal(toNested(run(tricubicByGather, operands)), [2.5, 2.5]);
  assert.equal(toNested(run(tricubic, operands)), [2.5, 2.5]);
});

test("the gathered lookup has the derivatives that differences show", () => {
  const cases = anyLookups(draw("float64", "any", "derivative"), [5]);
  const f = ([h, k, l, grid]: readonly Variable[]): Variable => tricubicByGather(h, k, l, grid, options);
  fc.assert(
    fc.property(cases, (operands) => {
      // l lies near 100: a step relative to its size would leave the cell.
      const { relativeError } = checkGradients(f)(operands, { step: 2e-5 });
      assert.ok(relativeError < 1e-6, String(relativeError));
    }),
    { numRuns: 20 },
  );
});

test("a polynomial through other than four points is refused", () => {
  for (const nodes of [[0, 1, 2], [0, 1, 2, 3, 4]]) {
    const through = (x: Variable): Variable => polint(x, x, x.tape.constant(0.5, "float64"));
    refuses(() => evaluate<Variable>(through)(array(nodes)), ShapeError, "4 points", `[${nodes.length}]`);
  }
  refuses(() => evaluate<Variable>((x) => polint(x, x, x))(array(1)), ShapeError, "4 points", "[]");
});

test("a grid of other than three axes is refused", () => {
  const h = array([0.5]);
  refuses(() => run(tricubicByGather, [h, h, h, zeros([4, 4])]), ShapeError, "3 axes", "[4, 4]");
});

test("beyond the range of int32 a lookup is outside of the grid, and its neighbourhood the nearest points", () => {
  const far = array([1e10, -1e10, 2 ** 32, Infinity]);
  const grid = full([5, 5, 5], 3);
  const middle = full([4], 2);
  assert.equal(toNested(evaluate<Variable[]>(([h, k, l, f]) => tricubicByGather(h, k, l, f, { min: [0, 0, 0], defaultF: 1 }))([far, middle, middle, grid])), [1, 1, 1, 1]);
  const layers = array([0, 1, 2, 3, 4].map((f) => full([5, 5], f)).map((layer) => toNested(layer)));
  const around = evaluate<Variable[]>(([h, k, l, f]) => neighbourhood(h, k, l, f, { min: [0, 0, 0] }))([far, middle, middle, layers]);
  assert.equal([around.get(0, 0, 0, 0), around.get(1, 3, 0, 0), around.get(2, 0, 0, 0), around.get(3, 0, 0, 0)], [4, 0, 4, 4]);
});

test.run();
