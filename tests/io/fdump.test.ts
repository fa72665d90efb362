import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatFdump, parseFdump } from "../../src/io/fdump.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array, copy, equals, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";
import { readsOrRefuses, refuses } from "./refusal.js";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The dump of two reflections, (-1 0 0) and (-1 0 1), by hand: 2 x 2 x 3 float64, little-endian. */
function twoReflections(): Uint8Array {
  const header = encode("-1 -1 0 0 0 1\n\f");
  const bytes = new Uint8Array(header.length + 8 * 12);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  view.setFloat64(0, 12.5, true);
  view.setFloat64(8, -3, true);
  return bytes;
}

test("a dump has one entry more than needed on every axis, h slowest", () => {
  assert.equal(formatFdump({ min: [-1, 0, 0], values: array([[[12.5, -3]]]) }), twoReflections());
});

test("the extra entries are not part of the grid that is read", () => {
  const { min, max, values } = parseFdump(twoReflections(), "Fdump.bin");
  assert.equal([min, max], [[-1, 0, 0], [-1, 0, 1]]);
  assert.equal(toNested(values), [[[12.5, -3]]]);
});

test("a grid that is written reads back the same, through any strides", () => {
  const extents = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
  const first = fc.integer({ min: -100, max: 100 });
  fc.assert(
    fc.property(extents, first, first, first, fc.boolean(), (shape, h, k, l, isTransposed) => {
      const grid = zeros(shape);
      for (let i = 0; i < grid.size; i++) grid.data[i] = Math.sin(i + h);
      const values = isTransposed ? transpose(grid) : grid;
      const bytes = formatFdump({ min: [h, k, l], values });
      const read = parseFdump(bytes, "Fdump.bin");
      assert.ok(equals(read.values, copy(values)));
      assert.equal(formatFdump(read), bytes);
    }),
  );
});

const malformed: readonly [content: Uint8Array, message: RegExp][] = [
  [new Uint8Array(0), /f\.bin is not an Fdump/],
  [encode("0 1 0 1 0 1\n"), /f\.bin is not an Fdump/],
  [encode("0 1 0 1 0\n\f"), /is not an Fdump: it begins with "0 1 0 1 0"/],
  [encode("0 1 0 1 0 1.5\n\f"), /is not an Fdump/],
  [encode("0 1 3 2 0 1\n\f"), /ends before it begins/],
  [encode("0 1 0 1 0 1\n\f12345678"), /f\.bin has 21 bytes, but its header "0 1 0 1 0 1" asks for 229/],
  [encode("-9999 9999 -9999 9999 -9999 9999\n\f"), /asks for/],
  [encode("99999 99999 0 0 0 0\n\f"), /index beyond/],
];

test("a dump whose size or header is wrong is refused", () => {
  for (const [content, message] of malformed) refuses(() => parseFdump(content, "f.bin"), message);
  refuses(() => parseFdump(twoReflections().subarray(0, 60), "f.bin"), /f\.bin has 60 bytes/);
});

test("an amplitude that is not a number is refused", () => {
  const bytes = twoReflections();
  new DataView(bytes.buffer).setFloat64(bytes.length - 8 * 12, NaN, true);
  refuses(() => parseFdump(bytes, "f.bin"), /f\.bin holds an amplitude that is not a finite number/);
});

test("what is not a grid is not written", () => {
  assert.throws(() => formatFdump({ min: [0, 0, 0], values: zeros([2, 2]) }), (error: unknown) => error instanceof ShapeError);
});

test("what the reader would refuse is not written, and the amplitude or the indices are named", () => {
  refuses(() => formatFdump({ min: [-1, 0, 5], values: array([[[1, NaN]]]) }), /the amplitude of -1 0 6 is NaN/);
  refuses(() => formatFdump({ min: [-1, 0, 5], values: array([[[-Infinity]]]) }), /the amplitude of -1 0 5 is -Infinity/);
  for (const wrong of [NaN, 0.5, -10001, 10000, Infinity]) {
    refuses(() => formatFdump({ min: [0, wrong, 0], values: zeros([1, 2, 1]) }), new RegExp(`from 0 ${wrong} 0 to .*whole numbers within`));
  }
});

test("no bytes make the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => readsOrRefuses(() => parseFdump(bytes, "f.bin"))));
  const good = twoReflections();
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
      const changed = good.slice();
      changed[at] = byte;
      readsOrRefuses(() => parseFdump(changed, "f.bin"));
      refuses(() => parseFdump(good.subarray(0, at), "f.bin"), /f\.bin/);
    }),
  );
});

test.run();
