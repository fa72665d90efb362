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
