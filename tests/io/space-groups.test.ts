import { test } from "uvu";
import * as assert from "uvu/assert";
import { operatorsOfHall } from "../../src/io/hall.js";
import { operatorsOf, spaceGroupNamed, spaceGroupNumbered, spaceGroups } from "../../src/io/space-groups.js";
import { parseSymmetryOperator, type SymmetryOperator } from "../../src/io/symmetry.js";
import { refuses } from "./refusal.js";

const written = ({ rotation, translation }: SymmetryOperator): string => [...rotation, ...translation.map((t) => Math.round(t * 24) % 24)].join();

/** Whether two lists hold the same operators. */
function assertSame(found: readonly SymmetryOperator[], words: readonly string[]): void {
  assert.equal(found.map(written).sort(), words.map((word) => written(parseSymmetryOperator(word, word))).sort());
}

test("the operators of well-known space groups are those of the International Tables", () => {
  assertSame(operatorsOfHall("P 2ac 2ab"), ["x,y,z", "-x+1/2,-y,z+1/2", "x+1/2,-y+1/2,-z", "-x,y+1/2,-z+1/2"]);
  assertSame(operatorsOfHall("P 4abw 2nw"), [
    "x,y,z", "-x,-y,z+1/2", "-y+1/2,x+1/2,z+1/4", "y+1/2,-x+1/2,z+3/4", "-x+1/2,y+1/2,-z+1/4", "x+1/2,-y+1/2,-z+3/4", "y,x,-z", "-y,-x,-z+1/2",
  ]);
  assertSame(operatorsOfHall("P 32 2\""), ["x,y,z", "-y,x-y,z+2/3", "-x+y,-x,z+1/3", "y,x,-z", "x-y,-y,-z+1/3", "-x,-x+y,-z+2/3"]);
  assertSame(operatorsOfHall("-C 2yc"), [
    "x,y,z", "-x,y,-z+1/2", "-x,-y,-z", "x,-y,z+1/2", "x+1/2,y+1/2,z", "-x+1/2,y+1/2,-z+1/2", "-x+1/2,-y+1/2,-z", "x+1/2,-y+1/2,z+1/2",
  ]);
});

test("every setting has as many operators as its point group and centring say, and they are a group", () => {
  const orders: Readonly<Record<number, number>> = { 1: 1, 2: 2, 19: 4, 75: 4, 92: 8, 152: 6, 177: 12, 198: 12, 212: 24, 221: 48, 225: 192, 230: 96 };
  for (const [number, order] of Object.entries(orders)) {
    const group = spaceGroupNumbered(Number(number));
    assert.is(group && operatorsOf(group).length, order, number);
  }
  assert.is(new Set(spaceGroups().map(({ number }) => number)).size, 230);
  for (const { hall } of spaceGroups().filter((_, i) => i % 5 === 0)) assert.ok(operatorsOfHall(hall).length >= 1, hall);
});

test("a space group is found by its name as programs write it", () => {
  for (const [name, full] of [
    ["P 21 21 21", "P 21 21 21"], ["P212121", "P 21 21 21"], ["P 21", "P 1 21 1"], ["P 1 21 1", "P 1 21 1"], ["C 2", "C 1 2 1"], ["P21/c", "P 1 21/c 1"],
    ["P 21/n", "P 1 21/n 1"], ["H 3", "R 3:H"], ["H 3 2", "R 3 2:H"], ["H-3m", "R -3 m:H"], ["P-1", "P -1"], ["p 41 21 2", "P 41 21 2"], ["I 4(1)/a", "I 41/a:1"],
  ]) assert.is(spaceGroupNamed(name)?.name, full, name);
  assert.is(spaceGroupNamed("R 3", [90, 90, 120])?.name, "R 3:H");
  assert.is(spaceGroupNamed("R 3", [85, 85, 85])?.name, "R 3:R");
  assert.is(spaceGroupNumbered(146, [85, 85, 85])?.name, "R 3:R");
  assert.is(spaceGroupNamed("P 5"), undefined);
  assert.is(spaceGroupNumbered(231), undefined);
});

test("what is no Hall symbol is refused", () => {
  for (const wrong of ["", "Q 2", "P 7", "P 2*", "P 2 (0 0", "P 2 (a b c)", "P 3'"]) refuses(() => operatorsOfHall(wrong), /is not a Hall symbol/);
});

test.run();
