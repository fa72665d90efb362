import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nativeOrder } from "../../src/io/byte-order.js";
import { blankSmv, formatSmv, parseSmv, type SmvHeader } from "../../src/io/smv.js";
import { ShapeError } from "../../src/ndarray/errors.js";
import { array, equals, toNested, zeros } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";
import { readsOrRefuses, refuses } from "./refusal.js";

/** The header that the reference program wrote with -adxv -Xbeam 20 -Ybeam 30 -distance 80 -detpixels 72 -pixel 0.7. */
const referenceHeader = `{
HEADER_BYTES=512;
DIM=2;
BYTE_ORDER=little_endian;
TYPE=unsigned_short;
SIZE1=72;
SIZE2=72;
PIXEL_SIZE=0.7;
DISTANCE=80;
WAVELENGTH=1;
BEAM_CENTER_X=20;
BEAM_CENTER_Y=30;
ADXV_CENTER_X=20;
ADXV_CENTER_Y=30;
MOSFLM_CENTER_X=20.05;
MOSFLM_CENTER_Y=19.65;
DENZO_X_BEAM=20.4;
DENZO_Y_BEAM=20;
DIALS_ORIGIN=80,20.4,20
XDS_ORGX=29.0714;
XDS_ORGY=29.6429;
CLOSE_DISTANCE=80;
PHI=0;
OSC_START=0;
OSC_RANGE=0;
TWOTHETA=0;
DETECTOR_SN=000;
BEAMLINE=fake;
}\f`;

const header: SmvHeader = {
  pixelSizeMm: 0.7,
  distanceMm: 80,
  wavelengthA: 1,
  beamCenterMm: [20, 30],
  adxvCenterMm: [20, 30],
  mosflmCenterMm: [20.4 - 0.35, 20 - 0.35],
  denzoBeamMm: [20.4, 20],
  dialsOriginMm: [80, 20.4, 20],
  xdsOriginPixels: [20 / 0.7 + 0.5, 20.4 / 0.7 + 0.5],
  closeDistanceMm: 80,
  phiDeg: 0,
  oscRangeDeg: 0,
  twoThetaDeg: 0,
};

const decode = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An SMV file with the entries given, a header of `size` bytes, and the bytes of the pixels. */
function smvFile(entries: string, pixels: readonly number[], size = 128): Uint8Array {
  return new Uint8Array([...encode(`{\nHEADER_BYTES=${size};\n${entries}}`.padEnd(size)), ...pixels]);
}

const twoPixels = "DIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nSIZE1=2;\nSIZE2=1;\n";

test("the header is the reference program's, byte for byte", () => {
  assert.is(decode(formatSmv(header, zeros([72, 72])).subarray(0, 512)), referenceHeader.padEnd(512));
});

test("the pixels follow the header in the byte order that it names, the fast axis first", () => {
  const image = array([[1, 258], [65535, 0], [3, 4]]);
  assert.equal([...formatSmv(header, image).subarray(512)], [1, 0, 2, 1, 255, 255, 0, 0, 3, 0, 4, 0]);
  const big = formatSmv(header, image, "big");
  assert.match(decode(big), /BYTE_ORDER=big_endian;\n.*\nSIZE1=2;\nSIZE2=3;/);
  assert.equal([...big.subarray(512)], [0, 1, 1, 2, 255, 255, 0, 0, 0, 3, 0, 4]);
});

test("a file whose counts are written later is the one that is written at once", () => {
  const image = array([[1, 258], [65535, 0], [3, 4]], "int32");
  const { bytes, counts } = blankSmv(header, image.shape);
  assert.equal(toNested(parseSmv(bytes, "blank.img").image), [[0, 0], [0, 0], [0, 0]]);
  counts.set(image.data);
  assert.equal(bytes, formatSmv(header, image, nativeOrder));
  assert.ok(blankSmv(header, image.shape, true).counts.buffer instanceof SharedArrayBuffer);
  assert.throws(() => blankSmv(header, [3]), /needs the shape \[slow, fast\]/);
});

