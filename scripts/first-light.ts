/**
 * From a still back to the crystal: refines cell, orientation, distance and scale of a protein crystal by the derivatives of every
 * pixel, and draws the still beside the refined model. The still is simulated, with Poisson noise.
 */
import { mkdir, readFile } from "node:fs/promises";
import {
  comparisonSvg,
  full,
  ImageModel,
  ops,
  parseHkl,
  parseSmv,
  StructureFactors,
  type Experiment,
  type NdArray,
  type PixelFunction,
  type PixelLoss,
  type Quantity,
} from "../src/index.js";
import { writeFileAtomically } from "../src/io/files.js";
import { levenbergMarquardt, type LeastSquaresResult } from "../src/optim/levenberg-marquardt.js";
import { cholesky, invertCholesky } from "../src/optim/linear-algebra.js";
import { knownExperiment } from "../src/view/known-experiment.js";

const here = new URL(".", import.meta.url);
const still = parseSmv(await readFile(new URL("data/cro_still.img", here)), "cro_still.img");
const reflections = parseHkl(await readFile(new URL("data/1orc_P1.hkl", here), "utf8"), "1orc_P1.hkl");
const structureFactors = StructureFactors.fromReflections(reflections);

// Where the 16 bits of a pixel were full, the count says nothing.
const overload = 65535;
const observed = full(still.shape, NaN);
const mask = full(still.shape, 0, "int32");
still.image.data.forEach((count, i) => {
  if (count >= overload) return;
  observed.data[i] = count;
  mask.data[i] = 1;
});

/** Photons from which on chi-square is meaningful. */
const brightEnough = 5;

/** What is refined: where an experimenter starts, what the image was made with, and how close is close enough. */
interface Refined {
  readonly name: string;
  readonly start: number;
  readonly truth: number;
  readonly tolerance?: { readonly absolute: number } | { readonly percent: number };
}

const refined: readonly Refined[] = [
  { name: "a [A]", start: 34.77, truth: 34.85, tolerance: { percent: 0.1 } },
  { name: "b [A]", start: 39.17, truth: 39.09, tolerance: { percent: 0.1 } },
  { name: "c [A]", start: 48.31, truth: 48.18, tolerance: { percent: 0.1 } },
  { name: "misset x [deg]", start: 10, truth: 10.12, tolerance: { absolute: 0.03 } },
  { name: "misset y [deg]", start: 20, truth: 19.9, tolerance: { absolute: 0.03 } },
  { name: "misset z [deg]", start: 30, truth: 30.1, tolerance: { absolute: 0.03 } },
  { name: "distance [mm]", start: 120, truth: 120.25, tolerance: { percent: 0.05 } },
  // A scale is always positive: its logarithm may go anywhere.
  { name: "ln fluence", start: Math.log(1e26), truth: Math.log(2e26) },
];

type Parameters = { readonly x: readonly number[] };

/** The experiment for parameters in the order of the table, numbers or recorded. */
function experimentAt({ x }: { readonly x: readonly Quantity[] }): Experiment<Quantity> {
  const [a, b, c, missetX, missetY, missetZ, distanceMm, logFluence] = x;
  return {
    beam: { wavelengthA: 1, fluence: ops.exp(logFluence) },
    crystal: { lattice: { a, b, c, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [missetX, missetY, missetZ], cells: [8, 8, 8] },
    // The header's distance is the truth of this simulated measurement; an experimenter would not know it so well.
    detector: {
      pixels: { slow: still.shape[0], fast: still.shape[1] },
      pixelSizeMm: Number(still.header.get("PIXEL_SIZE")),
      distanceMm,
    },
    structureFactors,
  };
}

const sampling = { oversample: 2, semantics: "nanobragg" } as const;
const measured = new ImageModel<Parameters>(experimentAt, { ...sampling, mask });

// A background of a tenth of a photon, in the counts as in the model, keeps single photons far from any spot, where the model is
// nearly 0, from outweighing the spots; it moves no expected value.
const background = 0.1;
/** Minus the logarithm of the probability of Poisson counts. */
const poisson: PixelLoss = (photons, counts) =>
  ops.sub(photons, ops.mul(ops.add(counts, background), ops.log(ops.add(photons, background))));
/** What a photon more or less means on average: one over the variance of the counts. */
const information: PixelFunction = (photons) => ops.div(1, ops.add(photons, background));

const began = performance.now();
const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);

