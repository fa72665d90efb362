import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeByteOffset, encodeByteOffset } from "../../../src/io/cbf/byte-offset.js";
import { formatCbf, parseCbf } from "../../../src/io/cbf/cbf.js";
import { parseAnyImage } from "../../../src/io/image.js";
import { array, toNested } from "../../../src/ndarray/ndarray.js";
import { readsOrRefuses, refuses } from "../refusal.js";

const int32 = [-2147483648, 2147483647] as const;

test("a difference takes one byte, or an escape and two, four or eight, little-endian", () => {
  const packed = [5, 0x80, 0xc8, 0x00, 0x80, 0x00, 0x80, 0x40, 0x0d, 0x03, 0x00, 0xff];
  assert.equal([...encodeByteOffset(array([5, 205, 200205, 200204]))], packed);
  assert.equal(toNested(decodeByteOffset(new Uint8Array(packed), 4, int32, "i")), [5, 205, 200205, 200204]);
  const wide = encodeByteOffset(array([-2147483647, 2147483647]));
  assert.equal([...wide.slice(-15)], [0x80, 0x00, 0x80, 0x00, 0x00, 0x00, 0x80, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
});

test("what is written reads back, whatever the counts", () => {
  const count = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -2147483647, max: 2147483647 }));
  fc.assert(
    fc.property(fc.array(fc.array(count, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 }), (rows) => {
      const { image, shape, header } = parseCbf(formatCbf(["Wavelength 0.97625 A"], array(rows)), "i.cbf");
      assert.equal(shape, [rows.length, 3]);
      assert.equal(toNested(image), rows);
      assert.match(header, /# Wavelength 0\.97625 A/);
    }),
  );
});

const good = formatCbf([], array([[1, 2, 300], [-1, -2, 70000]]));
const text = new TextDecoder("latin1").decode(good);
const bytesOf = (content: string): Uint8Array => Uint8Array.from(content, (character) => character.charCodeAt(0));
const swapped = (from: string | RegExp, to: string): Uint8Array => bytesOf(text.replace(from, to));

