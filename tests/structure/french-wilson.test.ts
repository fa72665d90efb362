import { test } from "uvu";
import * as assert from "uvu/assert";
import { expectedAmplitude, posterior } from "../../src/structure/french-wilson.js";

/** S. French & K. Wilson (1978), supplement: mean intensity and amplitude of acentric reflections at some h. */
const acentric: readonly (readonly [h: number, intensity: number, amplitude: number])[] = [
  [-4, 0.226, 0.423], [-3.5, 0.251, 0.447], [-3, 0.283, 0.475], [-2.5, 0.323, 0.509], [-2, 0.373, 0.549],
  [-1.5, 0.439, 0.597], [-1, 0.525, 0.656], [-0.5, 0.641, 0.73], [0, 0.798, 0.822], [0.5, 1.009, 0.935],
  [1, 1.287, 1.07], [1.5, 1.639, 1.224], [2, 2.055, 1.388], [2.5, 2.518, 1.551], [3, 3.004, 1.706],
];

test("the means of acentric reflections are those of French and Wilson's table to 1e-3", () => {
  for (const [h, intensity, amplitude] of acentric) {
    const found = posterior(h, false);
    assert.ok(Math.abs(found.intensity - intensity) < 1e-3 && Math.abs(found.amplitude - amplitude) < 1e-3, `${h}: ${JSON.stringify(found)}`);
  }
});

test("the means of centric reflections are the integrals of their definition", () => {
  // At h = 0 these are gamma functions: of the amplitude sqrt(pi/2)/2 / (gamma(5/4) 2^(1/4)).
  const gammaOfFiveQuarters = 0.9064024770554771;
  const found = posterior(0, true);
  assert.ok(Math.abs(found.amplitude - (0.5 * Math.sqrt(Math.PI / 2)) / (gammaOfFiveQuarters * 2 ** 0.25)) < 1e-6);
  for (const h of [-3.5, -1, 0.5, 2, 6]) {
    let [norm, first] = [0, 0];
    for (let u = 5e-5; u < 6; u += 1e-4) {
      const density = Math.exp(-0.5 * (u * u - h) ** 2);
      norm += density;
      first += u * density;
    }
    assert.ok(Math.abs(posterior(h, true).amplitude - first / norm) < 1e-5, String(h));
  }
});

test("a strong reflection keeps the root of its intensity, however it is computed", () => {
  for (const isCentric of [false, true]) {
    const at = (intensity: number): number => expectedAmplitude({ intensity, sigma: 1, mean: 1e9, isCentric });
    assert.ok(Math.abs(at(400) - 20) < 1e-3);
    assert.ok(Math.abs(at(30.0001) - at(29.9999)) < 3e-5);
  }
});

test("an intensity below 0 has an amplitude above 0, the smaller the lower it is", () => {
  let before = 0;
  for (let intensity = -6; intensity < 6; intensity += 0.5) {
    const f = expectedAmplitude({ intensity, sigma: 1, mean: 20, isCentric: false });
    assert.ok(f > before);
    before = f;
  }
});

test.run();
