import { test } from "uvu";
import * as assert from "uvu/assert";
import { partialityErrors, relativeErrorAt } from "../../../src/refine/boxes/partiality-error.js";
import { normalDraws } from "../../../src/models/draws.js";

const count = 4000;
const draws = normalDraws({ count });

/** Photons of reflections with exponentially distributed intensities, of which the model has other parts recorded than there are. */
function reflectionsWith(logarithmOfPartiality: (partiality: number, deviate: number) => number, noise: number) {
  return Array.from({ length: count }, (_, i) => {
    // Quantiles in an order of their own, so that each range of resolution and partiality has all of them.
    const intensity = 100 * -Math.log(1 - (((i * 0.6180339887498949) % 1) + 1e-9));
    const partiality = ((i * 0.4142135623730951) % 1) ** 2;
    const perSquare = 3 * partiality;
    const photons = intensity * perSquare * Math.exp(logarithmOfPartiality(partiality, draws[i][0])) + noise * draws[i][1];
    const reflection = { hkl: [1, 2, 3] as const, panel: 0, fast: 0, slow: 0, resolution: 2 + 8 * ((i * 0.7320508075688772) % 1), excitation: 0, deviations: 0, partiality, covariance: { fast: 1, slow: 1, mixed: 0 } };
    return { photons, photonsSigma: noise, perSquare, box: { reflection, first: 0, end: 1, fastMin: 0, fastEnd: 1, slowMin: 0, slowEnd: 1 } };
  });
}

test("partialities that are right have small errors, however noisy the photons are", () => {
  for (const noise of [0.1, 30]) for (const { relative, leastPartiality } of partialityErrors(reflectionsWith(() => 0, noise))) if (leastPartiality > 0) assert.ok(relative < 0.25, `${relative} from ${leastPartiality} on, noise ${noise}`);
});

test("partialities that scatter have the errors with which they do, in each of their ranges", () => {
  const [near, far] = [0.3, 0.6];
  const errors = partialityErrors(reflectionsWith((partiality, deviate) => {
    const width = partiality > 0.5 ? near : far;
    return width * deviate - width ** 2 / 2;
  }, 1));
  for (const [at, width] of [[0.9, near], [0.6, near], [0.4, far], [0.2, far]] as const) {
    const truth = Math.sqrt(Math.exp(width ** 2) - 1);
    assert.ok(Math.abs(relativeErrorAt(at, errors) - truth) < 0.15, `${relativeErrorAt(at, errors)} is not ${truth}`);
  }
  // They do not fall with the partiality, and what stands below all ranges is as the last of them.
  errors.slice(1).forEach(({ relative }, i) => assert.ok(relative >= errors[i].relative));
  assert.is(relativeErrorAt(0, errors), errors[errors.length - 1].relative);
});

test("partialities that are all too small, of one range, are told", () => {
  const errors = partialityErrors(reflectionsWith((partiality) => (partiality < 0.15 ? Math.log(2) : 0), 1));
  // Photons are twice those expected: an error of 1.
  assert.ok(Math.abs(relativeErrorAt(0.1, errors) - 1) < 0.25, `${relativeErrorAt(0.1, errors)}`);
});

test("few reflections tell nothing of partialities", () => {
  assert.equal(partialityErrors(reflectionsWith(() => 0, 1).slice(0, 40)), []);
  assert.is(relativeErrorAt(0.5, []), 0);
});

test.run();