const damaged: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  ["nothing", new Uint8Array(0), /not a CBF image/],
  ["no marker", swapped("\x0c\x1a\x04\xd5", "\x0c\x1a\x04\xd4"), /0C 1A 04 D5/],
  ["no section", swapped("--CIF-BINARY-FORMAT-SECTION--", "--SECTION--"), /no line --CIF-BINARY/],
  ["cut within the header", good.slice(0, 300), /not a CBF image/],
  ["cut within the pixels", good.slice(0, text.indexOf("\xd5") + 4), /i\.cbf is cut short: X-Binary-Size is 16, and only 3 bytes/],
  ["another checksum", swapped(/Content-MD5: ..../, "Content-MD5: AAAA"), /is damaged: the pixels' checksum is/],
  ["a flipped bit", bytesOf(text.replace("\xd5\x01", "\xd5\x03")), /is damaged/],
  ["another width", swapped("Fastest-Dimension: 3", "Fastest-Dimension: 4"), /Number-of-Elements is 6, and the header's sizes are 4 x 2/],
  ["another height", swapped("Second-Dimension: 2", "Second-Dimension: 1"), /sizes are 3 x 1/],
  ["no width", swapped(/X-Binary-Size-Fastest-Dimension: 3\r\n/, ""), /Fastest-Dimension is missing/],
  ["a width of none", swapped("Fastest-Dimension: 3", "Fastest-Dimension: 0"), /Fastest-Dimension is "0"/],
  ["a negative size", swapped("X-Binary-Size: 16", "X-Binary-Size: -4"), /X-Binary-Size is "-4"/],
  ["more pixels than bytes", bytesOf(text.replace(/Content-MD5.*\r\n/, "").replace("Elements: 6", "Elements: 60").replace("Dimension: 3", "Dimension: 30")), /60 pixels cannot be packed into 16 bytes/],
  ["fewer pixels than bytes", bytesOf(text.replace(/Content-MD5.*\r\n/, "").replace("Elements: 6", "Elements: 5").replace("Dimension: 3", "Dimension: 5").replace("Dimension: 2", "Dimension: 1")), /bytes are left over behind the last of 5 pixels/],
  ["another packing", swapped("x-CBF_BYTE_OFFSET", "x-CBF_NIBBLE_OFFSET"), /packed as "x-CBF_NIBBLE_OFFSET"/],
  ["another type", swapped("signed 32-bit integer", "signed 32-bit complex"), /Element-Type is "signed 32-bit complex"/],
  ["too narrow a type", swapped("signed 32-bit integer", "signed 16-bit integer"), /pixel 5 is 70000, outside of -32768 to 32767/],
  ["big-endian", swapped("LITTLE_ENDIAN", "BIG_ENDIAN"), /Byte-Order is "BIG_ENDIAN"/],
  ["base64 that is none", swapped("Encoding: BINARY", "Encoding: BASE64"), /its pixels are not BASE64/],
  ["base 8", swapped("Encoding: BINARY", "Encoding: X-BASE8"), /Transfer-Encoding is "X-BASE8"; it can be BINARY, BASE64 or QUOTED-PRINTABLE/],
  ["text without an end", bytesOf(text.replace("Encoding: BINARY", "Encoding: BASE64").replace("SECTION----", "SECTION")), /cut short: the BASE64 section has no end/],
  ["three dimensions", swapped("X-Binary-Size-Padding", "X-Binary-Size-Third-Dimension: 2\r\nX-Binary-Size-Padding"), /three dimensions/],
];

test("sections written as BASE64 or QUOTED-PRINTABLE are those of the bytes", () => {
  const at = text.indexOf("\xd5") + 1;
  const pixels = good.slice(at, at + 16);
  const encoded: readonly [string, string][] = [
    ["BASE64", btoa(String.fromCharCode(...pixels)).replace(/(.{10})/, "$1\r\n")],
    ["QUOTED-PRINTABLE", [...pixels].map((byte, i) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}${i === 7 ? "=\r\n" : ""}`).join("")],
  ];
  for (const [encoding, body] of encoded) {
    const file = `${text.slice(0, at - 4).replace("Encoding: BINARY", `Encoding: ${encoding}`)}${body}\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n`;
    assert.equal(toNested(parseCbf(bytesOf(file), "i.cbf").image), [[1, 2, 300], [-1, -2, 70000]], encoding);
    refuses(() => parseCbf(bytesOf(file.replace(/MD5: ..../, "MD5: AAAA")), "i.cbf"), /is damaged: the pixels' checksum/);
  }
});

test("real numbers in byte offsets are the integers of their bits", () => {
  const values = [0.5, -2.25, 1e9, 0];
  const bits = formatCbf([], array([Array.from(new Int32Array(Float32Array.from(values).buffer))]));
  const file = bytesOf(String.fromCharCode(...bits).replace("signed 32-bit integer", "signed 32-bit real IEEE"));
  assert.equal(toNested(parseCbf(file, "i.cbf").image), [values]);
});

test("a file of several images gives the one that is asked for, and says how many there are", async () => {
  const both = new Uint8Array([...good, ...formatCbf(["Wavelength 2 A"], array([[7, 8]]))]);
  assert.is(parseCbf(both, "i.cbf").frames, 2);
  const second = parseCbf(both, "i.cbf", 2);
  assert.equal(toNested(second.image), [[7, 8]]);
  assert.match(second.header, /Wavelength 2 A/);
  refuses(() => parseCbf(both, "i.cbf", 3), /holds 2 images, and number 3 is asked for/);
  refuses(() => parseCbf(good, "i.cbf", 2), /holds one image, and number 2 is asked for/);
  const { record, frames } = await parseAnyImage(both, "i.cbf");
  assert.is(frames, 2);
  assert.match(record.remarks.join(), /i\.cbf holds 2 frames, and this is the first: i\.cbf#2 is the next/);
  assert.is((await parseAnyImage(both, "i.cbf", { frame: 2 })).record.remarks.join().includes("holds 2 frames"), false);
});

test("a damaged file is refused in one sentence that says what is wrong", () => {
  for (const [what, bytes, message] of damaged) {
    assert.not.equal(bytes, good, what);
    refuses(() => parseCbf(bytes, "i.cbf"), message);
  }
});

test("any change of a file is read or refused", () => {
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(4), (at, byte, cut) => {
      const changed = good.slice(0, good.length - cut * 1000);
      changed[at % changed.length] = byte;
      readsOrRefuses(() => parseCbf(changed, "i.cbf"));
    }),
  );
});

test("a pixel that 32 bits cannot hold is not written", () => {
  refuses(() => formatCbf([], array([[1, 2 ** 31]])), /pixel 1 of the image is 2147483648/);
  refuses(() => formatCbf([], array([[0.5]])), /pixel 0 of the image is 0\.5/);
});

test.run();
