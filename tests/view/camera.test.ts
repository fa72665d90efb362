import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fitted, panned, toDetector, toWindow, zoomedAt } from "../../src/view/camera.js";

const window = { width: 640, height: 480 };
const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const camera = fc.record({ centre: point, zoom: fc.double({ min: 0.1, max: 20, noNaN: true }) });
const near = (one: { x: number; y: number }, other: { x: number; y: number }): void => {
  assert.ok(Math.hypot(one.x - other.x, one.y - other.y) < 1e-6, `${JSON.stringify(one)} ${JSON.stringify(other)}`);
};

test("a place is found again behind its point of the window", () => {
  fc.assert(
    fc.property(camera, point, (seen, place) => near(toDetector(seen, window, toWindow(seen, window, place)), place)),
    { seed: 1 },
  );
});

test("a magnification leaves the point below the pointer where it is", () => {
  fc.assert(
    fc.property(camera, point, fc.double({ min: 0.5, max: 2, noNaN: true }), (seen, fixed, factor) =>
      near(toDetector(zoomedAt(seen, window, fixed, factor), window, fixed), toDetector(seen, window, fixed)),
    ),
    { seed: 2 },
  );
});

test("a drag takes the place below the pointer along", () => {
  fc.assert(
    fc.property(camera, point, point, (seen, from, by) =>
      near(toDetector(panned(seen, by.x, by.y), window, { x: from.x + by.x, y: from.y + by.y }), toDetector(seen, window, from)),
    ),
    { seed: 3 },
  );
});

test("an image that is fitted touches two edges of the window and leaves none", () => {
  const seen = fitted({ x: 10, y: 20, width: 1000, height: 500 }, window);
  near(toWindow(seen, window, { x: 10, y: 270 }), { x: 0, y: 240 });
  near(toWindow(seen, window, { x: 1010, y: 270 }), { x: 640, y: 240 });
});

test.run();
