/**
 * Measures how honest the standard deviations are and from how far a refinement finds the truth; writes reports/refinement.md, or of it the
 * sections whose names are given: stills, copies, recovery, cells, capture, closed-capture, passes, closed-passes.
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import {
  adam, descend, levenbergMarquardt, Likelihood, lossNamed, parametersNamed, refine, simulate,
  type Experiment, type ImageOptions, type Refinable, type Refinement, type Still,
} from "../src/index.js";
import { writeFileAtomically } from "../src/io/files.js";
import { Stage } from "../src/refine/stage.js";
import { readyStills } from "../src/refine/still.js";
import { experimentOf, measure, noisy, readStill, stillOf, structureFactors, type Setting } from "./refine-still.js";
import { table } from "../bench/markdown.js";
import { closedCapture } from "./report/closed-capture.js";
import { randomDirection, randomNumbers } from "./report/random-numbers.js";
import { recovery } from "./report/recovery.js";

const options: ImageOptions = { oversample: 2, semantics: "nanobragg" };
const truth: Setting = { cell: [34.85, 39.09, 48.18], missetDeg: [10.12, 19.9, 30.1], distanceMm: 120.25, fluence: 2e26 };
const nominal: Setting = { cell: [34.77, 39.17, 48.31], missetDeg: [10, 20, 30], distanceMm: 120, fluence: 1e26 };
const wanted: readonly Refinable[] = ["cell", "misset", "distance", "fluence"];
const truthValues = [...truth.cell, ...truth.missetDeg, truth.distanceMm, truth.fluence];
const count = 100;
const path = "reports/refinement.md";

/** Sections by name, in the order of the page; each begins with a mark, so that it can be written anew alone. */
const makers: Readonly<Record<string, () => Promise<string>>> = { stills, copies: noisyCopies, recovery, cells: cellCounts, capture: captureRange, "closed-capture": closedCapture, passes, "closed-passes": closedPasses };
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in makers));
if (unknown !== undefined) throw new Error(`there is no section "${unknown}"; there are ${Object.keys(makers).join(", ")}`);
const before = asked.length > 0 ? await readFile(path, "utf8") : "";
let text = `# Refinement

By \`npx tsx scripts/refinement-report.ts\` on ${cpus()[0].model}, Node ${process.version}, one thread. Poisson's likelihood, starts as an
experimenter would have them, all parameters refined together.
`;
for (const [name, make] of Object.entries(makers)) {
  const mark = `<!-- ${name} -->`;
  const [, rest] = before.split(mark);
  const kept = rest?.split("<!-- ")[0].trim();
  const section = asked.length === 0 || asked.includes(name) ? (await make()).trim() : kept;
  if (section !== undefined) text += `\n${mark}\n${section}\n`;
}
await writeFileAtomically(path, new TextEncoder().encode(text));
console.log(text);

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

/** Deviations from the truth in standard deviations. */
function deviations({ parameters }: Refinement, truths: readonly number[]): number[] {
  return parameters.map(({ value, esd }, i) => (value - truths[i]) / (esd ?? NaN));
}

/** The two stills that the reference program drew. */
async function stills(): Promise<string> {
  const mosaicStart: Experiment = {
    ...experimentOf({ ...nominal, missetDeg: [-25, 47, 5], cells: 10 }),
    crystal: {
      ...experimentOf({ ...nominal, missetDeg: [-25, 47, 5], cells: 10 }).crystal,
      mosaic: { spreadDeg: 0.1, domains: 25, seed: -5 },
    },
    waterUm: 3,
    structureFactors,
  };
  const mosaicTruth = [34.7, 39.24, 48.4, -24.9, 47.15, 5.05, 119.8, 3e26, 0.25, 3];
  const cases = [
    { name: "cro_still.img", start: experimentOf(nominal), refined: wanted, truths: truthValues, oversample: 2 },
    { name: "cro_mosaic.img", start: mosaicStart, refined: [...wanted, "mosaic_spread", "water"] as const, truths: mosaicTruth, oversample: 1 },
  ];
  let text = "";
  for (const { name, start, refined, truths, oversample } of cases) {
    const still = stillOf(await readStill(name), start, { ...options, oversample });
    const result = await refine([still], parametersNamed(refined, start));
    const sigmas = deviations(result, truths);
    const rows = result.parameters.map(({ name, start, value, esd = NaN, unit }, i) => [
      `${name}${unit === "" ? "" : ` [${unit}]`}`, start.toPrecision(6), value.toPrecision(7), esd.toPrecision(2), truths[i].toPrecision(6), sigmas[i].toFixed(2),
    ]);
    text += `## ${name}\n\n${table(["", "start", "refined", "esd", "truth", "deviation in esds"], rows)}\n` +
      `${result.steps} steps, ${result.seconds.toFixed(1)} s; reduced chi-square ${result.reducedChiSquare.toFixed(3)}.\n\n`;
  }
  return text;
}

