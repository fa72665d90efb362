/**
 * Fits a model that has nothing to do with crystals: the K alpha doublet of copper, seen by a detector whose response trails to low
 * energies. The operation, the loss and the restraint are this program's own; a Hessian product gives the error of the doublet's area.
 */
import {
  addNoise, array, checkGradients, conjugateGradients, copy, evaluate, hessianProduct, lbfgs, objectiveOf, ops, record, treeOf, valueAndGrad, vectorOf,
  type Primitive, type Recorded, type Variable,
} from "../src/index.js";

/** Spreads what each channel holds over the channels below it (step 1) or, transposed, over those above it (step -1). */
const spread: Primitive<{ readonly response: readonly number[]; readonly step: number }> = {
  name: "spread",
  infer: ([spectrum]) => spectrum,
  kernel: {
    kind: "array",
    run(output, [spectrum], { response, step }) {
      for (let channel = 0; channel < spectrum.size; channel++) {
        response.forEach((part, distance) => {
          const source = channel + step * distance;
          if (source >= 0 && source < spectrum.size) output.data[channel] += part * spectrum.get(0, source);
        });
      }
    },
  },
  vjp: (_index, cotangent, { attributes }) => record(spread, [cotangent], { ...attributes, step: -attributes.step }),
  jvp: (_index, tangent, { attributes }) => record(spread, [tangent], attributes),
};

// In eV from the tabulated energy of the line K alpha 1, shape [1, channels].
const energies = array([Array.from({ length: 200 }, (_, channel) => 0.4 * channel - 48)]);
const truth = { line: { shift: 0.3, width: 1.3, logHeight: 7 }, ratio: 0.52, logBackground: 2 };
type Parameters = Recorded<typeof truth>;
/** The photons that each channel expects: two lines of Lorentz's shape, 19.9 eV apart, on a flat background. */
function spectrum({ line, ratio, logBackground }: Parameters): Variable {
  const shape = (centre: Variable): Variable => ops.div(1, ops.add(1, ops.square(ops.div(ops.sub(energies, centre), line.width))));
  const doublet = ops.add(shape(line.shift), ops.mul(ratio, shape(ops.sub(line.shift, 19.9))));
  const emitted = ops.add(ops.mul(ops.exp(line.logHeight), doublet), ops.exp(logBackground));
  return record(spread, [emitted], { response: [0.5, 0.25, 0.15, 0.1], step: 1 });
}
const area = ({ line, ratio }: Parameters): Variable => ops.mul(Math.PI / 0.4, line.width, ops.exp(line.logHeight), ops.add(1, ratio));

const counts = copy(addNoise(evaluate(spectrum)(truth), { seed: -1, adcOffset: 0 }).counts, "float64");
/** Minus the logarithm of the probability of the counts, with a restraint: the ratio of the lines is 0.51 ± 0.02. */
function loss(parameters: Parameters): Variable {
  const expected = spectrum(parameters);
  const misfit = ops.total(ops.sub(expected, ops.mul(counts, ops.log(expected))));
  return ops.add(misfit, ops.mul(0.5, ops.square(ops.div(ops.sub(parameters.ratio, 0.51), 0.02))));
}

const start = { line: { shift: -1, width: 2, logHeight: 6 }, ratio: 0.5, logBackground: 1 };
const { reverse, numerical } = checkGradients(loss)(start);
console.log(`derivative along a direction ${reverse.toFixed(4)}, by differences ${numerical.toFixed(4)}`);
const fit = await lbfgs(objectiveOf(loss, start), vectorOf(start));
const refined = treeOf(start, fit.parameters);
const { value, gradient } = valueAndGrad(area)(refined);
const slope = vectorOf(gradient);
const product = (direction: readonly number[]): number[] => vectorOf(hessianProduct(loss)(refined, treeOf(refined, direction)));
const variance = conjugateGradients(product, slope).reduce((sum, x, i) => sum + x * slope[i], 0);
console.log(JSON.stringify(refined), `after ${fit.steps} steps (${fit.why})`);
console.log(`area ${value.item().toFixed(0)} with a standard deviation of ${Math.sqrt(variance).toFixed(0)}; the truth is ${evaluate(area)(truth).item().toFixed(0)}`);
