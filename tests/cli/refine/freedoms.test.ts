import { test } from "uvu";
import * as assert from "uvu/assert";
import { Given } from "../../../src/cli/parse-flags.js";
import { freedomsOf } from "../../../src/cli/refine/freedoms.js";
import { parametersNamed } from "../../../src/refine/catalogue.js";
import { refineCrystals } from "../../../src/refine/boxes/refined-crystals.js";
import { optionsFor, stillFrom, truth, withCrystal } from "../../refine/boxes/closed-still.js";

const [tilt, widths, cell] = freedomsOf(new Given([], [], []));
/** Without what widens the spots besides the crystal. */
const plain = { ...truth, beam: { ...truth.beam, bandwidthPercent: 0 } };

test("each freedom adds what is not refined without it, and bounds and symmetric cells keep their names", () => {
  const tetragonal = withCrystal(plain, { lattice: { a: 58, b: 58, c: 150, alpha: 90, beta: 90, gamma: 90 } });
  const without = parametersNamed(["misset", "cell"], tetragonal).map((parameter) => (parameter.name === "a" ? { ...parameter, upper: 58.2 } : parameter));
  const names = (freedom: typeof tilt): string[] => freedom.parametersOf((freedom.begin ?? ((as) => as))(tetragonal), without).map(({ name }) => name).sort();
  const own = ["a", "c", "misset_x", "misset_y", "misset_z"];
  assert.equal(names(tilt), [...own, "detector_rotx", "detector_roty"].sort());
  assert.equal(names(widths), [...own, "bandwidth", "footprint"].sort());
  assert.equal(names(cell), [...own, "b", "alpha", "beta", "gamma"].sort());
  // An edge that is free moves no other one.
  const a = cell.parametersOf(tetragonal, without).find(({ name }) => name === "a");
  assert.is(a?.upper, 58.2);
  const { lattice } = a?.write(tetragonal, 58.1).crystal ?? {};
  assert.ok(lattice && "b" in lattice && lattice.a === 58.1 && lattice.b === 58);
});

test("a cell under strain is found by reflections that are kept aside, and what the image does not ask for is not taken", async () => {
  const strained = { a: 48.1, b: 60.2, c: 71.3, alpha: 90.4, beta: 90, gamma: 89.7 };
  const start = withCrystal(plain, { missetDeg: [10.05, 19.97, 30.04], etaDeg: 0.12 });
  const still = stillFrom(withCrystal(plain, { lattice: strained }), start, 5);
  const { parameters, crystals: [{ freed }] } = await refineCrystals([still], optionsFor(["misset", "cell", "eta"], { freedoms: [widths, cell], maxSteps: 4 }));
  assert.equal(freed.map(({ isKept }) => isKept), [false, true]);
  assert.ok(!parameters.some(({ name }) => name === "footprint"));
  for (const name of ["alpha", "gamma"] as const) {
    const { value, start: began, esd = NaN } = parameters.find((parameter) => parameter.name === name) ?? { value: NaN, start: NaN };
    assert.is(began, 90);
    // Half of the strain at least, of which one small image says no more.
    assert.ok(Math.abs(value - strained[name]) < Math.min(4 * esd, 0.15), `${name} is ${value}(${esd}), not ${strained[name]}`);
  }
});

test.run();
