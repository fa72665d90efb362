import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, copy, full, zeros } from "../../src/ndarray/ndarray.js";
import { imageStatistics, region, RowStatistics, type Roi } from "../../src/simulate/statistics.js";
import { anyElement, anyShape, anyView, elementsOf } from "../arbitraries.js";

const image = array([[1, 5, 3], [-2, 5, 0]]);

test("four pixels have the statistics of a hand calculation", () => {
  const { count, max, maxAt, mean, rms, rmsd } = imageStatistics(array([[1, 2], [3, 6]]));
  assert.equal({ count, max, maxAt, mean }, { count: 4, max: 6, maxAt: { slow: 1, fast: 1 }, mean: 3 });
  assert.is(rms, Math.sqrt((1 + 4 + 9 + 36) / 3));
  assert.is(rmsd, Math.sqrt((4 + 1 + 0 + 9) / 3));
});

test("the first of equal maxima is told, also when all pixels are negative", () => {
  assert.equal(imageStatistics(image).maxAt, { slow: 0, fast: 1 });
  assert.equal(imageStatistics(array([[-7, -3], [-3, -9]])).maxAt, { slow: 0, fast: 1 });
});

test("a region counts its own pixels only, ends included, and tells places in the whole image", () => {
  const roi = { fastMin: 1, fastMax: 2, slowMin: 1, slowMax: 1 };
  const { count, max, maxAt, mean } = imageStatistics(image, { roi });
  assert.equal({ count, max, maxAt, mean }, { count: 2, max: 5, maxAt: { slow: 1, fast: 1 }, mean: 2.5 });
});

test("pixels where the mask is 0 are not counted, those of any other value are", () => {
  const mask = array([[9, 0, 1], [-1, 0, 0]], "int32");
  const { count, max, maxAt, mean, rms, rmsd } = imageStatistics(image, { mask });
  assert.equal({ count, max, maxAt, mean }, { count: 3, max: 3, maxAt: { slow: 0, fast: 2 }, mean: 2 / 3 });
  assert.is(rms, Math.sqrt((1 + 9 + 4) / 2));
  assert.ok(Math.abs(rmsd - Math.sqrt((1 + 49 + 64) / 9 / 2)) < 1e-15);
  assert.is(imageStatistics(image, { mask, roi: { fastMin: 0, fastMax: 0, slowMin: 0, slowMax: 1 } }).mean, -0.5);
});

test("a single pixel has no deviation", () => {
  const { rms, rmsd } = imageStatistics(array([[-4]]));
  assert.equal({ rms, rmsd }, { rms: 4, rmsd: 0 });
});

test("a constant added moves maximum and mean and leaves the deviation; a factor scales all of them", () => {
  const twoAxes = anyShape({ minRank: 2, maxRank: 2, minExtent: 1, maxExtent: 6 });
  const cases = twoAxes.chain((shape) => anyView({ shape, dtype: "float64" }));
  fc.assert(
    fc.property(cases, anyElement(), fc.integer({ min: 1, max: 9 }), (view, constant, factor) => {
      const before = imageStatistics(view);
      const [rows, columns] = view.shape;
      const elements = elementsOf(view).map((value) => value * factor + constant);
      const after = imageStatistics(array(Array.from({ length: rows }, (_, i) => elements.slice(i * columns, (i + 1) * columns))));
      assert.is(after.max, before.max * factor + constant);
      assert.equal(after.maxAt, before.maxAt);
      assert.is(view.get(before.maxAt.slow, before.maxAt.fast), before.max);
      assert.ok(Math.abs(after.mean - (before.mean * factor + constant)) < 1e-9);
      assert.ok(Math.abs(after.rmsd - before.rmsd * factor) < 1e-9);
    }),
  );
});

test("the deviation does not drown in a high background", () => {
  const high = array([[1e9 + 1, 1e9 + 2], [1e9 + 3, 1e9 + 6]]);
  assert.is(imageStatistics(high).rmsd, Math.sqrt(14 / 3));
});

test("a region is a view onto the image", () => {
  assert.is(region(image, { fastMin: 0, fastMax: 1, slowMin: 0, slowMax: 0 }).data, image.data);
  assert.is(region(image), image);
});

test("a region that is empty or leaves the image is refused with its range", () => {
  const whole: Roi = { fastMin: 0, fastMax: 2, slowMin: 0, slowMax: 1 };
  const wrong: readonly [Partial<Roi>, RegExp][] = [
    [{ fastMax: 3 }, /fast range 0 to 3 .* 0 to 2$/],
    [{ fastMin: -1 }, /fast range -1 to 2 /],
    [{ slowMin: 1, slowMax: 0 }, /slow range 1 to 0 .* 0 to 1$/],
    [{ slowMax: 0.5 }, /slow range 0 to 0.5 /],
  ];
  for (const [part, message] of wrong) {
    assert.throws(
      () => region(image, { ...whole, ...part }),
      (error: unknown) => error instanceof InputError && message.test(error.message),
    );
  }
});

test("an image without pixels to count, of another rank or than its mask is refused", () => {
  assert.throws(() => imageStatistics(image, { mask: zeros([2, 3]) }), (error: unknown) => error instanceof InputError);
  assert.throws(() => imageStatistics(zeros([0, 3])), (error: unknown) => error instanceof InputError);
  assert.throws(() => imageStatistics(zeros([6])), (error: unknown) => error instanceof ShapeError && /\[6\]/.test(error.message));
  assert.throws(
    () => imageStatistics(image, { mask: full([3, 2], 1) }),
    (error: unknown) => error instanceof ShapeError && /\[3, 2\].*\[2, 3\]/.test(error.message),
  );
});

test("pixels that are counted in pieces have the statistics of all", () => {
  fc.assert(
    fc.property(anyView({ shape: [6, 4] }), anyView({ shape: [6, 4] }), fc.array(fc.nat(7)), (view, mask, ends) => {
      mask.data[mask.offset] = 1;
      const options = { mask, roi: { fastMin: 0, fastMax: 2, slowMin: 0, slowMax: 4 } };
      const pieces = new RowStatistics(view.shape, options);
      for (const end of ends) {
        const unfinished = copy(view, "float64");
        unfinished.data.fill(NaN, 4 * end);
        pieces.upTo(unfinished, end);
      }
      assert.equal(pieces.finish(view), imageStatistics(view, options));
    }),
  );
});

test.run();
