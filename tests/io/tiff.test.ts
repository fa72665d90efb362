import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { unpackingOf } from "../../src/io/tiff-packing.js";
import { parseTiff, tiffRecord } from "../../src/io/tiff.js";
import { toNested } from "../../src/ndarray/ndarray.js";
import { readsOrRefusesLater, refusesLater } from "./refusal.js";

interface Layout {
  readonly bits: number;
  readonly format: number;
  readonly little?: boolean;
  readonly compression?: number;
  readonly dataAt?: number;
}

/** A TIFF of 3 x 2 pixels in one strip. */
function tiff(write: (view: DataView, at: number, little: boolean) => void, { bits, format, little = true, compression = 1, dataAt = 200 }: Layout): Uint8Array {
  const bytes = new Uint8Array(dataAt + (6 * bits) / 8);
  const view = new DataView(bytes.buffer);
  bytes.set(little ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]);
  view.setUint32(4, 8, little);
  const entries = [[256, 3], [257, 2], [258, bits], [259, compression], [273, dataAt], [277, 1], [279, (6 * bits) / 8], [339, format]];
  view.setUint16(8, entries.length, little);
  entries.forEach(([tag, value], i) => {
    view.setUint16(10 + 12 * i, tag, little);
    view.setUint16(12 + 12 * i, 4, little);
    view.setUint32(14 + 12 * i, 1, little);
    view.setUint32(18 + 12 * i, value, little);
  });
  write(view, dataAt, little);
  return bytes;
}

const counted = (layout: Layout): Uint8Array =>
  tiff((view, at, little) => [1, 2, 3, 4, 5, -2].forEach((value, i) => (layout.bits === 16 ? view.setInt16(at + 2 * i, value, little) : view.setInt32(at + 4 * i, value, little))), layout);

test("pixels of 16 and 32 bits, signed and not, of either byte order, and floats are read", async () => {
  for (const little of [true, false]) {
    for (const bits of [16, 32]) {
      assert.equal(toNested((await parseTiff(counted({ bits, format: 2, little }), "i")).image), [[1, 2, 3], [4, 5, -2]]);
      assert.equal(toNested((await parseTiff(counted({ bits, format: 1, little }), "i")).image), [[1, 2, 3], [4, 5, 2 ** bits - 2]]);
    }
    const floats = tiff((view, at) => view.setFloat32(at + 4, 2.5, little), { bits: 32, format: 3, little });
    assert.equal(toNested((await parseTiff(floats, "i")).image), [[0, 2.5, 0], [0, 0, 0]]);
  }
});

test("what a TIFF says of its numbers besides is named: more images, white zeros, and another orientation", async () => {
  const bytes = counted({ bits: 16, format: 1 });
  assert.equal((await parseTiff(bytes, "i")).remarks, []);
  const view = new DataView(bytes.buffer);
  view.setUint32(10 + 12 * 8, 150, true);
  // The number of colours, which is 1 anyway, gives its place to each of the others.
  const withTag = async (tag: number, value: number): Promise<readonly string[]> => {
    view.setUint16(10 + 12 * 5, tag, true);
    view.setUint32(18 + 12 * 5, value, true);
    return (await parseTiff(bytes, "i")).remarks.slice(1);
  };
  assert.equal(tiffRecord(await parseTiff(bytes, "i"), "i").remarks, ["a plain TIFF states nothing of the experiment", "the TIFF holds several images, and the first one is read"]);
  assert.equal(await withTag(262, 0), ["the TIFF says that 0 is white; its numbers are taken for counts all the same"]);
  assert.equal(await withTag(274, 4), ["the TIFF is to be shown in orientation 4; rows and columns are taken as they are stored"]);
  assert.equal([await withTag(262, 1), await withTag(274, 1)], [[], []]);
  assert.equal([(await parseTiff(bytes, "i")).fullCount, (await parseTiff(counted({ bits: 16, format: 2 }), "i")).fullCount, (await parseTiff(counted({ bits: 32, format: 1 }), "i")).fullCount], [65535, 32767, undefined]);
});

