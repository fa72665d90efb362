import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseHkl } from "../../src/io/hkl.js";
import { parseSmv } from "../../src/io/smv.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { copy } from "../../src/ndarray/ndarray.js";
import { parametersNamed, refinableExperiment } from "../../src/refine/catalogue.js";
import { goodnessOfFit } from "../../src/refine/goodness.js";
import { lossNamed } from "../../src/refine/loss.js";
import { withoutTrap } from "../../src/refine/narrow-spots.js";
import type { Ways } from "../../src/refine/sampling.js";
import { Stage } from "../../src/refine/stage.js";
import { readyStills, type ReadyStill } from "../../src/refine/still.js";
import { nearSpots } from "./near-spots.js";

const list = new URL("../../scripts/data/1orc_P1.hkl", import.meta.url);
const structureFactors = StructureFactors.fromReflections(parseHkl(readFileSync(list, "utf8"), "1orc_P1.hkl"));
const loss = lossNamed("poisson");
/** Spots of 0.025 mm on pixels of 0.4 mm, twice as bright as the start. */
const truths = { a: 34.85, b: 39.09, c: 48.18, misset_x: 10.05, misset_y: 19.95, misset_z: 30.05, distance: 120.25, scale: 2 };
const counts = copy(parseSmv(readFileSync(new URL("../cases/inputs/hundred-cells.img", import.meta.url)), "hundred-cells.img").image, "float64");
const start = refinableExperiment({
  beam: { wavelengthA: 1, fluence: 2.5e24 },
  crystal: { lattice: { a: 34.77, b: 39.17, c: 48.31, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [10.04, 19.96, 30.04], cells: [100, 100, 100] },
  detector: { pixels: { fast: 64, slow: 64 }, pixelSizeMm: 0.4, distanceMm: 120 },
  structureFactors,
});

test("spots narrower than a pixel trap a refinement of all parameters together, and let one go that takes orientation, cell and the rest in turn", async () => {
  const still = { experiment: start, options: { oversample: 24, mask: nearSpots(counts) }, counts, overload: 65535 };
  const stills = readyStills([still], new Set(), loss.fewest);
  const parameters = parametersNamed(["cell", "misset", "distance", "scale"], start);
  const from = parameters.map((parameter) => parameter.start);
  const stageOf = (each: readonly ReadyStill[]): Stage => new Stage(each, parameters, 1, loss);
  const free: string[][] = [];
  const run: Ways["run"] = (stage, values, _limit, isFree = () => true) => {
    free.push(parameters.filter(isFree).map(({ name }) => name));
    return stage.run(values, 100, {}, undefined, isFree);
  };
  const stage = stageOf(stills);
  const together = { stage, stills, ...(await run(stage, from)) };
  const inTurn = await withoutTrap(together, parameters, from, loss, { stageOf, run, over: () => undefined });
  const misfit = async ({ result }: typeof inTurn): Promise<number> =>
    goodnessOfFit([counts], await stage.likelihood.images(result.parameters), stills.map(({ mask }) => mask), loss, parameters.length).reducedChiSquare;
  const [trapped, released] = [await misfit(together), await misfit(inTurn)];
  assert.ok(trapped > 2, `together, the reduced chi-square is ${trapped}`);
  assert.ok(Math.abs(together.values[0] - truths.a) > 0.2, `together, a is ${together.values[0]}`);
  assert.ok(Math.abs(released - 1) < 0.2, `in turn, it is ${released}`);
  parameters.forEach(({ name }, i) => {
    const expected = Object.entries(truths).find(([known]) => known === name)?.[1] ?? NaN;
    assert.ok(Math.abs(inTurn.values[i] / expected - 1) < (name === "scale" ? 0.05 : 2e-3), `${name} is ${inTurn.values[i]}`);
  });
  const [orientation, cell] = [["misset_x", "misset_y", "misset_z", "scale"], ["a", "b", "c"]];
  assert.equal(free.map((names) => [...names].sort()), [Object.keys(truths).sort(), orientation, [...cell, ...orientation], Object.keys(truths).sort()]);
  // What explains the image is left as it is.
  assert.is(await withoutTrap(inTurn, parameters, from, loss, { stageOf, run, over: () => undefined }), inTurn);
});

test.run();