/** Stills of crystals of other sizes than the start says. */
async function cellCounts(): Promise<string> {
  const refined = [...wanted, "N"] as const;
  const start = experimentOf({ ...nominal, cells: 8 });
  const rows: string[][] = [];
  for (const cells of [5, 6, 7, 9, 10, 12, 15]) {
    const { image } = simulate(experimentOf({ ...truth, cells }), options);
    const result = await refine([stillOf(noisy(image, cells), start, options)], parametersNamed(refined, start));
    const { value, esd = NaN } = result.parameters[result.parameters.length - 1];
    const largest = Math.max(...deviations(result, [...truthValues, cells]).map(Math.abs));
    rows.push([String(cells), value.toPrecision(5), esd.toPrecision(2), largest.toFixed(2), result.reducedChiSquare.toFixed(3), result.seconds.toFixed(1)]);
  }
  return `## A wrong number of cells

Refined together with cell, misset, distance and fluence, from 8 cells along each edge. The fringes of a spot make a false minimum near every
number of cells; after the coarse stages, numbers from half to twice the start are tried.

${table(["cells", "refined", "esd", "largest deviation of all parameters, in esds", "reduced chi-square", "seconds"], rows)}
`;
}

/** How often the truth lies within one and two standard deviations of the result. */
async function noisyCopies(): Promise<string> {
  const { image } = simulate(experimentOf(truth), options);
  const start = experimentOf(nominal);
  const parameters = parametersNamed(wanted, start);
  const within = parameters.map(() => ({ one: 0, two: 0, sum: 0, squares: 0, esd: 0 }));
  const chiSquares: number[] = [];
  for (let copy = 1; copy <= count; copy++) {
    const result = await refine([stillOf(noisy(image, copy), start, options)], parameters, { coarseToFine: [] });
    chiSquares.push(result.reducedChiSquare);
    deviations(result, truthValues).forEach((sigmas, i) => {
      const tally = within[i];
      if (Math.abs(sigmas) <= 1) tally.one++;
      if (Math.abs(sigmas) <= 2) tally.two++;
      tally.sum += sigmas;
      tally.squares += sigmas ** 2;
      tally.esd += (result.parameters[i].esd ?? NaN) / count;
    });
  }
  const all = (pick: "one" | "two"): number => within.reduce((sum, tally) => sum + tally[pick], 0);
  const rows = within.map(({ one, two, sum, squares, esd }, i) => [
    parameters[i].name, esd.toPrecision(2), percent(one, count), percent(two, count), (sum / count).toFixed(2), Math.sqrt(squares / count).toFixed(2),
  ]);
  rows.push(["all", "", percent(all("one"), count * within.length), percent(all("two"), count * within.length), "", ""]);
  const mean = chiSquares.reduce((sum, value) => sum + value / count, 0);
  const spread = Math.sqrt(chiSquares.reduce((sum, value) => sum + (value - mean) ** 2 / (count - 1), 0));
  return `## ${count} noisy copies of a still

Each refined from the nominal start. A Gaussian has 68 % within one standard deviation and 95 % within two; mean and root mean square of
the deviations are 0 and 1.

${table(["", "mean esd", "within 1 esd", "within 2 esds", "mean", "rms"], rows)}
Reduced chi-square: ${mean.toFixed(3)} on average, ${spread.toFixed(3)} from copy to copy (${Math.min(...chiSquares).toFixed(3)} to ${Math.max(...chiSquares).toFixed(3)}).
`;
}

/** The share of wrong starts from which the truth is found. */
async function captureRange(): Promise<string> {
  const pixels = 128;
  const counts = measure(experimentOf({ ...truth, pixels }), options, 5);
  const cases = [
    ...[0.1, 0.3, 1, 3, 6].map((missetDeg) => ({ missetDeg, cellPercent: 0 })),
    ...[0.1, 0.3, 1, 3].map((cellPercent) => ({ missetDeg: 0, cellPercent })),
    { missetDeg: 1, cellPercent: 1 },
  ];
  const uniform = randomNumbers(1);
  const start = experimentOf({ ...nominal, pixels });
  const parameters = parametersNamed(wanted, start);
  const still = stillOf(counts, start, options);
  const esds = (await refine([still], parameters)).parameters.map(({ esd = NaN }) => esd);
  // What is recorded once serves all trials.
  const [wide, narrow, sharpest] = [4, 2, 1].map((blur) => new Stage(readyStills([still], new Set()), parameters, blur, lossNamed("poisson")));
  const found = async (from: readonly number[], ...stages: readonly Stage[]): Promise<{ readonly isTruth: boolean; readonly passes: number }> => {
    let values = from;
    const before = stages.reduce((sum, { likelihood }) => sum + likelihood.passes, 0);
    for (const stage of stages) ({ values } = await stage.run(values, 60, {}));
    const isTruth = values.every((value, i) => Math.abs(value - truthValues[i]) < 5 * esds[i]);
    return { isTruth, passes: stages.reduce((sum, { likelihood }) => sum + likelihood.passes, 0) - before };
  };
  const rows: string[][] = [];
  for (const { missetDeg, cellPercent } of cases) {
    let [sharp, coarse, sharpSteps, coarseSteps] = [0, 0, 0, 0];
    for (let trial = 0; trial < count; trial++) {
      const turn = randomDirection(uniform);
      const misset = truth.missetDeg.map((angle, axis) => angle + missetDeg * turn[axis]);
      const cell = truth.cell.map((edge) => edge * (1 + (cellPercent / 100) * (uniform() < 0.5 ? -1 : 1)));
      const from = [...cell, ...misset, nominal.distanceMm, nominal.fluence];
      const [fine, both] = [await found(from, sharpest), await found(from, wide, narrow, sharpest)];
      if (fine.isTruth) sharp++;
      if (both.isTruth) coarse++;
      sharpSteps += fine.passes / count;
      coarseSteps += both.passes / count;
    }
    rows.push([
      `${missetDeg} deg, ${cellPercent} %`, percent(sharp, count), percent(coarse, count), sharpSteps.toFixed(1), coarseSteps.toFixed(1),
    ]);
  }
  return `## Capture range

The share of ${count} starts from which all parameters end within 5 esds of the truth. The misset is wrong by a turn about a random axis, each
edge of the cell by so much, longer or shorter at random; distance (0.2 %) and fluence (a factor of 2) are wrong too. Coarse-to-fine begins with
spots 4 and then 2 times wider. A pass is one over the image with all derivatives; 128 x 128 pixels of 0.4 mm.

${table(["misset, cell", "found, sharp spots at once", "found, coarse-to-fine", "passes, sharp", "passes, coarse-to-fine"], rows)}
`;
}

