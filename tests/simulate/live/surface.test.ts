import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Enclosure } from "../../../src/autodiff/enclosure.js";
import { interpret } from "../../../src/autodiff/interpreter.js";
import { add, div, mul, sqrt, sub } from "../../../src/autodiff/operations.js";
import { ProgramValues } from "../../../src/autodiff/program-values.js";
import { Tape, type Program } from "../../../src/autodiff/tape.js";
import { allocate, type Data } from "../../../src/ndarray/dtype.js";
import { full } from "../../../src/ndarray/ndarray.js";
import { Surface } from "../../../src/simulate/live/surface.js";

/** q of pixels of 1/300 of the distance, a wavelength of 1 Å, and a beam along the third axis. */
function program(): Program {
  const tape = new Tape();
  const [x, y] = [0, 1].map(() => tape.input({ shape: [1, 1], dtype: "float64" }));
  const [px, py] = [div(x, 300), div(y, 300)];
  const distance = sqrt(add(mul(px, px), mul(py, py), 1));
  return tape.program([div(px, distance), div(py, distance), sub(div(1, distance), 1)]);
}

const qAt = interpret(program());
const q = (x: number, y: number): number[] => qAt([full([1, 1], x), full([1, 1], y)]).map(({ data }) => data[0]);

const half = 31.5;
const toUnits: Data = allocate("float64", 9);
toUnits.set([800, 90, 0, -40, 1100, 70, 10, 0, 600]);
/** What takes q to units of a step, and by how much it differs from that of the others. */
const room = 500;
const ofStep = toUnits.map((x, i) => x + (i % 4 === 0 ? room : 0));

function surfaceAround(x: number, y: number): Surface {
  const values = new ProgramValues(program(), [0, 1]);
  const enclosure = new Enclosure(values);
  values.take(() => undefined);
  enclosure.over(x, y, half, half);
  const surface = new Surface(enclosure);
  surface.look(0, true);
  surface.measure(toUnits, 0, room);
  return surface;
}

const inUnits = (numbers: ArrayLike<number>, matrix: Data): number[] => [0, 3, 6].map((row) => matrix[row] * numbers[0] + matrix[row + 1] * numbers[1] + matrix[row + 2] * numbers[2]);

/** How far q is, in units of a step, from the plane that touches it at a place of the region. */
function departure(surface: Surface, [x, y]: readonly [number, number], from: readonly [number, number], to: readonly [number, number]): number {
  const touched = allocate("float64", 9);
  surface.expand(from[0], from[1], touched);
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const away = q(x + to[0], y + to[1]).map((value, i) => value - (touched[i] + touched[3 + i] * dx + touched[6 + i] * dy));
  return Math.hypot(...inUnits(away, ofStep));
}

const centre = fc.double({ min: -250, max: 250, noNaN: true });
const within = fc.double({ min: -half, max: half, noNaN: true });

test("planes that touch a surface depart from q by no more than it bends, and by a good part of that in the corners", () => {
  let most = 0;
  fc.assert(
    fc.property(centre, centre, fc.tuple(within, within), fc.tuple(within, within), (x, y, from, to) => {
      const surface = surfaceAround(x, y);
      for (const [a, b] of [[from, to], [[0, 0], [half, half]], [[-half, half], [half, -half]]] as const) {
        const bent = surface.bent(Math.abs(b[0] - a[0]), Math.abs(b[1] - a[1]));
        const away = departure(surface, [x, y], a, b);
        assert.ok(away <= bent, `${away} of ${bent}`);
        most = Math.max(most, away / bent);
      }
    }),
    { numRuns: 100, seed: 1 },
  );
  assert.ok(most > 0.6, `at the most ${most} of what is allowed`);
});

test("what a surface leaves out of q is of fourth order, and of its slopes of third order", () => {
  const step = 0.05;
  const surface = surfaceAround(200, -90);
  const errorsAt = (x: number, y: number): readonly [ofQ: number, ofSlopes: number] => {
    const found = allocate("float64", 9);
    surface.expand(x, y, found);
    const at = (dx: number, dy: number): number[] => q(200 + x + dx, -90 + y + dy);
    const [left, right, above, below] = [at(-step, 0), at(step, 0), at(0, -step), at(0, step)];
    const slopes = [...right.map((value, i) => (value - left[i]) / (2 * step)), ...below.map((value, i) => (value - above[i]) / (2 * step))];
    return [Math.hypot(...at(0, 0).map((value, i) => value - found[i])), Math.hypot(...slopes.map((slope, i) => slope - found[3 + i]))];
  };
  for (const [x, y] of [[-31.5, 31.5], [12, -20], [31.5, 10]] as const) {
    const [whole, halved] = [errorsAt(x, y), errorsAt(x / 2, y / 2)];
    const orders = whole.map((error, i) => Math.log2(error / halved[i]));
    assert.ok(orders[0] > 3.7 && orders[0] < 4.3 && orders[1] > 2.7 && orders[1] < 3.3, `orders ${orders.join(" and ")}`);
  }
});

test("a surface is as high above the plane that touches its centre as it says", () => {
  fc.assert(
    fc.property(centre, centre, within, within, (x, y, toX, toY) => {
      const surface = surfaceAround(x, y);
      const touched = allocate("float64", 9);
      surface.expand(0, 0, touched);
      const [a, b] = [touched.subarray(3, 6), touched.subarray(6, 9)];
      const normal = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]].map((n) => n / Math.hypot(...a) / Math.hypot(...b));
      const heights = allocate("float64", 2);
      surface.writeHeights(normal[0], normal[1], normal[2], half, half, heights);
      for (const [dx, dy] of [[toX, toY], [half, half], [-half, half]]) {
        const place = allocate("float64", 9);
        surface.expand(dx, dy, place);
        const height = normal.reduce((sum, n, i) => sum + n * (place[i] - touched[i]), 0);
        assert.ok(height >= heights[0] - 1e-12 && height <= heights[1] + 1e-12, `${height} from ${heights[0]} to ${heights[1]}`);
      }
    }),
    { numRuns: 100, seed: 2 },
  );
});

test.run();
