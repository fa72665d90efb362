import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import { array, full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
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
  assert.is(cubicModel().left(0), undefined);
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

test.run();
