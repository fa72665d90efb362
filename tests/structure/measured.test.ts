import { test } from "uvu";
import * as assert from "uvu/assert";
import { array, type NdArray } from "../../src/ndarray/ndarray.js";
import { completeness } from "../../src/structure/completeness.js";
import { expand } from "../../src/structure/expand.js";
import { fill } from "../../src/structure/fill.js";
import { amplitudesFrom, chooseColumn, type ListedColumn, type ReflectionTable } from "../../src/structure/measured.js";
import { uniqueReflections } from "../../src/structure/reflections.js";
import { Symmetry } from "../../src/structure/symmetry.js";
import { refuses } from "../io/refusal.js";
import { few, structureIn } from "./crystals.js";

const { cell, operators } = structureIn("P 21 21 21", few);
const symmetry = new Symmetry(operators);

function table(rows: readonly (readonly number[])[], column: Partial<ListedColumn>, areMatesApart = false): ReflectionTable {
  const index = (axis: number): NdArray => array(rows.map((row) => row[axis]), "int32");
  const full: ListedColumn = { label: "F", kind: "amplitude", isCalculated: false, values: array(rows.map((row) => row[3])), sigmas: undefined, mates: undefined, ...column };
  return { name: "list", h: index(0), k: index(1), l: index(2), columns: [full], areMatesApart };
}

/** Amplitudes by their indices. */
function byIndex({ h, k, l, f }: ReturnType<typeof expand>): Map<string, number> {
  return new Map(Array.from({ length: f.size }, (_, i) => [`${h.get(i)} ${k.get(i)} ${l.get(i)}`, f.get(i)]));
}

test("measured columns come before calculated ones, amplitudes before intensities, and mates apart before their mean", () => {
  const { columns: [plain], ...rest } = table([[1, 2, 3, 10]], {});
  const column = (label: string, more: Partial<ListedColumn>): ListedColumn => ({ ...plain, label, ...more });
  const all = [column("FC", { isCalculated: true }), column("I", { kind: "intensity" }), column("F", {}), column("F+", { mates: plain })];
  for (const [count, best] of [[4, "F+"], [3, "F"], [2, "I"], [1, "FC"]] as const) {
    assert.is(chooseColumn({ ...rest, columns: all.slice(0, count) }).label, best);
  }
  assert.is(chooseColumn({ ...rest, columns: all }, "I").label, "I");
  refuses(() => chooseColumn({ ...rest, columns: all }, "J"), /no column "J"; it has FC \(amplitude\), I \(intensity\)/);
  refuses(() => chooseColumn({ ...rest, columns: [] }), /neither amplitudes nor intensities/);
});

test("expanded, a reflection and its equivalents have one amplitude, each once, and Friedel mates where they are measured their own", () => {
  const mates = { values: array([12]), sigmas: undefined };
  const one = table([[1, 2, 3, 10]], { mates });
  const found = byIndex(expand(amplitudesFrom(one, one.columns[0], cell, symmetry), symmetry));
  assert.is(found.size, 8);
  for (const plus of ["1 2 3", "1 -2 -3", "-1 2 -3", "-1 -2 3"]) assert.is(found.get(plus), 10);
  for (const minus of ["-1 -2 -3", "-1 2 3", "1 -2 3", "1 2 -3"]) assert.is(found.get(minus), 12);
  const plain = table([[-1, 2, 3, 10]], {});
  const merged = expand(amplitudesFrom(plain, plain.columns[0], cell, symmetry), symmetry);
  assert.equal([merged.f.size, merged.lonely, new Set(merged.f.data).size], [8, 0, 1]);
  const lonely = table([[1, 2, 3, 10]], {}, true);
  const both = expand(amplitudesFrom(lonely, lonely.columns[0], cell, symmetry), symmetry);
  assert.equal([both.f.size, both.lonely], [8, 4]);
});

