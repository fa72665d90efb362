import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Enclosure } from "../../../src/autodiff/enclosure.js";
import { mul } from "../../../src/autodiff/operations.js";
import { ProgramValues } from "../../../src/autodiff/program-values.js";
import { Tape } from "../../../src/autodiff/tape.js";
import { allocate, type Data } from "../../../src/ndarray/dtype.js";
import { LatticeSpots } from "../../../src/simulate/live/lattice-spots.js";
import { LiveLeaves } from "../../../src/simulate/live/live-leaves.js";
import { groupPixels, groupsOfBlock, leavesAlong, leavesOfBlock } from "../../../src/simulate/live/pixel-block.js";
import type { Region } from "../../../src/simulate/live/region.js";
import { SpotPlace } from "../../../src/simulate/live/spot-place.js";
import { Surface } from "../../../src/simulate/live/surface.js";

/** A region of one block, over which q is flat: one unit for each pixel. */
const half = 15.5;
const region: Region = { fast: 0, slow: 0, halfX: half, halfY: half, blocks: 1, row: 0, column: 0 };
const radius = 4;
const steps = 2;

function surfaceOverRegion(): Surface {
  const tape = new Tape();
  const [x, y] = [0, 1].map(() => tape.input({ shape: [1, 1], dtype: "float64" }));
  const values = new ProgramValues(tape.program([x, y, mul(0, x)]), [0, 1]);
  const enclosure = new Enclosure(values);
  values.take(() => undefined);
  enclosure.over(0, 0, half, half);
  return new Surface(enclosure);
}

/** Which rows of leaves of the block are live, for one step and for the other. */
function marked(toUnits: Data, mean: Data, room: number, reflection: readonly number[]): Data {
  const surface = surfaceOverRegion();
  const place = new SpotPlace(surface);
  surface.look(0, true);
  place.toUnits.set(mean);
  surface.measure(mean, 0, room);
  place.reflection.set(reflection);
  const found = new LiveLeaves();
  const mask = allocate("float64", steps * groupsOfBlock);
  const { box } = place.outline;
  box.set([-half, half, -half, half]);
  // |q| is at most half a diagonal of the region.
  if (!place.find(half, half, radius + room * half * Math.SQRT2)) return mask;
  const group = { view: 0, first: 0, end: steps, lattices: Int32Array.of(0, 1), mean, spread: [0, 0, 0], room } as const;
  new LatticeSpots(toUnits, toUnits, place, false).mark(group, radius, allocate("float64", 3), region, found);
  found.writeMask(region, Int32Array.from({ length: leavesOfBlock }, (_, place) => place), mask, 0);
  return mask;
}

/** The least distance from the reflection that any pixel of a leaf's row has. */
function distanceOf(matrix: Data, reflection: readonly number[], leafX: number, y: number): number {
  let least = Infinity;
  for (let x = groupPixels * leafX - half; x < groupPixels * (leafX + 1) - half; x++) {
    least = Math.min(least, Math.hypot(...[0, 1, 2].map((row) => matrix[3 * row] * x + matrix[3 * row + 1] * y - reflection[row])));
  }
  return least;
}

const entry = fc.double({ min: -3, max: 3, noNaN: true });
const slight = fc.double({ min: -0.02, max: 0.02, noNaN: true });
const sixOf = (of: fc.Arbitrary<number>): fc.Arbitrary<number[]> => fc.array(of, { minLength: 6, maxLength: 6 });
const within = fc.double({ min: -half, max: half, noNaN: true });

test("steps are live where their planes are within the radius of a reflection, however they are inclined, and hardly anywhere else", () => {
  let [needed, all] = [0, 0];
  fc.assert(
    fc.property(sixOf(entry), sixOf(slight), within, within, fc.double({ min: -3, max: 3, noNaN: true }), (numbers, differences, x, y, height) => {
      const mean = allocate("float64", 9);
      for (let row = 0; row < 3; row++) mean.set(numbers.slice(2 * row, 2 * row + 2), 3 * row);
      const [a, b] = [0, 1].map((column) => [0, 1, 2].map((row) => mean[3 * row + column]));
      const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
      const area = Math.hypot(...cross);
      fc.pre(area > 0.7 && area > 0.15 * (Math.hypot(...a) ** 2 + Math.hypot(...b) ** 2));
      const difference = allocate("float64", 9);
      for (let row = 0; row < 3; row++) difference.set(differences.slice(2 * row, 2 * row + 2), 3 * row);
      const matrices = [mean.map((value, i) => value + difference[i]), mean.map((value, i) => value - difference[i])];
      const toUnits = allocate("float64", 18);
      matrices.forEach((matrix, step) => toUnits.set(matrix, 9 * step));
      const reflection = [0, 1, 2].map((row) => a[row] * x + b[row] * y + (cross[row] / area) * height);
      const mask = marked(toUnits, mean, Math.hypot(...difference), reflection);
      matrices.forEach((matrix, step) => {
        for (let group = 0; group < groupsOfBlock; group++) {
          const [place, line] = [Math.floor(group / 2), group % 2];
          const [leafY, leafX] = [Math.floor(place / leavesAlong), place % leavesAlong];
          const isNeeded = distanceOf(matrix, reflection, leafX, 2 * leafY + line - half) <= radius;
          const isMarked = mask[groupsOfBlock * step + group] === 1;
          assert.ok(isMarked || !isNeeded, `step ${step}, row ${group}`);
          needed += isNeeded ? 1 : 0;
          all += isMarked ? 1 : 0;
        }
      });
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.ok(needed > 1000 && all < 1.05 * needed, `${all} for ${needed}`);
});

test.run();
