import { test } from "uvu";
import * as assert from "uvu/assert";
import { withStatedWidths } from "../../../src/cli/refine/stated-widths.js";
import { refineFlags } from "../../../src/cli/refine/flags.js";
import { parseFlags } from "../../../src/cli/parse-flags.js";
import { referenceReading } from "../../../src/cli/reference-reading.js";
import { Ran1, drawMosaicDomains } from "../../../src/models/ran1.js";

const source = "m.expt";
const crystal = { a: [10, 0, 0], b: [0, 20, 0], c: [0, 0, 30] } as const;
const widths = (line: string, stated: object | undefined, isExpected = true) => {
  const { given, warnings } = withStatedWidths(parseFlags(line.split(" "), refineFlags, referenceReading), stated && { crystal: { ...crystal, ...stated }, source }, isExpected);
  return { eta: given.last("eta")?.numbers, domain: given.last("domain")?.numbers, warnings };
};

test("a mosaicity starts as options say, else as the model file, else at the usual one, and none where something else is refined", () => {
  const stated = { mosaicityDeg: 0.2 };
  assert.equal(widths("m.expt -eta 0.3", stated).eta, [0.3]);
  assert.equal(widths("m.expt", stated).eta, [0.2, 0.2, 0.2, 0, 0, 0]);
  assert.equal(widths("m.expt --refine cell", stated, false).eta, [0.2, 0.2, 0.2, 0, 0, 0]);
  assert.equal(widths("m.expt", {}).eta, [0.1, 0.1, 0.1, 0, 0, 0]);
  assert.is(widths("m.expt --refine cell", {}, false).eta, undefined);
});

test("half of an even spread has the deviation of an even distribution, and counts where the domains' size is stated with it", () => {
  const { eta, domain, warnings } = widths("m.expt", { mosaicityDeg: 0.5, halfMosaicityDeg: 0.06, domainSizeA: 1234 });
  // Of numbers from -1 to 1 the variance is 1/3.
  assert.ok(Math.abs((eta?.[0] ?? 0) - 0.06 / Math.sqrt(3)) < 1e-12);
  assert.equal(domain, [1234, 1234, 1234, 0, 0, 0]);
  assert.equal(warnings, ["the domain starts at 1234 A, as m.expt states", "the mosaicity starts at 0.0346 degrees about each axis, as m.expt states"]);
});

test("a spread of sampled domains becomes the deviation that those have about each axis", () => {
  const { eta, warnings } = widths("m.expt -mosaic_spread 0.3", { mosaicityDeg: 0.5 });
  const domains = drawMosaicDomains(new Ran1().stream(-7), 20001).slice(1);
  const square = domains.reduce((sum, { angleFactor }) => sum + (0.3 * angleFactor) ** 2, 0) / domains.length / 3;
  assert.ok(Math.abs((eta?.[0] ?? 0) / Math.sqrt(square) - 1) < 0.01, `${eta?.[0]} ${Math.sqrt(square)}`);
  assert.match(warnings[0], /domains turned within a -mosaic_spread of 0.3 degrees have a mosaicity of 0.149 degrees about each axis/);
});

test.run();
