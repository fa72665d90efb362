import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Experiment } from "../../src/models/experiment.js";
import { detectorFrame } from "../../src/models/detector.js";
import { carrierOf, detectorsOf, type MountedPanels, type Panel } from "../../src/models/panels.js";
import { known } from "../../src/autodiff/tape.js";
import { copy, type NdArray } from "../../src/ndarray/ndarray.js";
import { reshape } from "../../src/ndarray/views.js";
import { parametersNamed, type Refinable } from "../../src/refine/catalogue.js";
import { Likelihood } from "../../src/refine/likelihood.js";
import { lossNamed } from "../../src/refine/loss.js";
import { experimentAt } from "../../src/refine/parameter.js";
import { refine } from "../../src/refine/refine.js";
import { stillModel } from "../../src/refine/still-model.js";
import { addNoise } from "../../src/simulate/noise.js";
import { deviations, options, truth } from "./small-still.js";

/** The corner and the axes of the detector of one panel that carries the others. */
const { origin, fast, slow, beam, polarization, spindle } = detectorFrame(truth.detector);
const numbers = (vector: readonly unknown[], factor = 1): readonly [number, number, number] => [Number(vector[0]) * factor, Number(vector[1]) * factor, Number(vector[2]) * factor];
const [corner, along, down] = [numbers(origin, 1000), numbers(fast), numbers(slow)];

/** Four panels of different sizes, one of them tilted, in two groups, where the detector of one panel has its pixels. */
const at = (name: string, i: number, j: number, pixels: Panel["pixels"], tilt = 0): Panel => ({
  name,
  pixels,
  pixelSizeMm: 1,
  originMm: numbers(corner.map((x, axis) => x + i * along[axis] + j * down[axis])),
  fast: numbers(along.map((x, axis) => Math.cos(tilt) * x + (axis === 0 ? Math.sin(tilt) : 0))),
  slow: down,
});
const panels: MountedPanels = {
  panels: [at("p0", 0, 0, { fast: 30, slow: 31 }), at("p1", 33, 0, { fast: 31, slow: 31 }), at("p2", 0, 33, { fast: 30, slow: 30 }), at("p3", 33, 33, { fast: 30, slow: 31 }, 0.05)],
  mounting: { name: "all", children: [{ name: "top", children: [0, 1] }, { name: "bottom", children: [2, 3] }] },
  axes: { beam, polarization, spindle },
  carrier: carrierOf(truth.detector),
};
const four: Experiment = { ...truth, panels };
const counted = async (experiment: Experiment): Promise<NdArray> => {
  const { image } = await stillModel({ experiment, options }).simulate([]);
  const [count, rows, columns] = image.shape;
  return reshape(copy(addNoise(reshape(image, [count * rows, columns]), { seed: -3, adcOffset: 0 }).counts, "float64"), image.shape);
};

test("panels keep their places to each other where the detector that carries them moves", () => {
  const moved: Experiment = { ...four, detector: { ...four.detector, distanceMm: 93, rotationDeg: [3, -5, 20], twothetaDeg: 4 } };
  const corners = (experiment: Experiment): number[][] => detectorsOf(experiment).flatMap((detector) => {
    const { origin: o, fast: f, slow: s } = detectorFrame(detector);
    return [[0, 0], [29, 0], [0, 28]].map(([i, j]) => o.map((x, axis) => 1000 * known(x) + i * known(f[axis]) + j * known(s[axis])));
  });
  const [before, after] = [corners(four), corners(moved)];
  const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((x, i) => x - b[i]));
  before.forEach((a, i) => before.forEach((b, k) => assert.ok(Math.abs(distance(a, b) - distance(after[i], after[k])) < 1e-9)));
  // The first panel is where the detector of one panel is.
  const { origin: first } = detectorFrame(moved.detector);
  assert.ok(distance(after[0], first.map((x) => 1000 * known(x))) < 1e-9);
  assert.ok(distance(after[0], before[0]) > 5);
});

test("everything that can be refined of a detector of many panels has the derivative that differences have", async () => {
  const experiment: Experiment = {
    ...four,
    detector: { ...four.detector, rotationDeg: [1, 2, 3], twothetaDeg: 2, sensor: { thicknessUm: 300, attenuationDepthUm: 200, layers: 2 } },
    panels: { ...panels, moves: { top: { shiftMm: [0.1, -0.2, 0.3], turnDeg: [0.5, 0.2, -0.4] } } },
    structureFactors: 60,
  };
  const names: readonly Refinable[] = ["misset", "cell", "distance", "beam_center", "rotation", "twotheta", "thickness", "attenuation_depth", "groups", "scale"];
  const parameters = parametersNamed(names, experiment, { system: "triclinic" });
  assert.is(parameters.filter(({ move }) => move).length, 12);
  const likelihood = new Likelihood([{ experiment, options, counts: await counted(experiment) }], parameters, lossNamed("poisson"));
  const x = parameters.map((_, i) => 1e-2 * Math.sin(i + 1));
  const { gradient, normal } = await likelihood.normalEquations(x);
  const { gradient: again } = await likelihood.gradient(x);
  for (const [i, { name }] of parameters.entries()) {
    const step = 1e-4;
    const beside = async (sign: number): Promise<number> => (await likelihood.gradient(x.map((element, k) => element + (k === i ? sign * step : 0)))).value;
    const difference = (await beside(1) - (await beside(-1))) / (2 * step);
    const scale = Math.abs(difference) + Math.sqrt(normal[i][i]);
    assert.ok(normal[i][i] > 0, `nothing changes with ${name}`);
    assert.ok(Math.abs(gradient[i] - difference) < 1e-3 * scale, `${name}: ${gradient[i]} against ${difference}`);
    assert.ok(Math.abs(gradient[i] - again[i]) < 1e-9 * scale, `${name}: ${gradient[i]} against ${again[i]}`);
  }
});

test("a crystal, a detector and its groups are regained from an image of many panels, within their standard deviations", async () => {
  const truths = { misset_x: 10, misset_y: 20, misset_z: 30, distance: 80, top_shift_x: 0, top_shift_y: 0, top_shift_z: 0 };
  const parameters = parametersNamed(["misset", "distance", "groups", "scale"], { ...four, crystal: { ...four.crystal, missetDeg: [10.3, 19.8, 30.2] } })
    .filter(({ name, move }) => move === undefined || name.startsWith("top_shift"))
    .map((parameter) => (parameter.move ? { ...parameter, start: 0.2 } : parameter.name === "distance" ? { ...parameter, start: 80.3 } : parameter));
  const start = experimentAt({ ...four, crystal: { ...four.crystal, missetDeg: [10.3, 19.8, 30.2] } }, parameters, parameters.map((parameter) => parameter.start));
  const found = await refine([{ experiment: start as Experiment, options, counts: await counted(four) }], parameters, { coarseToFine: [2] });
  assert.equal(found.images[0].shape, [4, 31, 31]);
  assert.ok(Math.abs(found.reducedChiSquare - 1) < 4 * found.chiSquareSigma, `${found.reducedChiSquare}`);
  for (const [name, sigmas] of Object.entries(deviations(found.parameters.filter(({ name }) => name in truths), truths))) assert.ok(Math.abs(sigmas) < 4, `${name} is off by ${sigmas} standard deviations`);
  // What fills up the smaller panels is not used.
  assert.is(found.masks[0].get(2, 30, 5), 0);
});

test.run();