test("an image that is written reads back the same, in both byte orders and through any strides", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(size, size, fc.nat(65535), fc.boolean(), (slow, fast, seed, isBig) => {
      const straight = zeros([fast, slow]);
      for (let i = 0; i < straight.size; i++) straight.data[i] = (seed + 7919 * i) % 65536;
      const image = transpose(straight);
      const read = parseSmv(formatSmv(header, image, isBig ? "big" : "little"), "image.img");
      assert.equal(read.shape, [slow, fast]);
      assert.equal(toNested(read.image), toNested(image));
      assert.is(read.image.dtype, "float64");
      assert.is(read.header.get("XDS_ORGX"), "29.0714");
      assert.is(read.header.get("DIALS_ORIGIN"), "80,20.4,20");
      assert.is(read.header.get("BEAMLINE"), "fake");
    }),
  );
});

test("numbers too long for one block get a header of two", () => {
  const long = -1.23456e-100;
  const xy = [long, long] as const;
  const bytes = formatSmv(
    {
      pixelSizeMm: long, distanceMm: long, wavelengthA: long, beamCenterMm: xy, adxvCenterMm: xy, mosflmCenterMm: xy, denzoBeamMm: xy,
      dialsOriginMm: [long, long, long], xdsOriginPixels: xy, closeDistanceMm: long, phiDeg: long, oscRangeDeg: long, twoThetaDeg: long,
    },
    array([[11, 12]]),
  );
  assert.is(bytes.length, 1028);
  const read = parseSmv(bytes, "image.img");
  assert.is(read.header.get("HEADER_BYTES"), "1024");
  assert.equal(toNested(read.image), [[11, 12]]);
});

test("a header of any size is read, and of a repeated key the last entry", () => {
  const { header: entries, image, repeated } = parseSmv(smvFile(`${twoPixels}A=1; B = two words ;\nA=3; C=1; C=1;`, [5, 0, 1, 1], 777), "i.img");
  assert.equal(repeated, ["A"]);
  assert.equal(toNested(image), [[5, 257]]);
  assert.equal([entries.get("A"), entries.get("B")], ["3", "two words"]);
});

test("braces inside of a header do not end it, and d*TREK's words for a type are read", () => {
  const entries = "SAMPLE_HOLDER_NAMES={ Z; X Y };\nBYTE_ORDER=Little_Endian;\nData_type=unsigned short int;\nSIZE1=2;\nSIZE2=1;\nDISTANCE=120;\n";
  const { header: found, image } = parseSmv(smvFile(entries, [5, 0, 6, 0], 256), "i.img");
  assert.equal([found.get("SAMPLE_HOLDER_NAMES"), found.get("DISTANCE")], ["{ Z; X Y }", "120"]);
  assert.equal(toNested(image), [[5, 6]]);
  const floats = "BYTE_ORDER=little_endian;Data_type=float IEEE;SIZE1=1;SIZE2=1;";
  assert.equal(toNested(parseSmv(smvFile(floats, [0, 0, 0xc0, 0x3f]), "i.img").image), [[1.5]]);
});

const types: readonly [type: string, order: string, bytes: readonly number[], values: readonly number[]][] = [
  ["unsigned_char", "little", [1, 255], [1, 255]],
  ["unsigned_short", "big", [1, 2, 255, 254], [258, 65534]],
  ["signed_short", "little", [255, 255, 1, 0], [-1, 1]],
  ["unsigned_long", "little", [255, 255, 255, 255, 1, 0, 0, 0], [4294967295, 1]],
  ["signed_long", "big", [255, 255, 255, 254, 0, 0, 1, 0], [-2, 256]],
  ["float", "big", [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], [1.5, -2]],
];

test("other pixel types are read as well", () => {
  for (const [type, order, bytes, values] of types) {
    const entries = `BYTE_ORDER=${order}_endian;TYPE=${type};SIZE1=2;SIZE2=1;`;
    assert.equal(toNested(parseSmv(smvFile(entries, bytes), "i.img").image), [values]);
  }
});

test("bytes that lie anywhere in a larger buffer are read, and padding to a block is no error", () => {
  const file = smvFile(twoPixels, [5, 0, 6, 0, ...new Array<number>(380).fill(0)]);
  const larger = new Uint8Array(file.length + 3);
  larger.set(file, 3);
  assert.equal(toNested(parseSmv(larger.subarray(3), "i.img").image), [[5, 6]]);
});

