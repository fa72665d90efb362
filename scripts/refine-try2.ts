import { readFile } from "node:fs/promises";
import { parseHkl, parseSmv, StructureFactors, type Experiment, copy } from "../src/index.js";
import { refinableExperiment, parametersNamed } from "../src/refine/catalogue.js";
import { refine } from "../src/refine/refine.js";
import { usablePixels } from "../src/refine/still.js";
import { simulate } from "../src/simulate/simulate.js";
import { addNoise } from "../src/simulate/noise.js";
const structureFactors = StructureFactors.fromReflections(parseHkl(await readFile("scripts/data/1orc_P1.hkl", "utf8"), "x"));
const truth = { a: 34.85, b: 39.09, c: 48.18, alpha: 90, beta: 90, gamma: 90 };
const at = (cell: typeof truth, missetDeg: readonly [number, number, number], distanceMm: number, fluence: number): Experiment => refinableExperiment({
  beam: { wavelengthA: 1, fluence }, crystal: { lattice: cell, missetDeg, cells: [8, 8, 8] },
  detector: { pixels: { slow: 256, fast: 256 }, pixelSizeMm: 0.4, distanceMm }, structureFactors });
const options = { oversample: 2, semantics: "nanobragg" as const };
const image = simulate(at(truth, [10.12, 19.9, 30.1], 120.25, 2e26), options).image;
const counts = copy(addNoise(image, { seed: -7, adcOffset: 0 }).counts, "float64");
const { mask } = usablePixels(counts);
let seed = 12345;
const uniform = () => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return seed / 0x7fffffff; };
const gauss = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
const trials = Number(process.argv[2] ?? 10);
const stagesets: Record<string, number[]> = { none: [], "4,2": [4, 2], "8,4,2": [8, 4, 2], "4": [4] };
for (const [missetError, cellError] of [[0.1, 0.1], [0.3, 0.3], [1, 0.3], [1, 1], [3, 0.3]]) {
  const good: Record<string, number> = {}; const time: Record<string, number> = {};
  for (const k of Object.keys(stagesets)) { good[k] = 0; time[k] = 0; }
  for (let t = 0; t < trials; t++) {
    const axis = [gauss(), gauss(), gauss()]; const n = Math.hypot(...axis);
    const m = [10.12, 19.9, 30.1].map((v, i) => v + missetError * axis[i] / n) as [number, number, number];
    const e = () => 1 + (cellError / 100) * (uniform() < 0.5 ? -1 : 1) ;
    const start = at({ ...truth, a: truth.a * e(), b: truth.b * e(), c: truth.c * e() }, m, 120, 1e26);
    for (const [k, stages] of Object.entries(stagesets)) {
      const still = { experiment: start, options: { ...options, mask }, counts };
      const r = await refine([still], parametersNamed(["cell", "misset", "distance", "scale"], start), { coarseToFine: stages });
      const true_ = [34.85, 39.09, 48.18, 10.12, 19.9, 30.1, 120.25, 2];
      const ok = r.parameters.every((p, i) => p.esd !== undefined && Math.abs(p.value - true_[i]) < 5 * p.esd);
      if (ok) good[k]++; time[k] += r.seconds;
    }
  }
  console.log(missetError, cellError, good, Object.values(time).map((v) => (v / trials).toFixed(1)));
}
