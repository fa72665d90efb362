import { test } from "uvu";
import * as assert from "uvu/assert";
import { known } from "../../src/autodiff/tape.js";
import { incidentBeams, sourceCount, type Beam, type BeamAxes } from "../../src/models/beam.js";
import { InputError } from "../../src/ndarray/errors.js";
import { norm } from "../../src/physics/vector.js";
import { assertNear, assertVector, numbers } from "../physics/quantities.js";

const axes: BeamAxes = { direction: [1, 0, 0], polarization: [0, 0, 1], vertical: [0, -1, 0] };

/** Direction and wavelength of every beam, in order. */
function beamsOf(beam: Beam): { readonly direction: readonly number[]; readonly wavelength: number }[] {
  return Array.from({ length: sourceCount(beam) }, (_, i) => {
    const { direction, wavelength } = incidentBeams(beam, axes, (values) => values[i]);
    return { direction: numbers(direction), wavelength: known(wavelength) };
  });
}

/** The tilts of the beams, horizontal and vertical, in steps of the given mrad. */
function tiltsOf(beam: Beam, stepMrad: number): number[][] {
  return beamsOf(beam).map(({ direction: [, y, z] }) => [
    Math.round((1e3 * z) / stepMrad) + 0,
    Math.round((1e3 * y) / stepMrad) + 0,
  ]);
}

test("without divergence and dispersion there is one beam along the axis", () => {
  assert.equal(beamsOf({ wavelengthA: 1.2 }), [{ direction: [1, 0, 0], wavelength: 1.2 }]);
});

test("a round beam has no corners; the horizontal tilt is outermost", () => {
  const three = { range: 2, count: 3 };
  const beam: Beam = { wavelengthA: 1, horizontalDivergenceMrad: three, verticalDivergenceMrad: three };
  assert.equal(tiltsOf(beam, 1), [
    [-1, 0],
    [0, -1],
    [0, 0],
    [0, 1],
    [1, 0],
  ]);
  assert.is(sourceCount({ ...beam, squareDivergence: true }), 9);
  assert.equal(tiltsOf({ ...beam, squareDivergence: true }, 1).slice(0, 4), [
    [-1, -1],
    [-1, 0],
    [-1, 1],
    [0, -1],
  ]);
});

test("of an even number of tilts the innermost ones count as the centre", () => {
  const two = { range: 2, count: 2 };
  assert.is(sourceCount({ wavelengthA: 1, horizontalDivergenceMrad: two, verticalDivergenceMrad: two }), 4);
  const four = { range: 3, count: 4 };
  assert.is(sourceCount({ wavelengthA: 1, horizontalDivergenceMrad: four, verticalDivergenceMrad: four }), 12);
});

test("a divergence in one direction alone keeps all its tilts", () => {
  assert.equal(tiltsOf({ wavelengthA: 1, verticalDivergenceMrad: { range: 4, count: 5 } }, 1), [
    [0, -2],
    [0, -1],
    [0, 0],
    [0, 1],
    [0, 2],
  ]);
});

test("every direction has every wavelength, from the shortest to the longest", () => {
  const beam: Beam = {
    wavelengthA: 2,
    horizontalDivergenceMrad: { range: 1, count: 2 },
    dispersionPercent: { range: 1, count: 3 },
  };
  const wavelengths = beamsOf(beam).map(({ wavelength }) => wavelength);
  [1.99, 2, 2.01, 1.99, 2, 2.01].forEach((wanted, i) => assertNear(wavelengths[i], wanted, 1e-15));
});

test("a given step need not fill the range", () => {
  const beam: Beam = { wavelengthA: 1, horizontalDivergenceMrad: { range: 2, count: 2, step: 0.5 } };
  const tilts = beamsOf(beam).map(({ direction }) => 1e3 * Math.asin(direction[2]));
  assertNear(tilts[0], -1, 1e-12);
  assertNear(tilts[1], -0.5, 1e-12);
});

test("beams keep the length 1 whatever their tilt", () => {
  const fan = { range: 200, count: 4 };
  for (const { direction } of beamsOf({ wavelengthA: 1, horizontalDivergenceMrad: fan, verticalDivergenceMrad: fan })) {
    assertNear(known(norm([direction[0], direction[1], direction[2]])), 1, 1e-15);
  }
});

test("listed sources shine from where they stand, with their own wavelength or the beam's", () => {
  const beam: Beam = { wavelengthA: 1, sources: [{ direction: [-10, 0, 0] }, { direction: [-3, 0, 4], wavelengthA: 1.5 }] };
  const [first, second] = beamsOf(beam);
  assert.equal([first.wavelength, second.wavelength], [1, 1.5]);
  assertVector([first.direction[0], first.direction[1], first.direction[2]], [1, 0, 0]);
  assertVector([second.direction[0], second.direction[1], second.direction[2]], [0.6, 0, -0.8]);
});

test("a source at the sample has no direction", () => {
  assert.throws(
    () => beamsOf({ wavelengthA: 1, sources: [{ direction: [0, 0, 0] }] }),
    (error: Error) => {
      return error instanceof InputError && error.message === "source 1 stands at the sample and has no direction";
    },
  );
});

test.run();
