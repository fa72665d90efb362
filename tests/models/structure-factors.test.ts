import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, equals, full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { flip, slice } from "../../src/ndarray/views.js";
import { lookUp, StructureFactors, type LeavingPolicy, type ReflectionList } from "../../src/models/structure-factors.js";
import { untyped } from "../untyped.js";
import { assertNear, between } from "../physics/quantities.js";

function reflections(...rows: readonly (readonly [h: number, k: number, l: number, f: number])[]): ReflectionList {
  const column = (at: number): number[] => rows.map((row) => row[at]);
  return { h: array(column(0), "int32"), k: array(column(1), "int32"), l: array(column(2), "int32"), f: array(column(3)) };
}

/** A polynomial of third degree in each index. */
const cubic = (h: number, k: number, l: number): number =>
  (1 + h - 0.3 * h ** 3) * (2 - k + 0.1 * k ** 3) * (3 + 0.5 * l ** 2 - 0.2 * l ** 3);

/** Its values for all indices from -4 to 4. */
function cubicModel(policy: LeavingPolicy = "mask", defaultF = 7): StructureFactors {
  const grid = zeros([9, 9, 9]);
  for (let i = 0; i < grid.size; i++) grid.data[i] = cubic(Math.floor(i / 81) - 4, (Math.floor(i / 9) % 9) - 4, (i % 9) - 4);
  return new StructureFactors(grid, [-4, -4, -4], { policy, defaultF });
}

/** Lookups along h at k = l = 0, and the warning. */
function along(model: StructureFactors, h: readonly number[]) {
  const { f, warning } = lookUp(model, array(h), full([h.length], 0), full([h.length], 0));
  return { f: [...f.data], warning };
}

test("the grid is as small as the reflections allow, and holds the default where none is listed", () => {
  const model = StructureFactors.fromReflections(reflections([-1, 0, 2, 10], [1, 1, 3, 20]), { defaultF: 5 });
  assert.equal(
    [model.grid.shape, model.min, model.max],
    [
      [3, 2, 2],
      [-1, 0, 2],
      [1, 1, 3],
    ],
  );
  assert.is(model.grid.get(0, 0, 0), 10);
  assert.is(model.grid.get(2, 1, 1), 20);
  assert.is([...model.grid.data].filter((f) => f === 5).length, 10);
});

test("of two reflections with the same indices the later one counts", () => {
  assert.is(StructureFactors.fromReflections(reflections([1, 2, 3, 10], [1, 2, 3, 20])).grid.item(), 20);
});

test("reflections are read through any strides and offsets", () => {
  const list = reflections([1, 2, 3, 10], [2, 2, 3, 20], [3, 0, -1, 30], [4, 4, 4, 40]);
  const seen = (view: (column: NdArray) => NdArray): ReflectionList => ({ h: view(list.h), k: view(list.k), l: view(list.l), f: view(list.f) });
  const same = (given: ReflectionList, wanted: ReflectionList): void => {
    const [found, right] = [given, wanted].map((each) => StructureFactors.fromReflections(each));
    assert.equal(found.min, right.min);
    assert.ok(equals(found.grid, right.grid));
  };
  same(seen((column) => slice(column, { start: 1, stop: 3 })), reflections([2, 2, 3, 20], [3, 0, -1, 30]));
  same(seen((column) => slice(column, { start: 1, step: 2 })), reflections([2, 2, 3, 20], [4, 4, 4, 40]));
  same(seen((column) => flip(column, 0)), list);
  same({ ...list, f: flip(list.f, 0) }, reflections([1, 2, 3, 40], [2, 2, 3, 30], [3, 0, -1, 20], [4, 4, 4, 10]));
});

/** Asserts that an action throws an InputError that says this. */
function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error: unknown) => error instanceof InputError && message.test(error.message));
}

