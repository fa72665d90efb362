/** From how far a refinement of sharp spots in closed form finds the truth. */
import { parametersNamed, refine, type Experiment, type ImageOptions, type Refinable } from "../../src/index.js";
import { experimentOf, measure, stillOf, type Setting } from "../refine-still.js";
import { table } from "../../bench/markdown.js";
import { randomDirection, randomNumbers } from "./random-numbers.js";

const options: ImageOptions = { spots: "closed", interpolation: "nearest" };
const truth: Setting = { cell: [34.85, 39.09, 48.18], missetDeg: [10.12, 19.9, 30.1], distanceMm: 120.25, fluence: 1e25, cells: 100, pixels: 192 };
const wanted: readonly Refinable[] = ["cell", "misset", "distance", "fluence"];
const truths = [...truth.cell, ...truth.missetDeg, truth.distanceMm, truth.fluence];
const trials = 5;
/** The domains' rotations, without which next to no spot would be on the sphere. */
const etaDeg = 0.05;

function crystalOf(setting: Setting): Experiment {
  const experiment = experimentOf(setting);
  return { ...experiment, crystal: { ...experiment.crystal, etaDeg } };
}

/** How many times wider the spots are at first, in turn. */
const ways = [[], [4, 2], [64, 16, 4]] as const;

/** The share of wrong starts from which the truth is found, for each way to begin. */
export async function closedCapture(): Promise<string> {
  const counts = measure(crystalOf(truth), options, 5);
  const uniform = randomNumbers(3);
  const rows: string[][] = [];
  for (const [missetDeg, cellPercent] of [[0.1, 0.1], [0.5, 1]] as const) {
    const starts = Array.from({ length: trials }, () => {
      const turn = randomDirection(uniform);
      const [x, y, z] = truth.missetDeg.map((angle, axis) => angle + missetDeg * turn[axis]);
      const [a, b, c] = truth.cell.map((edge) => edge * (1 + (cellPercent / 100) * (uniform() < 0.5 ? -1 : 1)));
      return crystalOf({ ...truth, cell: [a, b, c], missetDeg: [x, y, z], distanceMm: 120, fluence: 5e24 });
    });
    for (const coarseToFine of ways) {
      let [found, passes] = [0, 0];
      for (const start of starts) {
        const result = await refine([{ ...stillOf(counts, start, options), overload: Infinity }], parametersNamed(wanted, start), { coarseToFine });
        const isTruth = result.parameters.every(({ value, esd = 0 }, i) => Math.abs(value - truths[i]) < 5 * esd);
        if (isTruth) found++;
        passes += result.passes / trials;
        console.error(`${missetDeg} deg, ${cellPercent} %, [${coarseToFine.join(", ")}]: ${isTruth ? "found" : "not found"}, chi-square ${result.reducedChiSquare.toFixed(2)}, ${result.passes} passes, ${result.seconds.toFixed(1)} s`);
      }
      rows.push([`${missetDeg} deg, ${cellPercent} %`, coarseToFine.length > 0 ? coarseToFine.join(", ") : "none", `${((100 * found) / trials).toFixed(0)} %`, passes.toFixed(1)]);
    }
  }
  return `## Capture range of sharp spots in closed form

100 cells along each edge, whose own spots are 0.014 mm wide on pixels of 0.4 mm, and an eta of ${etaDeg} degrees; ${truth.pixels} x ${truth.pixels} pixels. The
share of ${trials} starts from which all parameters end within 5 esds of the truth. The misset is wrong by a turn about a random axis, each edge by so
much, longer or shorter at random; distance (0.2 %) and fluence (a factor of 2) are wrong too. A pass is one over the image with all derivatives.

${table(["misset, cell", "times wider at first", "found", "passes"], rows)}
`;
}