test("a MarCCD's header behind the TIFF's places the detector", async () => {
  const bytes = counted({ bits: 16, format: 1, dataAt: 4096 });
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("MMX"), 1028);
  const fields: readonly [offset: number, value: number][] = [[640, 120500], [644, 1500], [648, 1000], [772, 78125], [776, 78125], [908, 97934], [684, 10000], [716, 10500]];
  for (const [offset, value] of fields) view.setInt32(1024 + offset, value, true);
  const { beam, panels, scan } = tiffRecord(await parseTiff(bytes, "i"), "i.mccd");
  assert.is(beam.wavelengthA, 0.97934);
  assert.equal(panels[0].originMm.map((x) => Number(x.toFixed(9))), [-0.1171875, 0.078125, -120.5]);
  assert.equal([scan?.startDeg, scan?.widthDeg], [10, 0.5]);
});

test("what is packed by another method, in colour or cut short is refused", async () => {
  await refusesLater(() => parseTiff(counted({ bits: 16, format: 1, compression: 7 }), "i.tif"), /packed by JPEG \(compression 7\)/);
  await refusesLater(() => parseTiff(counted({ bits: 16, format: 1 }).slice(0, 205), "i.tif"), /cut short|asks for/);
  await refusesLater(() => parseTiff(counted({ bits: 16, format: 1 }).slice(0, 20), "i.tif"), /cut short/);
  await refusesLater(() => parseTiff(counted({ bits: 32, format: 6 }).slice(0, 6), "i.tif"), /cut short/);
  const colour = counted({ bits: 16, format: 1 });
  new DataView(colour.buffer).setUint32(18 + 12 * 5, 3, true);
  await refusesLater(() => parseTiff(colour, "i.tif"), /3 colours/);
});

/** 1 2 3 4 5 6 as unsigned 16-bit numbers, packed. */
const packed: readonly [compression: number, name: string, bytes: readonly number[]][] = [
  [32773, "PackBits", [11, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]],
  [32773, "PackBits of runs", [1, 1, 0, 0, 2, 0, 0, 1, 3, 0, 128, 1, 4, 0, 3, 5, 0, 6, 0]],
  [8, "deflate", [...deflateSync(Uint8Array.from([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]))]],
  // Clear, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, end; nine bits each.
  [5, "LZW", [0x80, 0x00, 0x40, 0x00, 0x20, 0x00, 0x0c, 0x00, 0x04, 0x00, 0x01, 0x40, 0x00, 0x60, 0x04, 0x04]],
];

test("strips that are packed by PackBits, LZW or deflate are read", async () => {
  for (const [compression, name, bytes] of packed) {
    const file = new Uint8Array(260);
    file.set(counted({ bits: 16, format: 1, compression }));
    file.set(bytes, 200);
    new DataView(file.buffer).setUint32(18 + 12 * 6, bytes.length, true);
    assert.equal(toNested((await parseTiff(file, "i")).image), [[1, 2, 3], [4, 5, 6]], name);
  }
});

test("LZW's codes grow from 9 to 12 bits and begin anew", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 60 }), async (length, variety) => {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i * 7 + (i >> 3)) % variety);
      assert.equal([...(await unpackingOf(5, "i")(packLzw(bytes), length))], [...bytes]);
    }),
    { numRuns: 20 },
  );
});

/** The packing that section 13 of the specification describes. */
function packLzw(bytes: Uint8Array): Uint8Array {
  const bits: number[] = [];
  let width = 9;
  let known = new Map<string, number>();
  const write = (code: number): void => {
    for (let i = width - 1; i >= 0; i--) bits.push((code >> i) & 1);
  };
  const codeOf = (word: string): number => known.get(word) ?? word.charCodeAt(0);
  write(256);
  let word = "";
  for (const byte of bytes) {
    const longer = word + String.fromCharCode(byte);
    if (longer.length === 1 || known.has(longer)) {
      word = longer;
      continue;
    }
    write(codeOf(word));
    known.set(longer, 258 + known.size);
    if (257 + known.size === 2 ** width - 1 && width < 12) width++;
    if (257 + known.size === 4094) {
      write(256);
      known = new Map();
      width = 9;
    }
    word = String.fromCharCode(byte);
  }
  if (word !== "") write(codeOf(word));
  write(257);
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) => bits.slice(8 * i, 8 * i + 8).reduce((sum, bit, k) => sum + bit * 2 ** (7 - k), 0));
}

test("any change of a file is read or refused", async () => {
  const good = counted({ bits: 16, format: 1 });
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, byte, end) => {
      const changed = good.slice(0, Math.max(end, 8));
      changed[Math.max(4, at % changed.length)] = byte;
      await readsOrRefusesLater(() => parseTiff(changed, "i.tif"));
    }),
  );
});

test.run();
