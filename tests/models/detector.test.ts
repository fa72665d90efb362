import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import { axesOf, detectorFrame, pixelPosition, type Convention, type Detector } from "../../src/models/detector.js";
import { cross, dot, norm, scale } from "../../src/physics/vector.js";
import { assertNear, assertVector, between, numbers } from "../physics/quantities.js";

/** 10 mm along fast, 8 mm along slow. */
const plate: Detector = { pixels: { fast: 100, slow: 80 }, pixelSizeMm: 0.1, distanceMm: 100 };
const conventions: readonly Convention[] = ["MOSFLM", "DENZO", "ADXV", "XDS", "DIALS", "CUSTOM"];

/** Where the beam strikes and where the detector is nearest, along fast and slow, and its first corner; in mm. */
function placed(detector: Detector) {
  const { beamAt, closeAt, origin } = detectorFrame(detector);
  const mm = (metres: typeof beamAt.fast): number => 1000 * known(metres);
  return { beam: [mm(beamAt.fast), mm(beamAt.slow)], close: [mm(closeAt.fast), mm(closeAt.slow)], origin: origin.map(mm) };
}

function assertNumbers(found: readonly number[], wanted: readonly number[]): void {
  assert.is(found.length, wanted.length);
  found.forEach((x, i) => assertNear(x, wanted[i], 1e-9));
}

test("unless it is given, the beam centre is the convention's own, each counted its own way", () => {
  const wanted: Readonly<Record<Convention, readonly [beam: readonly number[], origin: readonly number[]]>> = {
    MOSFLM: [
      [5.1, 4.1],
      [100, 4.1, -5.1],
    ],
    DENZO: [
      [5.05, 4.05],
      [100, 4.05, -5.05],
    ],
    ADXV: [
      [5.05, 4.05],
      [-5.05, 4.05, 100],
    ],
    XDS: [
      [5, 4],
      [-5, -4, 100],
    ],
    DIALS: [
      [5, 4],
      [-5, -4, 100],
    ],
    CUSTOM: [
      [5, 4],
      [100, 4, -5],
    ],
  };
  for (const convention of conventions) {
    const { beam, origin } = placed({ ...plate, convention });
    assertNumbers(beam, wanted[convention][0]);
    assertNumbers(origin, wanted[convention][1]);
  }
});

test("a given beam centre lies along slow and fast for MOSFLM and DENZO, from the far edge for ADXV", () => {
  const beamCenterMm = { x: 3, y: 2 };
  assertNumbers(placed({ ...plate, beamCenterMm }).beam, [2.05, 3.05]);
  assertNumbers(placed({ ...plate, beamCenterMm, convention: "DENZO" }).beam, [2, 3]);
  assertNumbers(placed({ ...plate, beamCenterMm, convention: "ADXV" }).beam, [3, 6]);
  assertNumbers(placed({ ...plate, beamCenterMm, convention: "CUSTOM" }).beam, [3, 2]);
  assertNumbers(placed({ ...plate, beamCenterMm, convention: "XDS", pivot: "beam" }).beam, [3, 2]);
});

test("in XDS the near point counts, its first pixel's centre being 1", () => {
  assertNumbers(placed({ ...plate, convention: "XDS", nearPointPixels: { x: 11, y: 21 } }).close, [1.05, 2.05]);
  assertNumbers(placed({ ...plate, convention: "XDS", nearPointPixels: { x: 0.5, y: 0.5 } }).origin, [0, 0, 100]);
});

test("the close point is the default beam centre of XDS, DIALS and CUSTOM, and of no other convention", () => {
  const closePointMm = { x: 7, y: 1 };
  for (const convention of ["XDS", "DIALS", "CUSTOM"] as const) {
    assertNumbers(placed({ ...plate, convention, closePointMm, pivot: "beam" }).beam, [7, 1]);
  }
  assertNumbers(placed({ ...plate, closePointMm }).beam, [5.1, 4.1]);
});