test("a reflection whose indices are not whole or whose amplitude is not finite is refused by its place", () => {
  const two = reflections([1, 2, 3, 10], [1, 2, 4, 20]);
  for (const wrong of [0.5, NaN, Infinity]) {
    for (const axis of ["h", "k", "l"] as const) {
      refuses(() => StructureFactors.fromReflections({ ...two, [axis]: array([1, wrong]) }), new RegExp(`reflection 1 has the indices .*${wrong}.*whole`));
    }
  }
  for (const f of [NaN, -Infinity]) refuses(() => StructureFactors.fromReflections({ ...two, f: array([f, 1]) }), new RegExp(`reflection 0 has the amplitude ${f};`));
  for (const column of ["h", "k", "l", "f"] as const) {
    const isRefused = (error: unknown): boolean => error instanceof ShapeError && /one common length/.test(error.message);
    assert.throws(() => StructureFactors.fromReflections({ ...two, [column]: array([1, 2, 3]) }), isRefused);
  }
});

test("a grid without a point, indices, a default or a policy that cannot be are refused", () => {
  const grid = zeros([3, 3, 3]);
  refuses(() => new StructureFactors(zeros([3, 0, 3]), [0, 0, 0]), /\[3, 0, 3\] holds no structure factor/);
  for (const wrong of [NaN, 0.5, Infinity]) {
    refuses(() => new StructureFactors(grid, [0, wrong, 0]), new RegExp(`begins at the indices 0 ${wrong} 0; .*whole`));
  }
  for (const defaultF of [NaN, Infinity]) refuses(() => new StructureFactors(grid, [0, 0, 0], { defaultF }), new RegExp(`defaultF is ${defaultF};`));
  refuses(() => new StructureFactors(grid, [0, 0, 0], { policy: untyped("ignore") }), /policy is the string "ignore"; it can be mask, disable, sequential/);
});

test("no reflections, or indices that span more than a memory holds, make no grid", () => {
  assert.throws(
    () => StructureFactors.fromReflections(reflections()),
    (error: Error) => error instanceof InputError,
  );
  assert.throws(
    () => StructureFactors.fromReflections(reflections([-9000, -9000, -9000, 1], [9000, 9000, 9000, 1])),
    (error: Error) => error instanceof InputError && /18001 x 18001 x 18001/.test(error.message),
  );
  assert.throws(
    () => new StructureFactors(zeros([3, 3]), [0, 0]),
    (error: Error) => error instanceof InputError,
  );
});

test("between the points of the grid a polynomial of third degree is found exactly", () => {
  const inside = between(-2.999, 1.999);
  fc.assert(
    fc.property(inside, inside, inside, (h, k, l) => {
      const { f, warning } = lookUp(cubicModel(), array([h]), array([k]), array([l]));
      assertNear(f.item(), cubic(h, k, l), 1e-9);
      assert.is(warning, undefined);
    }),
  );
});

test("lookups have any batch shape, and the dtype of the indices", () => {
  const h = array([[0.5], [1.25]], "float32");
  const l = array([[0, 0.5, 1]], "float32");
  const { f } = lookUp(cubicModel(), h, array(0, "float32"), l);
  assert.equal([f.shape, f.dtype], [[2, 3], "float32"]);
  assertNear(f.get(1, 1), cubic(1.25, 0, 0.5), 1e-5);
});

test("a lookup at what is no array is refused", () => {
  const h = array([0.5]);
  assert.throws(() => lookUp(cubicModel(), h, untyped(1), h), (error: Error) => error instanceof InputError && /^k is 1; /.test(error.message));
});

test("masked, a lookup that leaves the grid is the default and changes no other", () => {
  const { f, warning } = along(cubicModel("mask"), [0.5, 2.5, 3.5, -3.5, 0.5]);
  assert.equal([f[2], f[3]], [7, 7]);
  assertNear(f[1], cubic(2.5, 0, 0), 1e-12);
  assertNear(f[4], cubic(0.5, 0, 0), 1e-12);
  assert.match(
    warning ?? "",
    /^the neighbourhood of 2 tricubic lookups leaves the structure factors: 7 electrons are used there$/,
  );
});

test("disabled, lookups are nearest ones from the next run on, until the model is reset", () => {
  const model = cubicModel("disable");
  const first = along(model, [0.25, 3.5]);
  assertNear(first.f[0], cubic(0.25, 0, 0), 1e-12);
  assert.is(first.f[1], 7);
  assert.ok(model.disabled && first.warning !== undefined);
  const second = along(model, [0.25, 3.75]);
  assert.equal(second, { f: [cubic(0, 0, 0), cubic(4, 0, 0)], warning: undefined });
  model.reset();
  assert.not(model.disabled);
  assertNear(along(model, [0.25]).f[0], cubic(0.25, 0, 0), 1e-12);
});

