import { rounding } from "./run.js";

/** Value and slope at a step along a line. */
export interface LineSample {
  readonly step: number;
  readonly value: number;
  /** The derivative of the value by the step. */
  readonly slope: number;
}

/** Value at a step along a path that need not be straight. */
export interface PathSample {
  readonly step: number;
  readonly value: number;
  /** The change of the value that the gradient at the path's start promises: gradient . (here - there). */
  readonly promised: number;
  /** What the gradient here promises along the same way: gradient here . (here - there). */
  readonly left: number;
}

/** No step lowered the value; or the value was not finite wherever it was tried. */
export type LineFailure = "lineSearchFailed" | "notFinite";

export interface WolfeOptions {
  /** The longest step allowed; none if not given. If the value still falls steeply there, that step is the result. */
  readonly longest?: number;
  /** The part of the slope at the start by which the value must fall at least; 1e-4 if not given. */
  readonly sufficientDecrease?: number;
  /** The part of the slope at the start that may be left; 0.9 if not given. */
  readonly curvature?: number;
  /** 20 if not given. */
  readonly maxEvaluations?: number;
}

/**
 * A step that meets the strong Wolfe conditions: the value has fallen in proportion to the step, and the slope has
 * become smaller. A value or slope that is not finite counts as too far.
 * @param sampleAt evaluates at a step, which is 1 at first
 * @param start the sample at step 0, where the slope is negative
 * @returns that sample; or, when there are no evaluations left, the lowest one where the value had fallen enough
 * @see Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6, here as one loop
 */
export async function strongWolfe<S extends LineSample>(
  sampleAt: (step: number) => Promise<S>,
  start: LineSample,
  { longest = Infinity, sufficientDecrease = 1e-4, curvature = 0.9, maxEvaluations = 20 }: WolfeOptions = {},
): Promise<S | LineFailure> {
  // Beside a minimum, where even the whole step promises no more than rounding, the slopes alone decide.
  const noise = rounding * Math.abs(start.value);
  const slack = -start.slope <= 8 * noise ? noise : 0;
  let failure: LineFailure = "notFinite";
  let lowest: S | undefined;
  let low = start;
  let behind = start;
  let high: LineSample | undefined;
  let step = Math.min(1, longest);
  for (let evaluations = 0; evaluations < maxEvaluations; evaluations++) {
    const sample = await sampleAt(step);
    const finite = isFiniteSample(sample);
    if (finite) failure = "lineSearchFailed";
    const falls = finite && sample.value <= start.value + sufficientDecrease * step * start.slope + slack;
    if (falls && Math.abs(sample.slope) <= -curvature * start.slope) return sample;
    if (!falls || (lowest !== undefined && sample.value >= lowest.value)) high = sample;
    else {
      const ahead = high === undefined ? 1 : Math.sign(high.step - step);
      if (sample.slope * ahead >= 0) high = low;
      else if (high === undefined && step >= longest) return sample;
      behind = low;
      low = lowest = sample;
    }
    const next = high === undefined ? Math.min(extrapolated(behind, low), longest) : interpolated(low, high);
    if (-next * start.slope <= noise && slack === 0) break;
    step = next;
  }
  return lowest ?? failure;
}

/**
 * The first of ever shorter steps that lowers the value in proportion to what the gradient promised.
 * @param sampleAt evaluates at a step, which is 1 at first
 * @param startValue the value at step 0
 * @see Armijo, Pacific J. Math. 16 (1966) 1; along a projected path: Bertsekas, SIAM J. Control Optim. 20 (1982) 221, eq. 12
 */
export async function backtrack<S extends PathSample>(
  sampleAt: (step: number) => Promise<S>,
  startValue: number,
  { sufficientDecrease = 1e-4, curvature = 0.9, maxEvaluations = 30 }: Omit<WolfeOptions, "longest"> = {},
): Promise<S | LineFailure> {
  const noise = rounding * Math.abs(startValue);
  let failure: LineFailure = "notFinite";
  let step = 1;
  for (let evaluations = 0; evaluations < maxEvaluations; evaluations++) {
    const sample = await sampleAt(step);
    const { value, promised, left } = sample;
    if (!Number.isFinite(value)) {
      step /= 4;
      continue;
    }
    failure = "lineSearchFailed";
    // Beside a minimum, where the way promises no more than rounding, the slopes decide, as in `strongWolfe`.
    const slopesDecide = -promised <= 8 * noise && value <= startValue + noise;
    if (slopesDecide ? left <= -curvature * promised : value <= startValue + sufficientDecrease * promised) return sample;
    if (-promised <= noise && !slopesDecide) break;
    // The minimum of the parabola through both values that begins with the promised slope.
    const shrink = -promised / (2 * (value - startValue - promised));
    step *= Math.min(Math.max(shrink, 0.1), 0.5);
  }
  return failure;
}

function isFiniteSample(sample: LineSample): boolean {
  return Number.isFinite(sample.value) && Number.isFinite(sample.slope);
}

/**
 * Between two samples, where a cubic through both is lowest, but not in the outer tenths, so that the interval shrinks;
 * midway if there is no such cubic, as when the farther sample is not finite.
 */
function interpolated(low: LineSample, high: LineSample): number {
  const width = high.step - low.step;
  const part = (cubicMinimum(low, high) - low.step) / width;
  return low.step + width * (Number.isNaN(part) ? 0.5 : Math.min(Math.max(part, 0.1), 0.9));
}

/** Beyond the second of two samples, where a cubic through both is lowest; farther by a factor of 1.1 to 4. */
function extrapolated(behind: LineSample, low: LineSample): number {
  const width = low.step - behind.step;
  const farthest = low.step + 4 * width;
  const lowest = cubicMinimum(behind, low);
  return lowest > low.step ? Math.min(Math.max(lowest, low.step + 1.1 * width), farthest) : farthest;
}

/**
 * Where the cubic through two values with their slopes has its minimum; NaN if it has none.
 * @see Nocedal & Wright, eq. 3.59
 */
function cubicMinimum(a: LineSample, b: LineSample): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.step - ((b.step - a.step) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}