const anyTurn = fc.record({
  convention: fc.constantFrom(...conventions),
  rotationDeg: fc.tuple(between(-30, 30), between(-30, 30), between(-30, 30)),
  twothetaDeg: between(-40, 40),
});

test("a turned detector has orthogonal axes of length 1, and its handedness", () => {
  fc.assert(
    fc.property(anyTurn, (turn) => {
      const { fast, slow, normal } = detectorFrame({ ...plate, ...turn });
      for (const axis of [fast, slow, normal]) assertNear(known(norm(axis)), 1, 1e-12);
      for (const [u, v] of [
        [fast, slow],
        [fast, normal],
        [slow, normal],
      ])
        assertNear(known(dot(u, v)), 0, 1e-12);
      const axes = axesOf({ ...plate, ...turn });
      assertNear(known(dot(cross(fast, slow), normal)), known(dot(cross(axes.fast, axes.slow), axes.normal)), 1e-12);
    }),
  );
});

test("around the beam a detector turns about where the beam strikes it", () => {
  fc.assert(
    fc.property(anyTurn, ({ convention, rotationDeg }) => {
      const turned = { ...plate, convention, rotationDeg, pivot: "beam" } as const;
      assertNumbers(placed(turned).beam, placed({ ...plate, convention, pivot: "beam" }).beam);
      const frame = detectorFrame(turned);
      assertNear(known(frame.distance), 0.1, 1e-12);
      const struck = pixelPosition(frame, false, frame.beamAt.fast, frame.beamAt.slow, 0);
      assertVector(struck, numbers(scale(axesOf(turned).beam, 0.1)));
    }),
  );
});

test("around the sample a detector keeps its near point and its close distance", () => {
  fc.assert(
    fc.property(anyTurn, (turn) => {
      const frame = detectorFrame({ pixels: plate.pixels, pixelSizeMm: 0.1, closeDistanceMm: 90, ...turn, pivot: "sample" });
      assertNear(known(frame.closeDistance), 0.09, 1e-12);
      assertNear(known(frame.closeAt.fast), 0.005, 1e-12);
      assertNear(known(frame.closeAt.slow), 0.004, 1e-12);
      const nearest = pixelPosition(frame, false, frame.closeAt.fast, frame.closeAt.slow, 0);
      assertNear(known(norm(nearest)), 0.09, 1e-12);
    }),
  );
});

test("MOSFLM's two-theta swings the detector about -Z: what was ahead points to -Y", () => {
  const { normal } = detectorFrame({ ...plate, twothetaDeg: 30, pivot: "sample" });
  assertVector(normal, [Math.cos(Math.PI / 6), -0.5, 0]);
});

test("a given origin takes the place of distance, centre and pivot", () => {
  const frame = detectorFrame({ ...plate, originMm: [80, 3, -2] });
  assertVector(frame.origin, [0.08, 0.003, -0.002]);
  assertNear(known(frame.closeDistance), 0.08, 1e-15);
  assertNumbers(placed({ ...plate, originMm: [80, 3, -2] }).beam, [2, 3]);
});

test("every point of a curved detector has the same distance from the sample", () => {
  const frame = detectorFrame(plate);
  for (const [fast, slow] of [
    [0, 0],
    [0.01, 0],
    [0, 0.008],
    [0.01, 0.008],
  ]) {
    assertNear(known(norm(pixelPosition(frame, true, fast, slow, 0))), 0.1, 1e-15);
  }
});

test("axes of any length are made unit vectors, and a normal that is none is found across fast and slow", () => {
  const { beam, normal, fast } = axesOf({
    ...plate,
    convention: "CUSTOM",
    axes: { beam: [0, 0, 5], fast: [2, 0, 0], slow: [0, 3, 0], normal: [0, 0, 7] },
  });
  assert.equal(
    [beam, fast, normal],
    [
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
    ],
  );
});

test.run();