const pixels = [0, 0, 0, 0];
const malformed: readonly [content: Uint8Array, message: RegExp][] = [
  [new Uint8Array(0), /i\.img is not an SMV image/],
  [encode("P5\n1 1\n255\n0"), /i\.img is not an SMV image/],
  [encode("{\nDIM=2;\n}"), /not begin with \{ and HEADER_BYTES/],
  [encode("{\nHEADER_BYTES=512;\n}"), /i\.img has 21 bytes, but its header alone asks for 512/],
  [encode("{\nHEADER_BYTES=20;\nDIM=2;}"), /no } closes the SMV header within its 20 bytes/],
  [smvFile(twoPixels.replace("unsigned_short", "constructor"), pixels), /TYPE is "constructor"; it can be unsigned_char, .*float/],
  [smvFile(twoPixels.replace("TYPE", "TIP"), pixels), /TYPE is missing/],
  [smvFile(twoPixels.replace("little_endian", "middle"), pixels), /BYTE_ORDER is "middle"; it can be little_endian or big_endian/],
  [smvFile(twoPixels.replace("BYTE_ORDER=little_endian;", ""), pixels), /BYTE_ORDER is missing/],
  [smvFile(`${twoPixels}COMPRESSION=BSL;`, pixels), /COMPRESSION is "BSL"; only pixels that are not compressed/],
  [smvFile(`${twoPixels}RAXIS_COMPRESSION_RATIO=8;`, [0, 255, 0, 0]), /RAXIS_COMPRESSION_RATIO is 8/],
  [smvFile(twoPixels.replace("DIM=2", "DIM=3"), pixels), /DIM is "3"/],
  [smvFile(twoPixels.replace("SIZE1=2", "SIZE1=-2"), pixels), /SIZE1 is "-2"; it must be a number of pixels/],
  [smvFile(twoPixels.replace("SIZE2=1", "SIZE2=0"), pixels), /SIZE2 is "0"/],
  [smvFile(twoPixels.replace("SIZE2=1", "SIZE2=999999999"), pixels), /i\.img has 132 bytes, but its header .*SIZE2=999999999.*asks for/],
  [smvFile(twoPixels, [1, 2, 3]), /i\.img has 131 bytes, but its header \(128 bytes, SIZE1=2, SIZE2=1, 2 bytes a pixel\) asks for 132/],
  [smvFile(twoPixels, new Array<number>(516).fill(0)), /i\.img has 644 bytes, .*asks for 132/],
];

test("what is not an SMV image, or contradicts its header, is refused", () => {
  for (const [content, message] of malformed) refuses(() => parseSmv(content, "i.img"), message);
});

test("a pixel that 16 bits cannot hold is refused, with its place", () => {
  for (const value of [-1, 65536, 0.5, NaN]) {
    refuses(() => formatSmv(header, array([[0, 0], [0, value]])), /pixel slow 1, fast 1 is .*0 to 65535/);
  }
});

test("a number of the header that nobody could read back is refused, and its field is named", () => {
  const image = zeros([1, 1]);
  refuses(() => formatSmv({ ...header, distanceMm: NaN }, image), /^distanceMm of the header is NaN; .*finite/);
  refuses(() => formatSmv({ ...header, beamCenterMm: [0, Infinity] }, image), /^beamCenterMm of the header is Infinity; .*finite/);
});

test("what is not an image is not written", () => {
  for (const shape of [[4], [0, 2], [2, 2, 2]]) {
    assert.throws(() => formatSmv(header, zeros(shape)), (error: unknown) => error instanceof ShapeError);
  }
});

test("no bytes make the reader fail otherwise than by refusing", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => readsOrRefuses(() => parseSmv(bytes, "i.img"))));
  const good = smvFile(twoPixels, [5, 0, 6, 0]);
  const expected = parseSmv(good, "i.img").image;
  fc.assert(
    fc.property(fc.nat(127), fc.nat(255), (at, byte) => {
      const changed = good.slice();
      changed[at] = byte;
      readsOrRefuses(() => parseSmv(changed, "i.img"));
      refuses(() => parseSmv(good.subarray(0, at), "i.img"), /i\.img/);
    }),
    { numRuns: 500 },
  );
  assert.ok(equals(parseSmv(good, "i.img").image, expected));
});

test.run();