test("equivalent measurements are averaged by their weights", () => {
  const rows = [[1, 2, 3, 10], [-1, -2, 3, 16], [2, 0, 0, 7]];
  const given = table(rows, { sigmas: array([1, 2, 1]) });
  const { f, hkl, warnings } = amplitudesFrom(given, given.columns[0], cell, symmetry);
  assert.equal([f.size, hkl.get(0, 0), hkl.get(1, 0)], [2, 1, 2]);
  assert.ok(Math.abs(f.get(0) - (10 + 16 / 4) / (1 + 1 / 4)) < 1e-12);
  assert.match(warnings.join(), /1 values of F are merged/);
});

test("amplitudes have no sign, also where equivalent ones are averaged", () => {
  const listed = table([[1, 2, 3, 10], [-1, -2, 3, -20], [2, 0, 0, 5]], {});
  const { f, warnings } = amplitudesFrom(listed, listed.columns[0], cell, symmetry);
  assert.equal([...f.data].sort((a, b) => a - b), [5, 15]);
  assert.match(warnings.join(), /list: 1 values of F are below 0; their sizes count, as amplitudes have no sign/);
});

test("intensities without standard deviations become their roots, with them no amplitude is 0", () => {
  const rows = [[1, 2, 3, 100], [1, 2, 4, -4], [1, 1, 1, 25]];
  const bare = table(rows, { kind: "intensity" });
  const roots = amplitudesFrom(bare, bare.columns[0], cell, symmetry);
  assert.equal([...roots.f.data].sort((a, b) => a - b), [0, 5, 10]);
  assert.match(roots.warnings.join(), /1 intensities of F below 0/);
  const known = table(rows, { kind: "intensity", sigmas: array([1, 4, 1]) });
  const { f } = amplitudesFrom(known, known.columns[0], cell, symmetry);
  assert.ok(Math.min(...f.data) > 0.5 && Math.abs(Math.max(...f.data) - 10) < 0.1);
});

test("a column without any usable value is refused", () => {
  const empty = table([[1, 2, 3, NaN]], {});
  refuses(() => amplitudesFrom(empty, empty.columns[0], cell, symmetry), /every value of F is missing/);
});

test("completeness counts what is listed among what can be, and a fill completes it", () => {
  const all = uniqueReflections(cell, symmetry, 2);
  const rows = Array.from({ length: all.shape[0] - 1 }, (_, i) => [all.get(i + 1, 0), all.get(i + 1, 1), all.get(i + 1, 2), 5 + (i % 7)]);
  const most = table(rows.filter((_, i) => i % 10 !== 3), {});
  const amplitudes = amplitudesFrom(most, most.columns[0], cell, symmetry);
  const share = (shells: ReturnType<typeof completeness>): number => shells.reduce((sum, { listed }) => sum + listed, 0) / shells.reduce((sum, { possible }) => sum + possible, 0);
  const shells = completeness(amplitudes, cell, symmetry, 5, 2);
  assert.ok(Math.abs(share(shells) - 0.9) < 0.005);
  assert.ok(shells.every(({ listed, possible, lowA, highA }) => listed <= possible && lowA > highA));
  const filled = fill(amplitudes, cell, symmetry);
  assert.is(share(completeness(filled, cell, symmetry, 5)), 1);
  assert.is(filled.filled, amplitudes.f.size < rows.length ? filled.f.size - amplitudes.f.size : 0);
  const calculated = fill(amplitudes, cell, symmetry, (hkl) => array(Array.from({ length: hkl.shape[0] }, () => 77)));
  assert.is([...calculated.f.data].filter((f) => f === 77).length, filled.filled);
});

test("reflections that screws and centrings make vanish are not asked for", () => {
  const all = uniqueReflections(cell, symmetry, 1.8);
  for (let i = 1; i < all.shape[0]; i++) {
    const [h, k, l] = [all.get(i, 0), all.get(i, 1), all.get(i, 2)];
    if (k === 0 && l === 0) assert.is(h % 2, 0);
  }
  assert.ok(symmetry.isAbsent([3, 0, 0]) && !symmetry.isAbsent([4, 0, 0]));
  assert.ok(symmetry.isCentric([0, 2, 3]) && !symmetry.isCentric([1, 2, 3]));
  assert.equal([symmetry.multiplicity([4, 0, 0]), symmetry.multiplicity([1, 2, 3])], [2, 1]);
});

test.run();
