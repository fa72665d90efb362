import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCbf } from "../../../src/io/cbf/cbf.js";
import { decodePacked } from "../../../src/io/cbf/packed.js";
import { flatData, toNested } from "../../../src/ndarray/ndarray.js";
import { refuses, readsOrRefuses } from "../refusal.js";
import { BitWriter, cbfOf, putHead } from "./bit-writer.js";

const types = [
  ["signed 8-bit integer", 1, -128, 127],
  ["unsigned 8-bit integer", 1, 0, 255],
  ["signed 16-bit integer", 2, -32768, 32767],
  ["unsigned 16-bit integer", 2, 0, 65535],
  ["signed 32-bit integer", 4, -2147483648, 2147483647],
  ["unsigned 32-bit integer", 4, 0, 4294967295],
] as const;
const widths = { 1: [0, 4, 5, 6, 7, 8, 16, 65], 2: [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 65] };

/** A number of some bits with a sign, as the hardware of CBFlib has it. */
const cut = (value: bigint, bits: number): bigint => BigInt.asIntN(bits, value);

/** What the manual says that the neighbours predict: the mean, rounded to the nearest, of sums that are cut to the pixel. */
function prediction(image: readonly bigint[], fast: number, at: number, bits: number): bigint {
  const [row, column] = [Math.floor(at / fast), at % fast];
  if (at === 0) return 0n;
  if (row === 0) return image[at - 1];
  const near = column === 0 ? [[1, 0], [1, 1]] : column === fast - 1 ? [[0, -1], [1, 0]] : [[0, -1], [1, -1], [1, 0], [1, 1]];
  const sum = near.reduce((total, [up, right]) => total + BigInt.asUintN(bits, image[at - up * fast + right]), 0n);
  return cut(cut(sum, bits) + BigInt(near.length / 2), 32) >> BigInt(near.length / 2);
}

/** Packs an image in chunks of the given lengths, as powers of 2; each as narrow as its differences are. */
function pack(values: readonly number[], fast: number, bytes: number, version: 1 | 2, isFlat: boolean, lengths: readonly number[]): Uint8Array {
  const width = 8 * bytes;
  const image = values.map((value) => cut(BigInt(value), width));
  const differences = image.map((value, at) => cut(value - (isFlat ? (at === 0 ? 0n : image[at - 1]) : prediction(image, fast, at, width)), width));
  const bits = new BitWriter();
  putHead(bits, values.length);
  for (let at = 0, chunk = 0; at < values.length; chunk++) {
    let power = lengths[chunk % lengths.length];
    while (at + 2 ** power > values.length) power--;
    const part = differences.slice(at, at + 2 ** power);
    const narrowest = widths[version].findIndex((most) => part.every((difference) => difference === cut(difference, most)));
    bits.put(power, 3);
    bits.put(narrowest, version === 1 ? 3 : 4);
    for (const difference of part) bits.put(difference, widths[version][narrowest] === 65 ? (isFlat ? 65 : width) : widths[version][narrowest]);
    at += part.length;
  }
  return bits.bytes();
}

test("six pixels are those of bytes that were packed by hand, in both versions", () => {
  // Differences from the neighbours: 1 1 1, 2 2 2; a chunk of four and one of two.
  const head = new BitWriter();
  putHead(head, 6);
  const first = cbfOf('"x-CBF_PACKED"', new Uint8Array([...head.bytes(), 0x4a, 0x44, 0x48, 0x22, 0x02]), [2, 3], "signed 32-bit integer");
  assert.equal(toNested(parseCbf(first, "i.cbf").image), [[1, 2, 3], [4, 5, 6]]);
  const second = cbfOf('"x-CBF_PACKED_V2"', new Uint8Array([...head.bytes(), 0x8a, 0x24, 0x4a, 0x48]), [2, 3], "signed 32-bit integer");
  assert.equal(toNested(parseCbf(second, "i.cbf").image), [[1, 2, 3], [4, 5, 6]]);
});

test("any image comes back, of every type, in both versions, predicted by its neighbours or by the pixel before", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom(1 as const, 2 as const),
      fc.boolean(),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 2, max: 9 }),
      fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(40) }, fc.integer({ min: -2147483648, max: 4294967295 })), { minLength: 9, maxLength: 200 }),
      ([type, bytes, lowest, highest], version, isFlat, lengths, fast, raw) => {
        const slow = Math.floor(raw.length / fast);
        const values = raw.slice(0, slow * fast).map((value) => Math.min(Math.max(value, lowest), highest));
        const conversion = `"x-CBF_PACKED${version === 2 ? "_V2" : ""}"${isFlat ? '; "flat"' : ""}`;
        const { image, shape } = parseCbf(cbfOf(conversion, pack(values, fast, bytes, version, isFlat, lengths), [slow, fast], type), "i.cbf");
        assert.equal(shape, [slow, fast]);
        assert.equal(Array.from(flatData(image)), values);
      },
    ),
    { seed: 13, numRuns: 150 },
  );
});

test("real numbers are packed as the integers of their bits", () => {
  const values = [0.5, -2.25, 1e9, 0, 3.5, -0.125];
  const bits = Array.from(new Int32Array(Float32Array.from(values).buffer));
  assert.equal(toNested(parseCbf(cbfOf('"x-CBF_PACKED"', pack(bits, 3, 4, 1, false, [2, 1]), [2, 3], "signed 32-bit real IEEE"), "i.cbf").image), [values.slice(0, 3), values.slice(3)]);
});

const values = Array.from({ length: 60 }, (_, i) => (i * i) % 37);
const good = pack(values, 6, 4, 1, false, [3, 2, 5]);
const shape = [10, 6] as const;
const unpack = (packed: Uint8Array, rows = 10, columns = 6) => decodePacked(packed, { shape: [rows, columns], bytes: 4, version: 1, isFlat: false }, "i.cbf");

test("packed pixels that are damaged are refused in one sentence", () => {
  assert.is(unpack(good).length, 240);
  refuses(() => unpack(good.subarray(0, good.length - 4)), /i\.cbf: the packed pixels end early; the file is cut short or damaged/);
  refuses(() => unpack(good.subarray(0, 20)), /end early/);
  refuses(() => unpack(new Uint8Array([...good, 0, 0, 0, 0, 0, 0, 0, 0])), /8 bytes are left over behind the last pixel/);
  refuses(() => unpack(good, 10, 5), /the packed pixels are 60, and the header says 50/);
  refuses(() => unpack(good.map((byte, i) => (i === 4 ? 1 : byte))), /the packed pixels are 4294967356, and the header says 60/);
  refuses(() => unpack(good, 60, 1), /a column that is packed by its neighbours to the right, which are not there/);
  refuses(() => parseCbf(cbfOf('"x-CBF_NIBBLE_OFFSET"', good, shape, "signed 32-bit integer"), "i.cbf"), /packed as "x-CBF_NIBBLE_OFFSET"; x-CBF_BYTE_OFFSET, x-CBF_PACKED, .* are read/);
});

test("any change of packed pixels is read or refused", () => {
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
      readsOrRefuses(() => unpack(good.map((value, i) => (i === at ? byte : value)).subarray(0, length)));
      readsOrRefuses(() => unpack(good.map((value, i) => (i === at ? byte : value))));
    }),
    { seed: 13 },
  );
});

test.run();
