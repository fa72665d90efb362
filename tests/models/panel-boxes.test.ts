import { test } from "uvu";
import * as assert from "uvu/assert";
import { boxedDetector } from "../../src/models/panel-boxes.js";
import { groupsOf, panelFrame, type Panel, type PanelledDetector } from "../../src/models/panels.js";

const at = (name: string, x: number): Panel => ({ name, pixels: { fast: 20, slow: 10 }, pixelSizeMm: 0.1, originMm: [x, -1, 50], fast: [0, 1, 0], slow: [-1, 0, 0] });
const detector: PanelledDetector = {
  panels: [at("left", -2), at("right", 2)],
  mounting: { name: "all", children: [{ name: "left", children: [0] }, { name: "right", children: [1] }] },
  axes: { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] },
};

test("a box stands where its pixels stand, in its panel's groups, and turns about their centres", () => {
  const boxed = boxedDetector(detector, [{ panel: 1, fast: 3, slow: 2 }, { panel: 1, fast: 0, slow: 5 }], 4);
  assert.equal(boxed.panels[0].originMm.map((x) => Math.round(1e9 * x) / 1e9), [1.8, -0.7, 50]);
  assert.equal(boxed.panels[0].pixels, { fast: 4, slow: 4 });
  const own = groupsOf(boxed);
  assert.equal(own.map(({ name, panels }) => [name, panels]), [["all", [0, 1]], ["left", []], ["right", [0, 1]]]);
  assert.equal(own.map(({ centreMm }) => centreMm), groupsOf(detector).map(({ centreMm }) => centreMm));
  // The same pixel of the panel and of the box after the same move.
  const moved = [{ centreMm: own[2].centreMm, move: { shiftMm: [0.1, 0.2, 0.3], turnDeg: [1, 2, 3] } as const }];
  const [whole, box] = [panelFrame(detector.panels[1], moved), panelFrame(boxed.panels[0], moved)];
  [0, 1, 2].forEach((axis) => {
    const pixel = Number(whole.originMm[axis]) + 0.1 * (3 * Number(whole.fast[axis]) + 2 * Number(whole.slow[axis]));
    assert.ok(Math.abs(pixel - Number(box.originMm[axis])) < 1e-12);
  });
});

test("a box that reaches beyond its panel is refused by its number", () => {
  assert.throws(() => boxedDetector(detector, [{ panel: 0, fast: 0, slow: 0 }, { panel: 0, fast: 17, slow: 0 }], 4), /box 1 begins at 17 0 on the panel left, and 4 pixels from there reach beyond its 20 x 10/);
});

test.run();
