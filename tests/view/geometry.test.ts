import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulate } from "../../src/simulate/simulate.js";
import { beamCentre, geometryOf, indicesAt, placementsOf, positionOf, resolutionAt, struckBy } from "../../src/view/geometry.js";
import { turnedMisset } from "../../src/view/misset.js";
import { pixelAt, upright } from "../../src/view/placement.js";
import { predictedSpots } from "../../src/view/predicted-spots.js";
import { ringOf, roundResolutions } from "../../src/view/rings.js";
import { limitsOf } from "../../src/view/scene.js";
import { truth, withCrystal, withDetector } from "../refine/small-still.js";

const sharp = withCrystal(withDetector(truth, { pixels: { fast: 128, slow: 128 }, pixelSizeMm: 0.5 }), { cells: [12, 12, 12] });

test("resolution and indices of a place are those by hand: 45 degrees of two-theta are 1.3066 Å at 1 Å", () => {
  const geometry = geometryOf(truth);
  const position = [100, 0, 100] as const;
  assert.ok(Math.abs(resolutionAt(geometry, position) - 1 / (2 * Math.sin(Math.PI / 8))) < 1e-12);
  const cubic = geometryOf(withCrystal(truth, { lattice: { a: 10, b: 10, c: 10, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [0, 0, 0] }));
  const indices = indicesAt(cubic, position) ?? [];
  [10 * (Math.SQRT1_2 - 1), 0, 10 * Math.SQRT1_2].forEach((expected, i) => assert.ok(Math.abs(indices[i] - expected) < 1e-12));
});

test("every point of a ring has the ring's resolution, on a detector that is turned, too", () => {
  const geometry = geometryOf(withDetector(truth, { rotationDeg: [0, 12, 7], twothetaDeg: 15 }));
  for (const resolution of roundResolutions(geometry)) {
    for (const place of ringOf(geometry, upright, resolution).parts.flat()) {
      assert.ok(Math.abs(resolutionAt(geometry, positionOf(geometry.panels[0], place.x, place.y)) / resolution - 1) < 1e-9);
    }
  }
});

test("the direct beam strikes where its resolution is infinite", () => {
  const geometry = geometryOf(truth);
  const centre = beamCentre(geometry, upright);
  assert.ok(centre && resolutionAt(geometry, positionOf(geometry.panels[0], centre.x, centre.y)) > 1e6);
});

test("a place of a panel is struck by the ray that goes there", () => {
  const [panel] = geometryOf(withDetector(truth, { rotationDeg: [5, 12, 7] })).panels;
  const struck = struckBy(panel, positionOf(panel, 10.5, 60.25));
  assert.ok(struck && Math.abs(struck.fast - 10.5) < 1e-9 && Math.abs(struck.slow - 60.25) < 1e-9);
  assert.is(struckBy(panel, [-1, 0, 0]), undefined);
});

test("panels lie beside each other as they stand", () => {
  const [first] = geometryOf(truth).panels;
  const gapMm = 5;
  const second = { ...first, origin: positionOf(first, first.pixels.fast + gapMm / first.pixelSizeMm, 0), fast: first.slow, slow: first.fast };
  const [, placement] = placementsOf([first, second]);
  const { fast, slow } = pixelAt(placement, { x: first.pixels.fast + gapMm / first.pixelSizeMm + 3, y: 8 });
  assert.ok(Math.abs(fast - 8) < 1e-9 && Math.abs(slow - 3) < 1e-9);
});

test("the brightest pixels of an image lie at predicted spots", () => {
  const { image } = simulate(sharp, { oversample: 2 });
  const spots = predictedSpots(geometryOf(sharp), limitsOf(sharp));
  assert.ok(spots.length > 20);
  const order = [...image.data.keys()].sort((i, j) => image.data[j] - image.data[i]).slice(0, 20);
  for (const at of order) {
    const [fast, slow] = [(at % 128) + 0.5, Math.floor(at / 128) + 0.5];
    const nearest = Math.min(...spots.map((spot) => Math.hypot(spot.fast - fast, spot.slow - slow)));
    assert.ok(nearest < 2.5, `${fast} ${slow} is ${nearest} pixels from any`);
  }
});

test("a spot's indices are those of its place, but for its distance from the sphere", () => {
  const geometry = geometryOf(sharp);
  for (const { indices, fast, slow } of predictedSpots(geometry, limitsOf(sharp)).slice(0, 30)) {
    const found = indicesAt(geometry, positionOf(geometry.panels[0], fast, slow)) ?? [];
    indices.forEach((index, i) => assert.ok(Math.abs(found[i] - index) < 0.5));
  }
});

test("a crystal that is turned and turned back stands as before", () => {
  const axis = [0.6, 0, 0.8] as const;
  const back = turnedMisset(turnedMisset([10, 20, 30], axis, 25), axis, -25);
  [10, 20, 30].forEach((angle, i) => assert.ok(Math.abs(back[i] - angle) < 1e-9));
  const about = turnedMisset([10, 20, 30], [0, 0, 1], 5);
  [10, 20, 35].forEach((angle, i) => assert.ok(Math.abs(about[i] - angle) < 1e-9));
});

test.run();
