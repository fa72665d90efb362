import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatFloatImage, parseFloatImage } from "../../src/io/float-image.js";
import { array, copy, equals, zeros } from "../../src/ndarray/ndarray.js";
import { flip, transpose } from "../../src/ndarray/views.js";
import { refuses } from "./refusal.js";

test("pixels are stored as little-endian float32, the fast axis first", () => {
  const bytes = formatFloatImage(array([[1, -2], [0.5, 0]]));
  assert.equal([...bytes], [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0, 0]);
});

test("an image that is written reads back as float32, from either dtype and through any strides", () => {
  const extent = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(extent, extent, fc.constantFrom("float32" as const, "float64" as const), (slow, fast, dtype) => {
      const straight = zeros([fast, slow], dtype);
      for (let i = 0; i < straight.size; i++) straight.data[i] = Math.exp(i) / 3;
      const image = flip(transpose(straight), 0);
      assert.ok(equals(parseFloatImage(formatFloatImage(image), [slow, fast], "image.bin"), copy(image, "float32")));
    }),
  );
});

test("bytes that lie anywhere in a larger buffer are read", () => {
  const larger = new Uint8Array(13);
  larger.set(formatFloatImage(array([[2.5, 3]])), 5);
  assert.ok(equals(parseFloatImage(larger.subarray(5), [1, 2], "image.bin"), array([[2.5, 3]], "float32")));
});

test("bytes that are not as many as the pixels need are refused", () => {
  for (const length of [0, 15, 17, 20]) {
    refuses(() => parseFloatImage(new Uint8Array(length), [2, 2], "i.bin"), new RegExp(`i\\.bin has ${length} bytes; 2 x 2 .* need 16`));
  }
});

test.run();
