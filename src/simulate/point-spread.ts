import { allocate, type Data } from "../ndarray/dtype.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { fourierSize, transformGrid, type ComplexGrid } from "../physics/fourier.js";

/** How the light of one point spreads over the detector. */
export interface PointSpread {
  /** "gauss", or the long-tailed one of fibre-optic tapers */
  readonly shape: "gauss" | "fibre";
  /** full width at half maximum, in pixels */
  readonly fwhmPixels: number;
}

/** The width g of g/(2π (g² + r²)^(3/2)) for a full width at half maximum of 1. */
const fibreWidth = 1 / (2 * Math.sqrt(2 ** (2 / 3) - 1));
const gaussWidth = 1 / Math.sqrt(8 * Math.log(2));

/**
 * What part of a point's light falls into the pixel that is so many pixels away along fast and slow.
 *
 * The tail of a fibre-optic taper falls as the cube of the distance; its integral over a pixel is a sum of arcs.
 * Source: J. M. Holton, C. Nielsen & K. A. Frankel, J. Synchrotron Rad. 19, 1006 (2012).
 */
export function spreadTo({ shape, fwhmPixels }: PointSpread, fast: number, slow: number): number {
  if (shape === "gauss") {
    const sigma = fwhmPixels * gaussWidth;
    return share(fast, sigma) * share(slow, sigma);
  }
  const g = fwhmPixels * fibreWidth;
  const corner = (x: number, y: number): number => Math.atan((x * y) / (g * Math.sqrt(g * g + x * x + y * y))) / (2 * Math.PI);
  const [left, right, low, high] = [fast - 0.5, fast + 0.5, slow - 0.5, slow + 0.5];
  return corner(right, high) - corner(left, high) - corner(right, low) + corner(left, low);
}

const points = 32;

/** The integral of a Gaussian over a pixel, by the midpoint rule, which converges at once for what is smooth. */
function share(distance: number, sigma: number): number {
  if (sigma < 0.02) return distance === 0 ? 1 : 0;
  let sum = 0;
  for (let i = 0; i < points; i++) sum += Math.exp(-0.5 * ((distance - 0.5 + (i + 0.5) / points) / sigma) ** 2);
  return sum / (points * sigma * Math.sqrt(2 * Math.PI));
}

/** An image whose light is spread; what leaves it is lost. */
export function spreadLight(image: NdArray, spread: PointSpread): NdArray {
  const [slow, fast] = image.shape;
  // Beyond so many widths a Gaussian has nothing left; a long tail reaches everywhere.
  const reach = spread.shape === "gauss" ? Math.ceil(3 * spread.fwhmPixels) + 1 : Math.max(slow, fast);
  const size = (extent: number): number => fourierSize(extent + Math.min(reach, extent - 1));
  const shape: readonly [number, number, number] = [1, size(slow), size(fast)];
  const grid = (): ComplexGrid => ({ shape, real: allocate("float64", shape[1] * shape[2]), imaginary: allocate("float64", shape[1] * shape[2]) });
  const light = grid();
  const values = flatData(image);
  for (let j = 0; j < slow; j++) for (let i = 0; i < fast; i++) light.real[j * shape[2] + i] = values[j * fast + i];
  const kernel = grid();
  const limit = (extent: number): number => Math.min(reach, extent - 1);
  for (let j = -limit(slow); j <= limit(slow); j++) {
    for (let i = -limit(fast); i <= limit(fast); i++) {
      const at = ((j + shape[1]) % shape[1]) * shape[2] + ((i + shape[2]) % shape[2]);
      kernel.real[at] = spreadTo(spread, i, j);
    }
  }
  transformGrid(light);
  transformGrid(kernel);
  multiply(light, kernel);
  transformGrid(light);
  const found = allocate("float64", slow * fast);
  // Two transforms one way turn the image round.
  for (let j = 0; j < slow; j++) {
    for (let i = 0; i < fast; i++) {
      const at = ((shape[1] - j) % shape[1]) * shape[2] + ((shape[2] - i) % shape[2]);
      found[j * fast + i] = light.real[at] / (shape[1] * shape[2]);
    }
  }
  return fromData(found, [slow, fast]);
}

function multiply({ real, imaginary }: ComplexGrid, by: { readonly real: Data; readonly imaginary: Data }): void {
  for (let i = 0; i < real.length; i++) {
    const [a, b] = [real[i], imaginary[i]];
    real[i] = a * by.real[i] - b * by.imaginary[i];
    imaginary[i] = a * by.imaginary[i] + b * by.real[i];
  }
}
