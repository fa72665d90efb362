import { test } from "uvu";
import * as assert from "uvu/assert";
import { countScaleOf, photonsOf } from "../../../src/cli/refine/count-scale.js";
import { refineFlags } from "../../../src/cli/refine/flags.js";
import { parseFlags } from "../../../src/cli/parse-flags.js";
import { referenceReading } from "../../../src/cli/reference-reading.js";
import type { PanelRecord } from "../../../src/io/geometry/record.js";
import { array } from "../../../src/ndarray/ndarray.js";

const panel = { name: "p", pixels: { fast: 2, slow: 1 }, pixelSizeMm: 0.1, originMm: [0, 0, -100], fast: [1, 0, 0], slow: [0, -1, 0], gain: 2, pedestal: 10 } as const satisfies PanelRecord;
const scaleOf = (line: string, ...ofFile: readonly PanelRecord[]) => countScaleOf(parseFlags(line.split(" "), refineFlags, referenceReading), ofFile, "m.expt");

test("counts less the pedestal, divided by the gain, are photons, as a model file states both", () => {
  const scale = scaleOf("m.expt", panel);
  assert.equal([...photonsOf(array([[10, 16]]), scale).data], [0, 3]);
  assert.equal(scale.warnings, ["a pedestal of 10 is taken off the counts, as m.expt states", "the counts are divided by a gain of 2, as m.expt states"]);
});

test("an option wins over the model file, which is told", () => {
  const { offset, gain, warnings } = scaleOf("m.expt -adc 40 --gain 2", panel);
  assert.equal([offset, gain], [40, 2]);
  assert.equal(warnings, ["m.expt states a pedestal of 10, and -adc 40 counts in its place"]);
});

test("panels that differ in their gain are told, unless an option says one for all", () => {
  assert.throws(() => scaleOf("m.expt", panel, { ...panel, name: "q", gain: 3 }), /m\.expt: panel q has a gain of 3, and panel p of 2; one for all is said with -gain/);
  assert.is(scaleOf("m.expt --gain 2.5", panel, { ...panel, name: "q", gain: 3 }).gain, 2.5);
});

test("an image's own pedestal is taken off where no option and no model file states one", () => {
  const of = (line: string, ...panels: readonly PanelRecord[]) =>
    countScaleOf(parseFlags(line.split(" "), refineFlags, referenceReading), panels, "m.expt", { name: "a.img", pedestal: 40 });
  assert.equal(of("a.img"), { offset: 40, gain: 1, warnings: ["a pedestal of 40 is taken off the counts, as a.img states"] });
  assert.is(of("a.img", { ...panel, pedestal: 0 }).offset, 40);
  assert.equal(of("a.img -adc 0").warnings, ["a.img states a pedestal of 40, and -adc 0 counts in its place"]);
  const { offset, warnings } = of("a.img", { ...panel, gain: 1 });
  assert.equal([offset, warnings[0]], [10, "a.img states a pedestal of 40, and m.expt of 10, which is taken"]);
});

test("without any word counts are photons", () => {
  assert.equal(scaleOf("m.expt"), { offset: 0, gain: 1, warnings: [] });
});

test.run();
