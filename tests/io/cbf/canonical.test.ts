import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeCanonical } from "../../../src/io/cbf/canonical.js";
import { parseCbf } from "../../../src/io/cbf/cbf.js";
import { flatData, toNested } from "../../../src/ndarray/ndarray.js";
import { refuses, readsOrRefuses } from "../refusal.js";
import { BitWriter, cbfOf, putHead } from "./bit-writer.js";

/** The number that stands for a difference in a table of some bits, and what follows it. */
function symbolOf(difference: number, width: number): { readonly symbol: number; readonly bits: number } {
  const fits = (bits: number): boolean => BigInt.asIntN(bits, BigInt(difference)) === BigInt(difference);
  if (fits(width)) return { symbol: (difference + 2 ** width) % 2 ** width, bits: 0 };
  let bits = width + 1;
  while (!fits(bits)) bits++;
  return { symbol: 2 ** width + bits, bits };
}

/** Lengths of the codes of symbols by how often they stand, by joining the two rarest again and again. */
function lengthsOf(counts: ReadonlyMap<number, number>): Map<number, number> {
  let groups = [...counts].map(([symbol, count]) => ({ count, symbols: [symbol] }));
  const lengths = new Map([...counts.keys()].map((symbol) => [symbol, 0]));
  while (groups.length > 1) {
    groups.sort((one, other) => one.count - other.count);
    const [first, second, ...rest] = groups;
    const symbols = [...first.symbols, ...second.symbols];
    for (const symbol of symbols) lengths.set(symbol, (lengths.get(symbol) ?? 0) + 1);
    groups = [...rest, { count: first.count + second.count, symbols }];
  }
  return lengths;
}

/** Codes of the given lengths by the manual: the longest begin at 0, each next one is one more, and half of that is where the shorter ones begin. */
function codesOf(lengths: ReadonlyMap<number, number>): Map<number, string> {
  const codes = new Map<number, string>();
  let next = 0;
  for (let length = 64; length > 0; length--) {
    for (const [symbol] of [...lengths].filter(([, own]) => own === length).sort(([one], [other]) => one - other)) {
      codes.set(symbol, next.toString(2).padStart(length, "0"));
      next++;
    }
    next /= 2;
  }
  return codes;
}

function pack(values: readonly number[], width = 8): Uint8Array {
  const end = 2 ** width;
  const symbols = values.map((value, i) => ({ difference: value - (i === 0 ? 0 : values[i - 1]), ...symbolOf(value - (i === 0 ? 0 : values[i - 1]), width) }));
  const counts = new Map([[end, 1]]);
  for (const { symbol } of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const lengths = lengthsOf(counts);
  const codes = codesOf(lengths);
  const widest = Math.max(width, ...symbols.map(({ bits }) => bits));
  const bits = new BitWriter();
  putHead(bits, values.length);
  bits.put(width, 8);
  bits.put(widest, 8);
  for (let symbol = 0; symbol <= end + widest; symbol++) if (symbol <= end || symbol > end + width) bits.put(lengths.get(symbol) ?? 0, 8);
  for (const { symbol, bits: more, difference } of symbols) {
    bits.code(codes.get(symbol) ?? "");
    bits.put(difference, more);
  }
  bits.code(codes.get(end) ?? "");
  return bits.bytes();
}

test("four pixels are those of codes that were written by hand", () => {
  // Differences 0, 1, 1, 0 in a table of one bit: -1 has no code, and the end has one of two bits, as has 0 and what needs two bits.
  const bits = new BitWriter();
  putHead(bits, 4);
  for (const byte of [1, 2, 2, 0, 2, 1]) bits.put(byte, 8);
  // Codes: of two bits 00 (0) and 01 (the end); of one bit 1 (a number of two bits follows, lowest first).
  for (const code of ["00", "1", "10", "1", "10", "00", "01"]) bits.code(code);
  const file = cbfOf('"x-CBF_CANONICAL"', bits.bytes(), [2, 2], "unsigned 16-bit integer");
  assert.equal(toNested(parseCbf(file, "i.cbf").image), [[0, 1], [2, 2]]);
});

test("any image comes back, of every width of the table", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.oneof({ weight: 8, arbitrary: fc.nat(300) }, fc.integer({ min: -1e9, max: 1e9 })), { minLength: 1, maxLength: 120 }), (width, values) => {
      const { image } = parseCbf(cbfOf("x-CBF_CANONICAL", pack(values, width), [1, values.length], "signed 32-bit integer"), "i.cbf");
      assert.equal(Array.from(flatData(image)), values);
    }),
    { seed: 13, numRuns: 100 },
  );
});

const values = Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? 900 : (i * i) % 37));
const good = pack(values, 4);
const unpack = (packed: Uint8Array, count = 40, highest = 65535) => decodeCanonical(packed, count, 2, [0, highest], "i.cbf");
const changed = (at: number, byte: number): Uint8Array => good.map((value, i) => (i === at ? byte : value));

test("codes that are damaged are refused in one sentence", () => {
  assert.is(unpack(good).length, 80);
  refuses(() => unpack(good.subarray(0, good.length - 2)), /i\.cbf: the packed pixels end early; the file is cut short or damaged/);
  refuses(() => unpack(new Uint8Array([...good, 0, 0, 0, 0, 0, 0, 0, 0])), /8 bytes are left over behind the last pixel/);
  refuses(() => unpack(good, 39), /the packed pixels are 40, and the header says 39/);
  refuses(() => unpack(changed(0, 41), 41), /the packed pixels end within number 40 of 41/);
  refuses(() => unpack(changed(0, 39), 39), /more pixels are packed than the 39 of the header/);
  refuses(() => unpack(changed(32, 16)), /the table of codes is for differences of 16 to 11 bits; it can be for up to 15 and up to 65/);
  refuses(() => unpack(changed(34, 7)), /i\.cbf is damaged: the lengths in the table are those of no code/);
  refuses(() => unpack(good, 40, 800), /pixel 0 is 900, outside of 0 to 800/);
});

test("any change of codes is read or refused", () => {
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
      readsOrRefuses(() => unpack(changed(at, byte)));
      readsOrRefuses(() => unpack(changed(at, byte).subarray(0, length)));
    }),
    { seed: 13 },
  );
});

test.run();
