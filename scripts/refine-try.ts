import { readFile } from "node:fs/promises";
import { parseHkl, parseSmv, StructureFactors, type Experiment } from "../src/index.js";
import { refinableExperiment, parametersNamed, type Refinable } from "../src/refine/catalogue.js";
import { Likelihood } from "../src/refine/likelihood.js";
import { lossNamed } from "../src/refine/loss.js";
import { cleaned, usablePixels } from "../src/refine/still.js";
import { uncertainty } from "../src/refine/uncertainty.js";
import { levenbergMarquardt } from "../src/optim/levenberg-marquardt.js";
import { slopeAt } from "../src/refine/parameter.js";
import { nodeWorkers } from "../src/simulate/parallel/node.js";

const mosaic = process.argv[2] === "mosaic";
const floor = Number(process.argv[3] ?? 0.01);
const dir = "/work/shared/data/stills/";
const still = parseSmv(await readFile(dir + (mosaic ? "cro_mosaic.img" : "cro_still.img")), "x");
const structureFactors = StructureFactors.fromReflections(parseHkl(await readFile("scripts/data/1orc_P1.hkl", "utf8"), "x"));
const experiment: Experiment = refinableExperiment({
  beam: { wavelengthA: 1, fluence: 1e26 },
  crystal: { lattice: { a: 34.77, b: 39.17, c: 48.31, alpha: 90, beta: 90, gamma: 90 }, missetDeg: mosaic ? [-25, 47, 5] : [10, 20, 30],
    cells: mosaic ? [10, 10, 10] : [8, 8, 8], ...(mosaic && { mosaic: { spreadDeg: Number(process.argv[4] ?? 0.1), domains: 25, seed: -5 } }) },
  detector: { pixels: { slow: 256, fast: 256 }, pixelSizeMm: 0.4, distanceMm: 120 },
  structureFactors, ...(mosaic && { waterUm: 3 }),
});
const { mask, overloaded } = usablePixels(still.image);
console.log("overloaded", overloaded);
const names: Refinable[] = mosaic ? ["cell", "misset", "distance", "scale", "mosaic_spread", "water"] : ["cell", "misset", "distance", "scale"];
const parameters = parametersNamed(names, experiment);
const pool = process.argv.includes("pool") ? nodeWorkers(2) : undefined;
const likelihood = new Likelihood([{ experiment, options: { mask, oversample: mosaic ? 1 : 2, semantics: "nanobragg" }, counts: cleaned(still.image, mask) }], parameters, lossNamed("poisson", { floor }), [], pool);
const t0 = performance.now();
const show = (x: readonly number[]) => likelihood.valuesAt(x).map((v) => v.toPrecision(6)).join(" ");
const result = await levenbergMarquardt({ normalEquations: (x) => likelihood.normalEquations(x), value: (x) => likelihood.value(x) }, parameters.map(() => 0), { valueTolerance: 1e-9, maxSteps: 40, onStep: ({ step, value, parameters: x }) => console.log(step, value.toFixed(2), show(x), ((performance.now() - t0) / 1000).toFixed(2)) });
console.log(result.why, result.steps, result.evaluations, likelihood.passes, ((performance.now() - t0) / 1000).toFixed(2));
const eq = await likelihood.normalEquations(result.parameters);
const u = uncertainty(eq.normal, await likelihood.information(result.parameters));
const truth = mosaic ? [34.7, 39.24, 48.4, -24.9, 47.15, 5.05, 119.8, 3, 0.25, 3] : [34.85, 39.09, 48.18, 10.12, 19.9, 30.1, 120.25, 2];
const values = likelihood.valuesAt(result.parameters);
parameters.forEach((p, i) => { const e = (u.sigmas[i] ?? NaN) * slopeAt(p, values[i]); console.log(p.name.padEnd(14), values[i].toFixed(5), "+-", e.toFixed(5), "truth", truth[i], ((values[i] - truth[i]) / e).toFixed(2)); });
const [image] = await likelihood.images(result.parameters);
for (const min of [0.1, 0.5, 1, 5]) { let s = 0, n = 0; for (let i = 0; i < image.size; i++) if (mask.data[i] && image.data[i] >= min) { s += (still.image.data[i] - image.data[i]) ** 2 / image.data[i]; n++; } console.log("chi2", min, s / (n - parameters.length), n); }
process.exit(0);