/** Passes over an image until the misfit is the same. */
async function passes(): Promise<string> {
  const start = experimentOf(nominal);
  const still = stillOf(measure(experimentOf(truth), options, 6), start, options);
  return `## Levenberg-Marquardt and Adam

Passes over the image until the misfit is within 0.05 of its minimum (0.5 is one standard deviation of one parameter), from the nominal start
of the same still. Adam steps in units of the parameters' own standard deviations at the start, which is the best that can be done for it.

${await passesTable(still, parametersNamed(wanted, start))}
`;
}

/** The same of spots in closed form, whose widths are refined, too. */
async function closedPasses(): Promise<string> {
  const closed: ImageOptions = { spots: "closed", interpolation: "nearest" };
  const pixels = 128;
  const crystalOf = (setting: Setting, etaDeg: number, bandwidthPercent: number): Experiment => {
    const { beam, crystal, ...rest } = experimentOf({ ...setting, cells: 30, pixels });
    return { ...rest, beam: { ...beam, bandwidthPercent }, crystal: { ...crystal, etaDeg } };
  };
  const [etaDeg, bandwidthPercent] = [0.2, 0.3];
  const start = crystalOf(nominal, 0.3, 0.45);
  const still = stillOf(measure(crystalOf(truth, etaDeg, bandwidthPercent), closed, 6), start, closed);
  return `## Levenberg-Marquardt and Adam with spots in closed form

As above, of a still of ${pixels} x ${pixels} pixels in closed form: 30 cells along each edge, an eta of ${etaDeg} degrees and a bandwidth of ${bandwidthPercent} %, which are refined
with the others from one and a half times their values.

${await passesTable(still, parametersNamed([...wanted, "eta", "bandwidth"], start))}
`;
}

/** Passes of each minimiser, from where the parameters start. */
async function passesTable(still: Still, parameters: ReturnType<typeof parametersNamed>): Promise<string> {
  const likelihood = (): Likelihood => new Likelihood([still], parameters, lossNamed("poisson"));
  const origin = parameters.map(() => 0);
  const second = likelihood();
  const best = await levenbergMarquardt(
    { normalEquations: (x) => second.normalEquations(x), value: (x) => second.value(x) }, origin, { valueTolerance: 1e-10 },
  );
  // Half a unit of the log-likelihood is one standard deviation of one parameter; this is a tenth of that.
  const goal = best.value + 0.05;
  let needed = 0;
  const again = likelihood();
  await levenbergMarquardt(
    {
      normalEquations: async (x) => {
        const equations = await again.normalEquations(x);
        if (needed === 0 && equations.value <= goal) needed = again.passes;
        return equations;
      },
      value: (x) => again.value(x),
    },
    origin,
    { valueTolerance: 1e-10 },
  );
  const mostPasses = 400;
  const { normal } = await second.normalEquations(origin);
  const units = normal.map((row, i) => 1 / Math.sqrt(row[i]));
  const rows = [["Levenberg-Marquardt", String(needed), (goal - best.value).toFixed(2)]];
  for (const rate of [0.3, 1, 3, 10]) {
    const first = likelihood();
    const result = await descend(
      async (y) => {
        const { value, gradient } = await first.gradient(y.map((element, i) => element * units[i]));
        return { value, gradient: gradient.map((slope, i) => slope * units[i]) };
      },
      origin,
      adam(rate),
      { maxSteps: mostPasses, valueTolerance: 0, stepTolerance: 0, gradientTolerance: 0 },
    );
    const reached = result.history.find(({ value }) => value <= goal);
    rows.push([`Adam, learning rate ${rate}`, reached ? String(reached.evaluations) : `more than ${mostPasses}`, (result.value - best.value).toFixed(2)]);
  }
  return table(["", "passes", "misfit above the minimum in the end"], rows);
}
