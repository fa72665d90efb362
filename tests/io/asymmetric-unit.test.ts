import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { asymmetricUnit } from "../../src/io/asymmetric-unit.js";
import { operatorsOf, spaceGroupNumbered, spaceGroups, spaceGroupStated } from "../../src/io/space-groups.js";
import { formatSymmetryOperator, parseSymmetryOperator, pointGroup } from "../../src/io/symmetry.js";

const index = fc.integer({ min: -9, max: 9 });
const rotationsOf = (number: number) => {
  const group = spaceGroupNumbered(number, [90, 90, 120]);
  return group ? pointGroup(operatorsOf(group), "the table") : [];
};

test("equivalents and Friedel mates have one place in the asymmetric unit of all 230 groups, and M/ISYM tells the way there", () => {
  for (let number = 1; number <= 230; number++) {
    const rotations = rotationsOf(number);
    const reduce = asymmetricUnit(rotations);
    assert.ok(reduce, `no asymmetric unit of group ${number}`);
    if (!reduce) return;
    fc.assert(
      fc.property(fc.tuple(index, index, index), fc.nat(rotations.length - 1), fc.boolean(), (hkl, which, isMate) => {
        const turned = (indices: readonly number[], rotation: readonly number[], sign: number): number[] =>
          [0, 1, 2].map((column) => sign * (indices[0] * rotation[column] + indices[1] * rotation[3 + column] + indices[2] * rotation[6 + column]) + 0);
        const { hkl: place, isym } = reduce(hkl);
        assert.equal(reduce(turned(hkl, rotations[which], isMate ? -1 : 1)).hkl.map((x) => x + 0), place.map((x) => x + 0));
        assert.equal(turned(hkl, rotations[(isym - 1) >> 1], isym % 2 === 1 ? 1 : -1), place.map((x) => x + 0));
      }),
      { seed: 1, numRuns: 6 },
    );
  }
});

test("reflections of known groups stand where other programs list them", () => {
  const known: readonly [number, readonly number[], readonly number[], number][] = [
    // P 41 21 2 lists h >= k >= 0, l >= 0; P 1 21 1 lists k >= 0 with l above 0, or with h where l is 0.
    [96, [-1, -5, 7], [5, 1, 7], 0],
    [4, [3, -2, -4], [-3, 2, 4], 2],
    [4, [-3, 2, 0], [3, 2, 0], 0],
    [19, [-1, 2, 3], [1, 2, 3], 0],
    [1, [1, 2, -3], [-1, -2, 3], 2],
  ];
  for (const [number, hkl, place, isym] of known) {
    const found = asymmetricUnit(rotationsOf(number))?.(hkl);
    assert.equal(found?.hkl.map((x) => x + 0), place, `${number}: ${hkl.join(" ")}`);
    if (isym > 0) assert.is(found?.isym, isym);
  }
});

test("operators are read as they are written, in every setting", () => {
  for (const group of spaceGroups()) {
    for (const operator of operatorsOf(group)) {
      const { rotation, translation } = parseSymmetryOperator(formatSymmetryOperator(operator), group.name);
      assert.equal(rotation.map((x) => x + 0), operator.rotation.map((x) => x + 0));
      translation.forEach((shift, i) => assert.ok(Math.abs(shift - operator.translation[i]) < 1e-6, group.name));
    }
  }
});

test("a group is found as DIALS, XDS and people state it", () => {
  assert.equal([" P 4nw 2abw", 96, "P 43 21 2", "P43212"].map((stated) => spaceGroupStated(stated)?.number), [96, 96, 96, 96]);
  assert.is(spaceGroupStated("no group"), undefined);
});

test.run();
