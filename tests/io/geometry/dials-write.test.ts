import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatDials } from "../../../src/io/geometry/dials-write.js";
import { parseDials } from "../../../src/io/geometry/dials.js";
import { editJson } from "../../../src/io/geometry/json-edit.js";
import { crystalAt } from "../../../src/io/geometry/setting.js";
import { plus } from "../../../src/io/geometry/vector.js";
import { refuses } from "../refusal.js";
import { dialsModel } from "./small-models.js";

const text = JSON.stringify(dialsModel(), undefined, 2).replace('"gain": 1', '"gain": 1.0e0');
const [read] = parseDials(text, "m");
/** The record with its crystals as they stand at the middle of the second image. */
const standing = { ...read.record, crystals: read.record.crystals.map((crystal) => crystalAt(read.record, crystal, 1)) };

test("what has not changed comes through character for character", () => {
  assert.is(formatDials(text, read, standing, 1), text);
});

test("a panel that was moved and a crystal that was turned come back from the file that is written", () => {
  const [first, second] = standing.crystals;
  const refined = {
    ...standing,
    beam: { ...standing.beam, wavelengthA: 0.91 },
    panels: standing.panels.map((panel, i) => (i === 0 ? { ...panel, originMm: plus(panel.originMm, [0.1, 0.2, -0.3]) } : panel)),
    crystals: [first, { ...second, a: plus(second.a, [0.01, 0.02, 0.03]) }],
  };
  const written = formatDials(text, read, refined, 1);
  const [again] = parseDials(written, "m");
  const near = (found: readonly number[], wanted: readonly number[]): void => found.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) < 1e-9));
  near(again.record.panels[0].originMm, refined.panels[0].originMm);
  near(crystalAt(again.record, again.record.crystals[1], 1).a, refined.crystals[1].a);
  assert.is(again.record.beam.wavelengthA, 0.91);
  const changed = written.split("\n").filter((line, i) => line !== text.split("\n")[i]);
  // One wavelength, and three numbers each of an origin and of an axis.
  assert.is(changed.length, 7);
  assert.match(written, /"gain": 1\.0e0/);
});

test("numbers in a JSON text are replaced where they stand, on one line or several", () => {
  const json = '{ "a\\"b": [1, {"x": [ 2,\n  3 ]}], "y": -0.5e3 }';
  assert.is(editJson(json, [[['a"b', 1, "x"], [4, 5.5]], [["y"], 7]]), '{ "a\\"b": [1, {"x": [ 4.0, 5.5 ]}], "y": 7.0 }');
  refuses(() => editJson(json, [[["z", "x"], 1]]), /has no z\.x/);
  refuses(() => editJson(json, [[['a"b', 2], 1]]), /has no a"b\.2/);
});

test("a key that an object does not have stands behind its others, as they stand", () => {
  assert.is(editJson('{\n  "a": 1,\n  "b": [2]\n}', [[["c"], 3]]), '{\n  "a": 1,\n  "b": [2],\n  "c": 3.0\n}');
  assert.is(editJson('[{ }, {"a": {"b": 1}}]', [[[0, "x"], [1, 2]], [[1, "a", "c"], 0.5]]), '[{ "x": [1.0, 2.0]}, {"a": {"b": 1,"c": 0.5}}]');
});

test("another number of crystals is refused", () => {
  refuses(() => formatDials(text, read, { ...standing, crystals: [] }, 1), /2 panels and 2 crystals, and 2 and 0 were refined/);
});

test.run();
