import { test } from "uvu";
import * as assert from "uvu/assert";
import * as ops from "../../src/autodiff/operations.js";
import type { Quantity } from "../../src/autodiff/tape.js";
import { boxedDetector, type PanelBox } from "../../src/models/panel-boxes.js";
import type { GroupMove, PanelledDetector } from "../../src/models/panels.js";
import { array } from "../../src/ndarray/ndarray.js";
import type { Vector } from "../../src/physics/vector.js";
import { refineGeometry, type GeometryOptions, type Shot } from "../../src/refine/geometry.js";
import { PanelModel } from "../../src/simulate/panel-model.js";
import type { ExperimentOfPanels } from "../../src/simulate/panel-options.js";

const names = ["left", "right"];
const detector: PanelledDetector = {
  panels: names.map((name, i) => ({ name, pixels: { fast: 40, slow: 80 }, pixelSizeMm: 0.3, originMm: [i === 0 ? -12.5 : 0.5, -12, 60] as const, fast: [1, 0, 0] as const, slow: [0, 1, 0] as const })),
  mounting: { name: "all", children: names.map((name, i) => ({ name, children: [i] })) },
  axes: { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] },
};
type Own = { readonly missetDeg: Vector<number>; readonly logScale: number };
const experimentOf = ({ missetDeg, logScale }: { readonly missetDeg: Vector; readonly logScale: Quantity }): ExperimentOfPanels => ({
  beam: { wavelengthA: 1.3, fluence: ops.mul(1e25, ops.exp(logScale)) },
  crystal: { lattice: { a: 40, b: 50, c: 60, alpha: 90, beta: 90, gamma: 90 }, missetDeg, cells: [20, 20, 20], etaDeg: 0.5 },
  structureFactors: 100,
  footprintMm: 0.15,
  background: [Math.log(0.2)],
});
const truth: Record<string, GroupMove> = { left: { shiftMm: [0.1, -0.15, 0], turnDeg: [0, 0, 0.3] }, right: { shiftMm: [-0.12, 0.05, 0], turnDeg: [0, 0, -0.2] } };
const model = { spots: "closed", skip: "nothing" } as const;

/** The brightest places of a shot, as boxes, and what is expected in them. */
function shot(missetDeg: Vector<number>, own: Own): Shot<Own> {
  const { image } = new PanelModel<Own>(detector, experimentOf, model).simulate({ experiment: { missetDeg, logScale: 0 }, groups: {} });
  const pixels = Array.from({ length: image.size }, (_, i) => i).sort((i, j) => image.data[j] - image.data[i]);
  const boxes: PanelBox[] = [];
  for (const pixel of pixels) {
    const box = { panel: Math.floor(pixel / 3200), fast: (pixel % 40) - 4, slow: (Math.floor(pixel / 40) % 80) - 4 };
    const isInside = box.fast >= 0 && box.slow >= 0 && box.fast + 9 <= 40 && box.slow + 9 <= 80;
    if (isInside && !boxes.some(({ panel, fast, slow }) => panel === box.panel && Math.abs(fast - box.fast) < 9 && Math.abs(slow - box.slow) < 9)) boxes.push(box);
    if (boxes.length === 10) break;
  }
  const { image: counts } = new PanelModel<Own>(boxedDetector(detector, boxes, 9), experimentOf, model).simulate({ experiment: { missetDeg, logScale: 0.1 }, groups: truth });
  return { boxes, counts, start: own };
}

const missets: readonly Vector<number>[] = [[12, 25, 37], [50, -20, 10]];
const options: GeometryOptions = { groups: names, mountedWithin: { shiftMm: 10, turnDeg: 10 }, mostSteps: 25 };

test("without noise the panels come back to where they stand, up to a turn of all about the beam, and each shot's orientation with them", async () => {
  const shots = missets.map((misset) => shot(misset, { missetDeg: [misset[0] + 0.05, misset[1] - 0.05, misset[2] + 0.05], logScale: 0 }));
  const { groups, own, hasConverged } = await refineGeometry<Own>(detector, shots, experimentOf, options);
  assert.ok(hasConverged);
  // What a turn of all about the beam does not change: the difference of the panels' own turns.
  const turn = (moves: Readonly<Record<string, GroupMove>>): number => moves.left.turnDeg[2] - moves.right.turnDeg[2];
  assert.ok(Math.abs(turn(groups) - turn(truth)) < 0.01, `${turn(groups)} is not ${turn(truth)}`);
  const across = (moves: Readonly<Record<string, GroupMove>>): number => moves.left.shiftMm[0] - moves.right.shiftMm[0];
  assert.ok(Math.abs(across(groups) - across(truth)) < 0.005, `${across(groups)} is not ${across(truth)}`);
  own.forEach(({ logScale }) => assert.ok(Math.abs(logScale - 0.1) < 0.01));
});

test("a group that is none, no shot, and counts of another number of boxes are refused", async () => {
  const one = { boxes: [{ panel: 0, fast: 0, slow: 0 }], counts: array([[[1, 2], [3, 4]]]), start: { missetDeg: [0, 0, 0] as const, logScale: 0 } };
  const refused = async (shots: readonly Shot<Own>[], groups: readonly string[]): Promise<string> => {
    try {
      await refineGeometry<Own>(detector, shots, experimentOf, { ...options, groups });
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
    return "nothing";
  };
  assert.match(await refused([one], ["middle"]), /a group that moves is "middle"; it can be all or left or right/);
  assert.match(await refused([], names), /at least one shot/);
  assert.match(await refused([{ ...one, boxes: [] }], names), /shot 0 has 0 boxes, and counts of the shape 1 x 2 x 2/);
});

test.run();
