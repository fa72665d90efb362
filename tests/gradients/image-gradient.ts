import type { Executor } from "../../src/autodiff/executor.js";
import type { FloatDType } from "../../src/ndarray/dtype.js";
import { copy, NdArray, zeros } from "../../src/ndarray/ndarray.js";
import { ImageModel } from "../../src/simulate/image-model.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { withLeaves } from "../../src/autodiff/tree.js";
import { parametersIn, type Parameters } from "../../src/simulate/parameters.js";

/** The derivative of an image by one parameter, for a fixed cotangent of the image. */
export interface ParameterCheck {
  /** where the parameter stands in the tree */
  readonly parameter: string;
  readonly derivative: number;
  /** central differences in float64, of fourth order, of images by loops, which are the interpreter's at the point itself */
  readonly numerical: number;
  /** the distance of the two over the larger one; 0 when both are 0 */
  readonly relativeError: number;
  /** whether the image is said not to depend on the parameter smoothly at all */
  readonly isFlat: boolean;
}

/** An experiment as a function of parameters, at a point away from the kinks. */
export interface GradientCase {
  readonly name: string;
  check(dtype: FloatDType, executor: Executor): ParameterCheck[];
}

export interface CaseOptions extends ImageOptions {
  /** names of parameters by which the derivative is 0 */
  readonly flat?: readonly string[];
}

/** The step of the differences, relative to the parameter. */
const relativeStep = 2e-5;

export function gradientCase<P extends Parameters>(
  name: string,
  parameters: P,
  experimentOf: ImageModel<P>["experimentOf"],
  { flat = [], ...options }: CaseOptions = {},
): GradientCase {
  const precise = new ImageModel<P>(experimentOf, { ...options, executor: "webassembly" });
  const leaves = parametersIn(parameters);
  const directions = leaves.map((leaf) => (typeof leaf === "number" ? undefined : weights(leaf.shape)));
  const names = pathsIn(parameters);
  let known: { readonly cotangent: NdArray; readonly numerical: readonly number[] } | undefined;

  function differences() {
    const { image } = precise.simulate(parameters);
    checkAgreement(image, new ImageModel<P>(experimentOf, { ...options, executor: "interpreter" }).simulate(parameters).image, name);
    const cotangent = weights(image.shape);
    const numerical = leaves.map((leaf, i) => {
      const at = (distance: number): number => {
        const moved = leaves.map((other, j) => (j === i ? move(other, distance, directions[i]) : other));
        return dot(cotangent, precise.simulate(withLeaves<P>(parameters, moved)).image);
      };
      const step = relativeStep * (typeof leaf === "number" && leaf !== 0 ? Math.abs(leaf) : 1);
      const rise = (distance: number): number => at(distance) - at(-distance);
      return (8 * rise(step) - rise(2 * step)) / (12 * step);
    });
    return { cotangent, numerical };
  }

  return {
    name,
    check: (dtype, executor) => {
      known ??= differences();
      const { cotangent, numerical } = known;
      const pulled = new ImageModel<P>(experimentOf, { ...options, dtype, executor }).pullBack(
        parameters,
        copy(cotangent, dtype),
      );
      return parametersIn(pulled).map((gradient, i) => {
        const derivative = along(gradient, directions[i]);
        const larger = Math.max(Math.abs(derivative), Math.abs(numerical[i]));
        const relativeError = larger === 0 ? 0 : Math.abs(derivative - numerical[i]) / larger;
        return { parameter: names[i], derivative, numerical: numerical[i], relativeError, isFlat: flat.includes(names[i]) };
      });
    },
  };
}

/** Refuses an image that is not the interpreter's, but for the rounding of its formulas: differences of it would show the slopes of another image. */
function checkAgreement(image: NdArray, right: NdArray, name: string): void {
  let largest = 0;
  for (const x of right.data) largest = Math.max(largest, Math.abs(x));
  image.data.forEach((x: number, i: number) => {
    if (!(Math.abs(x - right.data[i]) <= 1e-11 * largest)) throw new Error(`${name}: pixel ${i} is ${x} by loops and ${right.data[i]} by the interpreter`);
  });
}

/** Uneven numbers between 0.5 and 1.5, the same every time. */
function weights(shape: readonly number[]): NdArray {
  const result = zeros(shape);
  for (let i = 0; i < result.size; i++) result.data[i] = 1 + 0.5 * Math.sin(1 + 12.9898 * i);
  return result;
}

function move(leaf: number | NdArray, distance: number, direction: NdArray | undefined): number | NdArray {
  if (typeof leaf === "number") return leaf + distance;
  const result = copy(leaf);
  if (direction) for (let i = 0; i < result.size; i++) result.data[i] += distance * direction.data[i];
  return result;
}

function along(gradient: number | NdArray, direction: NdArray | undefined): number {
  if (typeof gradient === "number") return gradient;
  return direction ? dot(gradient, direction) : NaN;
}

function dot(x: NdArray, y: NdArray): number {
  let result = 0;
  for (let i = 0; i < x.size; i++) result += x.data[i] * y.data[i];
  return result;
}

function pathsIn(tree: unknown, path: readonly string[] = []): string[] {
  if (typeof tree === "number" || tree instanceof NdArray) return [path.join(".")];
  return Object.entries(Object(tree)).flatMap(([name, branch]) => pathsIn(branch, [...path, name]));
}