test("in sequence, the first lookup that leaves the grid and all later ones are nearest ones", () => {
  const model = cubicModel("sequential");
  const { f, warning } = along(model, [0.25, 3.5, 0.25]);
  assertNear(f[0], cubic(0.25, 0, 0), 1e-12);
  assertNear(f[1], cubic(3, 0, 0), 1e-12);
  assertNear(f[2], cubic(0, 0, 0), 1e-12);
  assert.ok(warning !== undefined);
});

test("in sequence the grid ends one point earlier, as in the reference program", () => {
  for (const [h, leaves] of [
    [2, false],
    [2.01, true],
    [-2, false],
    [-2.01, true],
  ] as const) {
    assert.is(along(cubicModel("sequential"), [h]).warning !== undefined, leaves, `h = ${h}`);
    assert.is(along(cubicModel("mask"), [h]).warning, undefined);
  }
});

test("a lookup leaves the grid where a comparison of its index with the grid's ends says so, or the index is not a number", () => {
  const below = (x: number): number => x - 2 ** -50;
  const above = (x: number): number => x + 2 ** -50;
  const ends = [-3, -2, 2, 3].flatMap((end) => [below(end), end, above(end)]);
  for (const h of [...ends, 0, -4, 4, 1e300, -1e300, Infinity, -Infinity, NaN]) {
    const outside = { sequential: h < -2 || h > 2, mask: Math.floor(h) < -3 || Math.floor(h) > 2, disable: h < -3 || h >= 3 };
    for (const policy of ["mask", "disable", "sequential"] as const) {
      const { f, warning } = along(cubicModel(policy), [h]);
      assert.is(warning !== undefined, outside[policy] || Number.isNaN(h), `${policy}, h = ${h}`);
      if (Number.isNaN(h)) assert.equal(f, [7]);
    }
  }
  for (const policy of ["mask", "disable", "sequential"] as const) {
    for (const h of [-1, -0.5, 0, 0.5, 1]) {
      const tooSmall = new StructureFactors(zeros([3, 9, 9]), [-1, -4, -4], { policy });
      assert.ok(along(tooSmall, [h]).warning !== undefined, `${policy}, h = ${h}`);
    }
  }
});

test("a model warns once, however often lookups leave its grid, and again after a reset", () => {
  for (const policy of ["mask", "disable", "sequential"] as const) {
    const model = cubicModel(policy);
    const warnings = [0, 1, 2].map(() => along(model, [9, 9, 9]).warning).filter((warning) => warning !== undefined);
    assert.is(warnings.length, 1, policy);
    model.reset();
    assert.ok(along(model, [9]).warning !== undefined, policy);
  }
});

test("a run in which no lookup leaves the grid does not warn", () => {
  assert.is(cubicModel().noteLeaving(0), undefined);
  assert.is(along(cubicModel(), [-3, 2.999]).warning, undefined);
  assert.ok(along(cubicModel(), [-3.001]).warning !== undefined);
  assert.ok(along(cubicModel(), [3]).warning !== undefined);
});

test("the grid is converted to another dtype once", () => {
  const model = cubicModel();
  const narrow: NdArray = model.as("float32");
  assert.is(narrow.dtype, "float32");
  assert.is(model.as("float32"), narrow);
  assert.is(model.as("float64"), model.grid);
});

test("a grid that changes in place, and a list of its first indices that changes, are what a new model would see", () => {
  for (const dtype of ["float64", "float32"] as const) {
    for (const count of [1, 3, 5000]) {
      const min = [0, 0, 0];
      const model = new StructureFactors(full([6, 6, 6], 5), min);
      const at = full([count], 2.5, dtype);
      assert.is(lookUp(model, at, at, at).f.data[count - 1], 5);
      model.grid.data.fill(7);
      min.fill(-100);
      assert.is(lookUp(model, at, at, at).f.data[count - 1], 7);
    }
  }
});

test("a large grid is in memory that workers share, a small one is not", () => {
  const spanned = (end: number): unknown => StructureFactors.fromReflections(reflections([-end, -end, -end, 1], [end, end, end, 2])).grid.data.buffer;
  assert.instance(spanned(64), SharedArrayBuffer);
  assert.instance(spanned(4), ArrayBuffer);
});

test.run();
