import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatCrystfelGeometry } from "../../../src/io/geometry/crystfel-write.js";
import { parseCrystfelGeometry } from "../../../src/io/geometry/crystfel.js";
import { plus } from "../../../src/io/geometry/vector.js";
import { refuses } from "../refusal.js";
import { geometry } from "./small-models.js";

const record = parseCrystfelGeometry(geometry, "m");

test("a geometry file whose panels have not moved comes back as it is", () => {
  assert.is(formatCrystfelGeometry(geometry, record), geometry);
});

test("panels that have moved and turned come back from the file that is written, and other lines stay", () => {
  const [first, second] = record.panels;
  const panels = [
    { ...first, originMm: plus(first.originMm, [0.01, 0, 0.3]), fast: [0.61, -0.79, 0.002] as const },
    { ...second, originMm: plus(second.originMm, [0, -0.02, -0.1]) },
  ];
  const written = formatCrystfelGeometry(geometry, { ...record, panels });
  const again = parseCrystfelGeometry(written, "m").panels;
  again.forEach((panel, i) => {
    const [found, wanted] = [panel, panels[i]].map(({ originMm, fast, slow }) => [...originMm, ...fast, ...slow]);
    found.forEach((x, k) => assert.ok(Math.abs(x - wanted[k]) < 1e-8, `${x} is not ${wanted[k]}`));
  });
  const kept = geometry.split("\n").filter((line) => written.split("\n").includes(line));
  // Changed: two corners, one direction and one offset; added: one offset.
  assert.is(kept.length, geometry.split("\n").length - 4);
  assert.equal(written.split("\n").length, geometry.split("\n").length + 1);
});

test("a corner that is stated for all panels is where a panel moves from, and each axis moves by itself", () => {
  const shared = geometry.replace("p0/corner_y = 20\n", "").replace("p1/corner_y = 20\n", "").replace("res = 10000", "corner_y = 20\nres = 10000");
  const before = parseCrystfelGeometry(shared, "m");
  assert.equal(before.panels.map(({ originMm }) => originMm), record.panels.map(({ originMm }) => originMm));
  for (const shift of [[0, 0.25, 0], [0, 0, 0.25]] as const) {
    const moved = { ...before, panels: before.panels.map((panel) => ({ ...panel, originMm: plus(panel.originMm, shift) })) };
    parseCrystfelGeometry(formatCrystfelGeometry(shared, moved), "m").panels.forEach(({ originMm }, i) => {
      originMm.forEach((x, axis) => assert.ok(Math.abs(x - moved.panels[i].originMm[axis]) < 1e-9, `${shift.join()}: ${originMm.join()}`));
    });
  }
});

test("of a corner that is stated twice the last one counts, is named, and is the one that is written", () => {
  const twice = `${geometry}p0/corner_x = 7\n`;
  const before = parseCrystfelGeometry(twice, "m");
  const line = geometry.split("\n");
  assert.equal(before.remarks, [`line ${line.length}: p0/corner_x is stated again after line ${line.indexOf("p0/corner_x = -50.0") + 1}; the last one counts`]);
  assert.ok(Math.abs(before.panels[0].originMm[0] - 0.7) < 1e-12);
  const moved = { ...before, panels: before.panels.map((panel) => ({ ...panel, originMm: plus(panel.originMm, [0.1, 0, 0]) })) };
  assert.ok(Math.abs(parseCrystfelGeometry(formatCrystfelGeometry(twice, moved), "m").panels[0].originMm[0] - 0.8) < 1e-9);
});

test("lines keep the ends that they have", () => {
  for (const ending of ["\r\n", "\r"]) {
    const text = geometry.replaceAll("\n", ending);
    const moved = { ...record, panels: record.panels.map((panel) => ({ ...panel, originMm: plus(panel.originMm, [0.5, 0, 0]) })) };
    const plain = formatCrystfelGeometry(geometry, moved);
    assert.is(formatCrystfelGeometry(text, moved), plain.replaceAll("\n", ending));
    assert.ok(Math.abs(parseCrystfelGeometry(plain, "m").panels[0].originMm[0] - record.panels[0].originMm[0] - 0.5) < 1e-9);
  }
});

test("other panels are refused", () => {
  refuses(() => formatCrystfelGeometry(geometry, { ...record, panels: record.panels.slice(1) }), /2 panels, and 1 are to be written/);
});

test.run();
