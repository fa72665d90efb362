import * as fc from "fast-check";
import { checkGradients, type FloatDType, type Variable } from "../../src/index.js";
import { draw } from "../../tests/autodiff/draws.js";
import { primitiveCases } from "../../tests/autodiff/primitive-cases.js";
import type { Case } from "../../tests/autodiff/cases/case.js";
import { cases } from "../../tests/gradients/cases.js";
import { largest, small, table } from "../../bench/markdown.js";

const dtypes: readonly FloatDType[] = ["float64", "float32"];
const samples = 20;

/** The error of every derivative: of each primitive by itself, and of an image by each of its parameters. */
export function gradientReport(): string {
  const primitives = Object.entries(primitiveCases).map(([name, entry]) => ({
    name,
    errors: dtypes.map((dtype) => primitiveError(entry, dtype)),
  }));
  const images = cases.flatMap(({ name, check }) => {
    const [wide, narrow] = dtypes.map((dtype) => check(dtype, "webassembly"));
    return wide.map(({ parameter, isFlat, relativeError }, i) => ({
      name,
      parameter,
      isFlat,
      errors: [relativeError, narrow[i].relativeError],
    }));
  });
  const worst = (all: readonly { readonly errors: readonly number[] }[]): string =>
    dtypes.map((dtype, i) => `${small(largest(all.map(({ errors }) => errors[i])))} in ${dtype}`).join(", ");
  return `# Gradients against central differences

The differences are taken in float64 with steps of fourth order, away from the kinks; an error is the distance over the larger of
the two derivatives.

Primitives, ${samples} samples each, reverse and forward mode along random directions. The largest error is ${worst(primitives)}.

${table(
  ["primitive", ...dtypes],
  primitives.map(({ name, errors }) => [name, ...errors.map(small)]),
)}
Images, by reverse mode for a fixed cotangent; differences and gradients by WebAssembly. The largest error
is ${worst(images)}. A parameter that is said to have no gradient has none.

${table(
  ["image", "parameter", ...dtypes],
  images.map(({ name, parameter, isFlat, errors }) => [
    name,
    parameter,
    ...errors.map((error) => (isFlat ? "no gradient" : small(error))),
  ]),
)}`;
}

function primitiveError(entry: Case, dtype: FloatDType): number {
  const drawn = fc.sample(entry.draw(draw(dtype, "contiguous", "derivative")), { numRuns: samples, seed: 2 });
  return largest(drawn.map(({ inputs, apply }) => checkGradients<Variable[]>(apply)(inputs).relativeError));
}