const result = await levenbergMarquardt(
  {
    normalEquations: (x) => {
      const { loss, gradient, normal } = measured.normalEquations(poisson, information, { x }, still.image);
      return { value: loss, gradient, normal };
    },
    value: (x) => measured.lossAndGradient(poisson, { x }, still.image).loss,
  },
  refined.map(({ start }) => start),
  {
    valueTolerance: 1e-9,
    onStep: ({ step, value, parameters: [a, b, c, x, y, z, distance, logFluence] }) => {
      const fixed = (...numbers: number[]): string => numbers.map((number) => number.toFixed(3)).join(" ");
      const crystal = `cell ${fixed(a, b, c)}  misset ${fixed(x, y, z)}`;
      const rest = `distance ${distance.toFixed(2)}  fluence ${Math.exp(logFluence).toExponential(3)}`;
      console.log(`step ${String(step).padStart(2)}  ${seconds().padStart(5)} s  loss ${value.toFixed(1)}  ${crystal}  ${rest}`);
    },
  },
);
console.log(
  `\n${result.converged ? "Converged" : "Not converged"} (${result.why}) after ${result.steps} steps, ${seconds()} s.\n`,
);

console.log(row("", "start", "refined", "esd", "truth", "deviation", "allowed"));
const esds = deviationsOf(result);
const good = refined.map((parameter, i) => compare(parameter, result.parameters[i], esds[i]));

const { image } = new ImageModel<Parameters>(experimentAt, sampling).simulate({ x: result.parameters });
const title = `Cro repressor, a still of ${still.shape[1]} x ${still.shape[0]} pixels, refined by the derivatives of every pixel`;
await mkdir("out", { recursive: true });
const picture = await comparisonSvg(knownExperiment(experimentAt({ x: result.parameters })), { measured: observed, model: image, residual: residualInSigmas(image) }, title);
await writeFileAtomically("out/first-light.svg", new TextEncoder().encode(picture));
console.log(`\nReduced chi-square of the pixels with at least ${brightEnough} photons: ${reducedChiSquare(image).toFixed(3)}.`);
console.log("Measured, modelled and residual image: out/first-light.svg");
process.exitCode = good.every(Boolean) ? 0 : 1;

/** Standard deviations of the parameters: what the photons allow, if the model is right. */
function deviationsOf({ normal, parameters }: LeastSquaresResult): number[] {
  const factor = normal && cholesky(normal);
  return factor ? invertCholesky(factor).map((variances, i) => Math.sqrt(variances[i])) : parameters.map(() => NaN);
}

function row(...fields: string[]): string {
  const [name, ...numbers] = fields;
  return name.padEnd(16) + numbers.map((field) => field.padStart(12)).join("");
}

/** Prints start, refined value and truth side by side, and says whether the deviation is within the tolerance. */
function compare({ name, start, truth, tolerance }: Refined, value: number, esd: number): boolean {
  const isRelative = tolerance !== undefined && "percent" in tolerance;
  const deviation = isRelative ? 100 * (value / truth - 1) : value - truth;
  const largest = tolerance === undefined ? Infinity : "percent" in tolerance ? tolerance.percent : tolerance.absolute;
  const unit = isRelative ? " %" : "  ";
  const numbers = [start, value, esd, truth].map((number) => number.toFixed(4));
  console.log(row(name, ...numbers, `${deviation.toFixed(4)}${unit}`, tolerance ? `${largest}${unit}` : "  ").trimEnd());
  return Math.abs(deviation) <= largest;
}

/** Of the pixels where counts are nearly Gaussian, against one degree of freedom for each parameter less. */
function reducedChiSquare(image: NdArray): number {
  const residual = residualInSigmas(image);
  let [sum, count] = [0, -refined.length];
  for (let i = 0; i < image.size; i++) {
    if (image.data[i] < brightEnough || mask.data[i] === 0) continue;
    sum += residual.data[i] ** 2;
    count++;
  }
  return sum / count;
}

/** Differences between counts and a model in standard deviations of the counts; those of less than a photon are taken as one photon. */
function residualInSigmas(model: NdArray): NdArray {
  const result = full(observed.shape, NaN);
  result.data.set(observed.data.map((count, i) => (count - model.data[i]) / Math.sqrt(Math.max(model.data[i], 1))));
  return result;
}
