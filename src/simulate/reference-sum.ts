import { add, equal, exp, less, log, max, mul, sub } from "../autodiff/primitives/elementwise.js";
import { broadcastTo, sum } from "../autodiff/primitives/sum.js";
import { cumulativeSum } from "../autodiff/primitives/cumulative-sum.js";
import { reshape } from "../autodiff/primitives/reshape.js";
import type { Quantity, Variable } from "../autodiff/tape.js";
import type { DetectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import type { DType } from "../ndarray/dtype.js";
import { zeros } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { beamsIn, polarizationOf, recordRay, type PixelIndices, type Ray } from "./ray.js";
import { firstOf, recorded, whereLive, type PixelPoints } from "./steps.js";

/** Which of the reference program's factors multiply its running sum after every step, instead of the whole sum once. */
export interface EveryStep {
  /** the solid angle */
  readonly oversampleOmega: boolean;
  /** the polarization factor */
  readonly oversamplePolar: boolean;
  /** the absorption in the sensor */
  readonly oversampleThick: boolean;
}

/** What the steps of each pixel have. */
export interface Steps extends Ray {
  /** squared amplitude, 0 where the resolution limit skips the step */
  readonly intensity: Quantity;
  readonly polarization: Quantity;
  /** 0 where the resolution limit skips the step, else 1 */
  readonly kept: Quantity;
  /** 0 where the reference program leaves its sum as it is: there, and, without a background, where spots end; else 1 */
  readonly counted: Quantity;
  /** pixels, points, sources, orientations */
  readonly shape: Shape;
  /** where they are worked on, if there are no factors that multiply the running sum */
  readonly live?: Variable | undefined;
}

/**
 * Records the sum over a pixel's steps with the factors as the reference program has them: those of its first step, the capture
 * fraction that of its last layer; or each step's factors times the sum so far.
 * @param background what the sum begins with
 * @param oversample sub-pixels along each edge of a pixel
 */
export function referenceSum(
  experiment: Experiment<Quantity>,
  frame: DetectorFrame,
  points: PixelPoints,
  pixels: PixelIndices,
  { oversampleOmega, oversamplePolar, oversampleThick }: EveryStep,
  oversample: number,
  steps: Steps,
  background: Quantity,
): Quantity {
  const { detector, beam } = experiment;
  const first = recordRay(detector, frame, points, pixels, firstOf);
  const lastLayer = recordRay(detector, frame, points, pixels, (values) => values[values.length - oversample ** 2]);
  const polarization =
    steps.kept === 1
      ? polarizationOf(beam, frame, first.direction, beamsIn(frame, beam, firstOf).direction)
      : firstKept(steps, pixels.fast);
  const chosen = (wanted: boolean, factor: Quantity): Quantity => (wanted ? factor : 1);
  const once = mul(chosen(!oversampleThick, lastLayer.capture), chosen(!oversamplePolar, polarization), chosen(!oversampleOmega, first.omega));
  const every = mul(chosen(oversampleThick, steps.capture), chosen(oversamplePolar, steps.polarization), chosen(oversampleOmega, steps.omega));
  return mul(runningSum(steps, every, background, pixels.fast), once);
}

/** The polarization of each pixel's first step that the resolution limit does not skip; 0 where it skips all. */
function firstKept({ polarization, kept, shape }: Steps, like: Variable): Quantity {
  if (polarization === 1) return 1;
  const [pixels, points, sources] = shape;
  const whole = (x: Quantity): Variable => broadcastTo(recorded(x, like), [pixels, points, sources, 1]);
  const keeps = whole(kept);
  const isFirst = mul(keeps, points * sources <= mostPowers[like.dtype] ? isFirstByPowers(keeps, [1, points, sources, 1]) : isFirstByCount(keeps));
  return sum(mul(isFirst, whole(polarization)), 1, 2, 3);
}

/** Steps whose powers of 4 a dtype holds. */
const mostPowers: Readonly<Record<DType, number>> = { float64: 500, float32: 60, int32: 0 };

/**
 * 1 for a step that is kept where no earlier one is. Each kept step adds 4 to the power of minus its number: what comes after the first adds
 * less than a third of its power, and the first more than three times that of any later one.
 */
function isFirstByPowers(keeps: Variable, shape: Shape): Variable {
  const powers = zeros(shape, keeps.dtype);
  for (let i = 0; i < powers.size; i++) powers.data[i] = 4 ** -i;
  return less(sum(mul(keeps, powers), 1, 2, 3), mul(keeps.tape.literal(powers), 2));
}

/** The same by counting the kept steps so far, which no loop does. */
function isFirstByCount(keeps: Variable): Variable {
  const flat = reshape(keeps, [keeps.shape[0], sizeOf(keeps.shape.slice(1))]);
  return reshape(equal(cumulativeSum(flat, 1), 1), keeps.shape);
}

/** The sum I of the steps x, I = (I + x) f for each of them: x counts with the product of its own and all later factors. */
function runningSum({ intensity, counted, shape, live }: Steps, every: Quantity, background: Quantity, like: Variable): Quantity {
  const whole = (x: Quantity): Variable => broadcastTo(recorded(x, like), shape);
  const overSteps = (x: Variable): Variable => sum(x, 1, 2, 3);
  if (every === 1) return add(overSteps(whereLive(whole(intensity), live)), background);
  const logarithm = recorded(mul(counted, log(max(every, smallestFactor))), like);
  const { ofSteps, ofPixel } = logarithmsOfProducts(logarithm, shape);
  const scattered = overSteps(whole(mul(exp(ofSteps), intensity)));
  return background === 0 ? scattered : add(scattered, mul(background, exp(ofPixel)));
}

/**
 * The logarithm of the product of each step's own and all later factors, and of the product of all. Only sums over the steps in order leave
 * the loops: where all orientations have the same factor, these are sums over the beams of the points, and the o-th orientation lacks
 * o of the factors.
 */
function logarithmsOfProducts(logarithm: Variable, [pixels, points, sources, orientations]: Shape): { readonly ofSteps: Variable; readonly ofPixel: Variable } {
  const isSame = logarithm.shape.length < 4 || logarithm.shape[3] === 1;
  const each = broadcastTo(logarithm, [pixels, points, sources, isSame ? 1 : orientations]);
  const all = isSame ? mul(each, orientations) : each;
  const inOrder = reshape(all, [pixels, sizeOf(all.shape.slice(1))]);
  const fromHere = reshape(cumulativeSum(inOrder, 1, "backward"), all.shape);
  const ofPixel = sum(all, 1, 2, 3);
  if (!isSame || orientations === 1) return { ofSteps: fromHere, ofPixel };
  const earlier = zeros([1, 1, 1, orientations], logarithm.dtype);
  for (let i = 0; i < orientations; i++) earlier.data[i] = i;
  return { ofSteps: sub(fromHere, mul(each, logarithm.tape.literal(earlier))), ofPixel };
}

/** In place of a factor of 0, whose logarithm has no gradient. */
const smallestFactor = 1e-30;
