import { test } from "uvu";
import * as assert from "uvu/assert";
import { parametersNamed } from "../../src/refine/catalogue.js";
import { lossNamed } from "../../src/refine/loss.js";
import { isLedAway } from "../../src/refine/sampling.js";
import { Stage } from "../../src/refine/stage.js";
import { readyStills } from "../../src/refine/still.js";
import { stillFrom, truth, withCrystal } from "./small-still.js";

const parameters = parametersNamed(["misset", "scale"], truth);
const loss = lossNamed("poisson");
const starts = parameters.map(({ start }) => start);

test("blurred spots that are narrower than a pixel all the same are sampled by several points, and wide ones by one", () => {
  const stillOf = (cells: number) => {
    const large = withCrystal(truth, { cells: [cells, cells, cells] });
    return readyStills([{ ...stillFrom(truth, truth, 1), experiment: large }], new Set());
  };
  const points = (cells: number, blur: number): number => new Stage(stillOf(cells), parameters, blur, loss).oversample;
  assert.is(points(5, 4), 1);
  assert.ok(points(100, 4) > 1);
  assert.ok(points(100, 2) > points(100, 4));
});

test("a start near the truth is kept where blurred spots have led far away, and given up where they have led nearer", async () => {
  const usable = readyStills([stillFrom(truth, truth, 2)], new Set());
  const stageOf = (stills: typeof usable): Stage => new Stage(stills, parameters, 1, loss);
  const away = starts.map((start, i) => (i === 0 ? start + 3 : start));
  const near = starts.map((start, i) => (i === 0 ? start + 0.05 : start));
  assert.is(await isLedAway(usable, parameters, near, away, (stills) => stageOf([...stills])), true);
  assert.is(await isLedAway(usable, parameters, away, near, (stills) => stageOf([...stills])), false);
  assert.is(await isLedAway(usable, parameters, starts, near, (stills) => stageOf([...stills])), false);
});

test.run();
