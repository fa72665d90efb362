import { test } from "uvu";
import * as assert from "uvu/assert";
import { groupsOf, orientationsOf, type StepLattices } from "../../../src/simulate/live/step-groups.js";

/** Lattices of 100 A along the axes, turned about z by angles in radians. */
function turned(angles: readonly number[]): StepLattices {
  const rows = angles.flatMap((angle) => [100 * Math.cos(angle), 100 * Math.sin(angle), 0, -100 * Math.sin(angle), 100 * Math.cos(angle), 0, 0, 0, 100]);
  return { views: new Int32Array(angles.length), lattices: Int32Array.from(angles, (_, i) => i), vectors: Float64Array.from(rows) };
}
const own = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

test("the steps of a scan are parted until those of a group are near to each other; those that alternate stay together", () => {
  const scan = groupsOf(turned(Array.from({ length: 16 }, (_, i) => 0.01 * i)), own, 4);
  assert.ok(scan.length > 1 && scan.length < 16);
  assert.equal(scan.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i)), Array.from({ length: 16 }, (_, i) => i));
  for (const { room } of scan) assert.ok(room <= 4);
  assert.is(groupsOf(turned(Array.from({ length: 16 }, (_, i) => 0.1 * (i % 2))), own, 4).length, 1);
});

test("what a group's lattices make of a vector is within its room of what their mean makes of it", () => {
  const steps = turned([0, 0.02, 0.05]);
  const [{ mean, room, spread }] = groupsOf(steps, own, Infinity);
  for (let step = 0; step < 3; step++) {
    const difference = [0, 3, 6].map((row) => steps.vectors[9 * step + row] * 0.6 + steps.vectors[9 * step + row + 1] * 0.8 - mean[row] * 0.6 - mean[row + 1] * 0.8);
    assert.ok(Math.hypot(...difference) <= room);
    difference.forEach((along, axis) => assert.ok(Math.abs(along) <= spread[axis] + 1e-12));
  }
});

test("steps of q of their own are not asked about together, and those of an orientation's reflections are", () => {
  const { lattices, vectors } = turned([0, 0]);
  assert.is(groupsOf({ views: Int32Array.of(0, 1), lattices, vectors }, own, Infinity).length, 2);
  const orientations = orientationsOf({ views: new Int32Array(12), lattices: Int32Array.from({ length: 12 }, (_, step) => (step < 6 ? 0 : 1)), vectors }, 6);
  assert.equal(orientations.map(({ first, end, lattices: [lattice] }) => [first, end, lattice]), [[0, 6, 0], [6, 12, 1]]);
});

test.run();
