import type { NdArray } from "../../src/ndarray/ndarray.js";

/** How far an image is from the reference program's. */
export interface Parity {
  /** largest difference, relative to the maximum of the reference, of the pixels that are not left out */
  readonly ofMaximum: number;
  /** largest relative difference of the pixels above 1e-4 of the maximum that are not left out */
  readonly relative: number;
  /** pixels that are beyond the bars, as many as may be left out */
  readonly leftOut: number;
  readonly pixels: number;
}

/** What two images may differ by, and how many pixels may differ by more: rounding ties of h, k, l, and zeros of the lattice factor. */
export interface Bars {
  readonly ofMaximum: number;
  readonly relative: number;
}

const brightPart = 1e-4;
export const leftOutPart = 1e-3;

/** Compares an image with the reference program's; the worst pixels beyond the bars are left out and counted, at most 0.1 %. */
export function parity(ours: NdArray, reference: NdArray, bars: Bars): Parity {
  let maximum = 0;
  for (let i = 0; i < reference.size; i++) maximum = Math.max(maximum, reference.data[i]);
  const differences = Array.from({ length: reference.size }, (_, i) => {
    const difference = Math.abs(ours.data[i] - reference.data[i]);
    const isBright = reference.data[i] > brightPart * maximum;
    return { ofMaximum: difference / maximum, relative: isBright ? difference / reference.data[i] : 0 };
  });
  const severity = (pixel: Bars): number => Math.max(pixel.ofMaximum / bars.ofMaximum, pixel.relative / bars.relative);
  differences.sort((a, b) => severity(b) - severity(a));
  const allowed = Math.floor(leftOutPart * reference.size);
  let leftOut = 0;
  while (leftOut < allowed && severity(differences[leftOut]) > 1) leftOut++;
  const counted = differences.slice(leftOut);
  const worst = (part: keyof Bars): number => counted.reduce((largest, pixel) => (pixel[part] > largest ? pixel[part] : largest), 0);
  return { ofMaximum: worst("ofMaximum"), relative: worst("relative"), leftOut, pixels: reference.size };
}
