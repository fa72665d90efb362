import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatPgm, parsePgm } from "../../src/io/pgm.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";
import { readsOrRefuses, refuses } from "./refusal.js";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a preview tells its scale and holds pixel times scale, cut to 0..255 and to whole numbers", () => {
  const bytes = formatPgm(array([[0, 1, 3.9], [1000, -5, NaN]]), 0.5);
  assert.equal(bytes, new Uint8Array([...encode("P5\n3 2\n# pixels scaled by 0.5\n255\n"), 0, 0, 1, 255, 0, 0]));
});

test("the scale prints as %lg", () => {
  assert.match(new TextDecoder().decode(formatPgm(array([[1]]), 1 / 3e7)), /^P5\n1 1\n# pixels scaled by 3\.33333e-08\n255\n/);
});

test("a preview reads back", () => {
  const { image, maxValue } = parsePgm(formatPgm(transpose(array([[1, 2, 3], [4, 5, 6]])), 10), "image.pgm");
  assert.equal(toNested(image), [[10, 40], [20, 50], [30, 60]]);
  assert.is(maxValue, 255);
});

test("comments may stand anywhere in the header, and 16-bit pixels are big-endian", () => {
  const header = encode("P5 # one\n#two\n 2#three\n1\t65535\n");
  const { image, maxValue } = parsePgm(new Uint8Array([...header, 1, 2, 0, 9]), "image.pgm");
  assert.equal(toNested(image), [[258, 9]]);
  assert.is(maxValue, 65535);
});

test("what is not an image is not written", () => {
  assert.throws(() => formatPgm(zeros([3]), 1), (error: unknown) => error instanceof ShapeError);
  assert.throws(() => formatPgm(zeros([0, 3]), 1), (error: unknown) => error instanceof ShapeError);
  for (const scale of [NaN, Infinity]) refuses(() => formatPgm(zeros([1, 1]), scale), new RegExp(`scale of a PGM image is ${scale}`));
});

const malformed: readonly [text: string, message: RegExp][] = [
  ["", /p\.pgm is not a binary PGM/],
  ["P2\n1 1\n255\n0\n", /p\.pgm is not a binary PGM/],
  ["P5\n1 1\n", /its PGM header says "1 1"/],
  ["P5\n0 1\n255\n", /width, height/],
  ["P5\n-1 1\n255\n", /width, height/],
  ["P5\n1 1\n65536\n..", /largest grey value/],
  ["P5\n2 2\n255\nabc", /p\.pgm has 14 bytes, but its header asks for 2 x 2 pixels, 15 bytes/],
  ["P5\n999999999 999999999\n255\n", /asks for/],
];

test("what is not a PGM, or is cut short, is refused", () => {
  for (const [text, message] of malformed) refuses(() => parsePgm(encode(text), "p.pgm"), message);
});

test("no bytes make the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => readsOrRefuses(() => parsePgm(bytes, "p.pgm"))));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(..."P5 123#\n")), fc.uint8Array(), (header, pixels) => {
      readsOrRefuses(() => parsePgm(new Uint8Array([...encode(`P5${header.join("")}`), ...pixels]), "p.pgm"));
    }),
  );
});

test.run();
