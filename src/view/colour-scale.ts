import { allocate } from "../ndarray/dtype.js";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const scaleNames = ["inverse grey", "grey", "viridis", "residual", "dark residual"] as const;
export type ScaleName = (typeof scaleNames)[number];
export const curveNames = ["logarithm", "square root", "linear"] as const;
export type CurveName = (typeof curveNames)[number];

/** Colours at equal distances from 0 to 1. */
const ramps: Readonly<Record<ScaleName, readonly Colour[]>> = {
  "inverse grey": [[255, 255, 255], [0, 0, 0]],
  grey: [[0, 0, 0], [255, 255, 255]],
  // Points of van der Walt's and Smith's map, whose lightness grows evenly.
  viridis: [
    [68, 1, 84], [72, 36, 117], [65, 68, 135], [53, 95, 141], [42, 120, 142], [33, 145, 140], [34, 168, 132], [68, 191, 112],
    [122, 209, 81], [189, 223, 38], [253, 231, 37],
  ],
  "dark residual": [[130, 185, 255], [48, 92, 170], [16, 18, 22], [176, 70, 44], [255, 160, 120]],
  residual: [[16, 60, 170], [110, 158, 226], [250, 250, 250], [240, 130, 104], [180, 10, 30]],
};

/** The colour of a pixel that was not measured: none of the scale's own, and quieter than any spot. */
export function unusedColour(scale: ScaleName): Colour {
  return isLight(scale) ? [186, 205, 228] : [44, 62, 92];
}

/** Whether an image is light where nothing was measured. */
export function isLight(scale: ScaleName): boolean {
  return scale === "inverse grey" || scale === "residual";
}

/** How values become colours. */
export interface Contrast {
  readonly scale: ScaleName;
  readonly curve: CurveName;
  /** the values of the first and the last colour */
  readonly low: number;
  readonly high: number;
}

/** The colour at a fraction of a scale, 0 to 1. */
export function colourAt(scale: ScaleName, fraction: number): Colour {
  const ramp = ramps[scale];
  const place = Math.min(Math.max(fraction, 0), 1) * (ramp.length - 1);
  const lower = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to] = [ramp[lower], ramp[lower + 1]];
  const mixed = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (place - lower) * (to[channel] - from[channel]));
  return [mixed(0), mixed(1), mixed(2)];
}

/** How many times the faintest difference that a logarithm shows goes into its range. */
const logarithmicSpan = 1000;

/** Where a value lies on its scale: 0 at the low end, 1 at the high one. */
export function fractionOf(value: number, { curve, low, high }: Contrast): number {
  const linear = Math.min(Math.max((value - low) / (high - low), 0), 1);
  if (curve === "linear") return linear;
  return curve === "square root" ? Math.sqrt(linear) : Math.log1p(logarithmicSpan * linear) / Math.log1p(logarithmicSpan);
}

/** The value at a fraction of its scale; the inverse of `fractionOf`. */
export function valueAtFraction(fraction: number, { curve, low, high }: Contrast): number {
  const logarithmic = (): number => Math.expm1(fraction * Math.log1p(logarithmicSpan)) / logarithmicSpan;
  const linear = curve === "linear" ? fraction : curve === "square root" ? fraction ** 2 : logarithmic();
  return low + linear * (high - low);
}

export const tableBits = 16;

/**
 * The colours of all float32 numbers, by the upper half of their bits: sign, exponent and seven bits behind the point.
 * @returns int32 [2^16], each a pixel of a canvas: alpha, blue, green, red from the highest byte
 */
export function colourTable(contrast: Contrast): Int32Array {
  const table = allocate("int32", 2 ** tableBits);
  const bits = new DataView(new ArrayBuffer(4));
  for (let upper = 0; upper < table.length; upper++) {
    bits.setUint32(0, (upper << 16) | 0x8000);
    const value = bits.getFloat32(0);
    table[upper] = packed(Number.isNaN(value) ? unusedColour(contrast.scale) : colourAt(contrast.scale, fractionOf(value, contrast)));
  }
  if (!(table instanceof Int32Array)) throw new TypeError("colours are int32");
  return table;
}

/** A colour as a canvas stores it where the lowest byte comes first. */
export function packed([red, green, blue]: Colour): number {
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

const sampleSize = 50_000;
const negligible = 1e-3;

/**
 * Values between which an image shows what there is to see.
 * @param values in any order; NaN where nothing was measured
 */
export function likelyRange(values: ArrayLike<number>, curve: CurveName): { readonly low: number; readonly high: number } {
  const step = Math.max(1, Math.floor(values.length / sampleSize));
  const taken = allocate("float32", Math.ceil(values.length / step));
  let count = 0;
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) taken[count++] = values[i];
  if (count === 0) return { low: 0, high: 1 };
  const sample = taken.subarray(0, count).sort();
  const quantile = (part: number): number => sample[Math.min(sample.length - 1, Math.floor(part * sample.length))];
  const lowest = quantile(0.05);
  const high = curve === "logarithm" ? quantile(0.9999) : curve === "square root" ? quantile(0.999) : quantile(0.995);
  const top = high > lowest ? high : sample[sample.length - 1];
  // What is nothing beside the brightest is best shown as nothing.
  const low = lowest > 0 && lowest < negligible * top ? 0 : lowest;
  return top > low ? { low, high: top } : { low, high: low + 1 };
}
