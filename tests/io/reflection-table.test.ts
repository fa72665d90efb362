import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatMsgpack, parseMsgpack } from "../../src/io/msgpack.js";
import { formatReflectionTable, parseReflectionTable, type ReflectionColumn } from "../../src/io/reflection-table.js";

const columns = new Map<string, ReflectionColumn>([
  ["miller_index", { type: "cctbx::miller::index<>", values: [1, -2, 3, 4, 5, -6] }],
  ["flags", { type: "std::size_t", values: [5, 2 ** 40] }],
  ["xyzobs.px.value", { type: "vec3<double>", values: [0.5, 1.25, 0, 3, 4, 5] }],
  ["bbox", { type: "int6", values: [0, 13, 1, 14, 0, 1, 5, 18, 6, 19, 0, 1] }],
  ["d", { type: "double", values: [1.5, Infinity] }],
  ["id", { type: "int", values: [0, -1] }],
]);
const table = { rows: 2, columns, identifiers: new Map([[0, "crystal"]]) };

test("a reflection table is read back as it was written", () => {
  assert.equal(parseReflectionTable(formatReflectionTable(table), "a.refl"), table);
});

test("the other forms of MessagePack are read: short ones, and what DIALS does not write itself", () => {
  // The specification's own table: fixmap of one fixstr, an array 16 of int 8, uint 16, float 32, and a bin 8.
  const bytes = Uint8Array.of(0x81, 0xa1, 0x61, 0xdc, 0, 5, 0xd0, 0xff, 0xcd, 1, 0, 0xca, 0x3f, 0x80, 0, 0, 0xc4, 2, 7, 8, 0xe0);
  assert.equal(parseMsgpack(bytes, "b"), new Map([["a", [-1, 256, 1, Uint8Array.of(7, 8), -32]]]));
  assert.equal(parseMsgpack(formatMsgpack([null, true, false, 1.5, -7, 300, "é"]), "c"), [null, true, false, 1.5, -7, 300, "é"]);
});

test("a damaged table is refused in one sentence", () => {
  const whole = formatReflectionTable(table);
  for (let length = 0; length < whole.length; length += 7) assert.throws(() => parseReflectionTable(whole.slice(0, length), "cut.refl"), /cut\.refl is cut short|no reflection table/);
  assert.throws(() => parseReflectionTable(formatMsgpack(["dials::af::reflection_table", 1, new Map()]), "old.refl"), /old\.refl is a reflection table of version 1; 2 is read/);
  assert.throws(() => parseReflectionTable(formatMsgpack([1, 2]), "x.refl"), /x\.refl is no reflection table of DIALS/);
  assert.throws(() => parseMsgpack(new Uint8Array(1000).fill(0x91), "deep"), /deep: more than 32 values stand in one another/);
  assert.throws(() => formatReflectionTable({ ...table, rows: 3 }), /miller_index has 6 numbers; 3 reflections need 9/);
});

test.run();
