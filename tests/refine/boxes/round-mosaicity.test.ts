import { test } from "uvu";
import * as assert from "uvu/assert";
import { withRoundMosaicity } from "../../../src/refine/boxes/round-mosaicity.js";
import { parametersNamed } from "../../../src/refine/catalogue.js";
import { experimentAt } from "../../../src/refine/parameter.js";
import { truth, withCrystal } from "./closed-still.js";

const round = withCrystal(truth, { etaDeg: [0.2, 0.2, 0.2, 0, 0, 0] });

test("the six components of a round mosaicity are refined as one number, which stays a tensor", () => {
  const parameters = parametersNamed(["beam_center", "eta", "distance"], round);
  const found = withRoundMosaicity(parameters, round);
  assert.equal(found.map(({ name }) => name), ["beam_x", "beam_y", "eta", "distance"]);
  assert.is(found[2].start, 0.2);
  assert.equal(experimentAt(round, found, [2, 3, 0.3, 60]).crystal.etaDeg, [0.3, 0.3, 0.3, 0, 0, 0]);
});

test("a mosaicity that is not round, or not refined as a whole, is left as it is", () => {
  const flat = withCrystal(truth, { etaDeg: [0.2, 0.2, 0.1, 0, 0, 0] });
  const diagonal = parametersNamed(["eta"], round).filter(({ name }) => /eta_(xx|yy|zz)/.test(name));
  for (const [experiment, parameters] of [[flat, parametersNamed(["eta"], flat)], [round, diagonal], [truth, parametersNamed(["eta"], truth)], [round, parametersNamed(["distance"], round)]] as const) {
    assert.is(withRoundMosaicity(parameters, experiment), parameters);
  }
});

test.run();
