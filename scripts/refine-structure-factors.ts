/**
 * The structure factors themselves, from one still: the image is differentiated by every amplitude of the grid at once, and those
 * that the still shows become the true ones.
 */
import {
  copy, full, ImageModel, lbfgs, ops, simulate, StructureFactors,
  type Experiment, type NdArray, type Operand, type PixelLoss, type Quantity,
} from "../src/index.js";
import { experimentOf, noisy, stillOf, structureFactors } from "./refine-still.js";

const options = { oversample: 2 };
const known = experimentOf({ cell: [34.77, 39.17, 48.31], missetDeg: [10, 20, 30], distanceMm: 120, fluence: 2e26, pixels: 128 });
const counts = noisy(simulate(known, options).image, 1);
const { mask = full(counts.shape, 1, "int32") } = stillOf(counts, known, options).options;

// The start: amplitudes that are wrong by some 30 %, as before a structure is known well.
const truth = structureFactors.grid;
const start = copy(truth);
for (let i = 0; i < start.size; i++) start.data[i] *= 1 + 0.3 * Math.sin(1.7 * i);
const grid = new StructureFactors(start, structureFactors.min);

type Amplitudes = { readonly amplitudes: NdArray };
const model = new ImageModel<Amplitudes>(
  ({ amplitudes }: { readonly amplitudes: Operand }): Experiment<Quantity> => ({ ...known, structureFactors: grid, amplitudes }),
  { ...options, mask },
);

/** Poisson's likelihood, with a tenth of a photon on both sides so that dark pixels do not outweigh the spots. */
const poisson: PixelLoss = (photons, seen) => ops.sub(photons, ops.mul(ops.add(seen, 0.1), ops.log(ops.add(photons, 0.1))));

// Only amplitudes on which the image depends are refined; their unit is 10 electrons, so that a step of 1 is a fair one.
const unit = 10;
const { gradient: sensitivity } = model.lossAndGradient((photons) => photons, { amplitudes: start }, counts);
const shown = [...sensitivity.amplitudes.data.keys()].filter((i) => Math.abs(sensitivity.amplitudes.data[i]) > 0.02);
const gridAt = (x: readonly number[]): NdArray => {
  const amplitudes = copy(start);
  shown.forEach((place, k) => (amplitudes.data[place] += unit * x[k]));
  return amplitudes;
};

const result = await lbfgs(
  (x) => {
    const { loss, gradient } = model.lossAndGradient(poisson, { amplitudes: gridAt(x) }, counts);
    return { value: loss, gradient: shown.map((place) => unit * gradient.amplitudes.data[place]) };
  },
  shown.map(() => 0),
  { maxSteps: 60, valueTolerance: 1e-7, onStep: ({ step, value }) => { if (step % 10 === 0) console.log(`step ${step}: loss ${value.toFixed(1)}`); } },
);

/** Sum of the differences over the sum of the amplitudes, which crystallographers call R. */
function disagreement(amplitudes: NdArray): number {
  const difference = shown.reduce((sum, i) => sum + Math.abs(Math.abs(amplitudes.data[i]) - truth.data[i]), 0);
  return difference / shown.reduce((sum, i) => sum + truth.data[i], 0);
}
console.log(`${shown.length} amplitudes of ${truth.size} shown by the still, ${result.steps} steps (${result.why})`);
console.log(`R ${(100 * disagreement(start)).toFixed(1)} % -> ${(100 * disagreement(gridAt(result.parameters))).toFixed(1)} %`);
