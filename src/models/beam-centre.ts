import { add, div, mul, neg, sub } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import type { Convention } from "./convention.js";

/** Half of the pixel coordinates' zero: the first pixel's centre is pixel 1 at 0.5 of its width. */
const firstPixelCentre = 0.5;

type OfAxes = { readonly x?: Quantity; readonly y?: Quantity };

/** What of a detector says where its centre is, as `Detector` has it. */
interface Layout {
  readonly pixels: { readonly fast: number; readonly slow: number };
  readonly sizeMm?: { readonly fast?: Quantity; readonly slow?: Quantity };
  readonly nearPointPixels?: OfAxes;
  readonly closePointMm?: OfAxes;
  readonly beamCenterMm?: OfAxes;
}

type At = { readonly fast: Quantity; readonly slow: Quantity };

/** The beam centre and the near point before the detector is turned, in metres. */
interface Centres {
  /** along the convention's X and Y */
  readonly beamCenter: { readonly x: Quantity; readonly y: Quantity };
  /** along fast and slow, from the corner */
  readonly beamAt: At;
  readonly closeAt: At;
  readonly size: At;
}

/** Where the beam strikes, as each convention counts. */
export function centres({ pixels, sizeMm, nearPointPixels, closePointMm, beamCenterMm }: Layout, convention: Convention, pixel: Quantity): Centres {
  const given = (mm: Quantity | undefined, otherwise: Quantity): Quantity => (mm === undefined ? otherwise : div(mm, 1000));
  const size = { fast: given(sizeMm?.fast, mul(pixels.fast, pixel)), slow: given(sizeMm?.slow, mul(pixels.slow, pixel)) };
  const near = (pixels: Quantity | undefined, otherwise: Quantity): Quantity =>
    pixels === undefined ? otherwise : mul(sub(pixels, firstPixelCentre), pixel);
  const half = (size: Quantity, pixels: Quantity): Quantity => div(add(size, pixels), 2);
  const closeAt = { fast: near(nearPointPixels?.x, div(size.fast, 2)), slow: near(nearPointPixels?.y, div(size.slow, 2)) };
  switch (convention) {
    case "MOSFLM":
    case "DENZO": {
      const shift = convention === "MOSFLM" ? div(pixel, 2) : 0;
      const beamCenter = { x: given(beamCenterMm?.x, half(size.slow, pixel)), y: given(beamCenterMm?.y, half(size.fast, pixel)) };
      return { beamCenter, beamAt: { fast: add(beamCenter.y, shift), slow: add(beamCenter.x, shift) }, closeAt, size };
    }
    case "ADXV": {
      const beamCenter = { x: given(beamCenterMm?.x, half(size.fast, pixel)), y: given(beamCenterMm?.y, half(size.slow, neg(pixel))) };
      return { beamCenter, beamAt: { fast: beamCenter.x, slow: sub(size.slow, beamCenter.y) }, closeAt, size };
    }
    default: {
      const beamCenter = {
        x: given(beamCenterMm?.x, given(closePointMm?.x, closeAt.fast)),
        y: given(beamCenterMm?.y, given(closePointMm?.y, closeAt.slow)),
      };
      const beamAt = { fast: beamCenter.x, slow: beamCenter.y };
      return { beamCenter, beamAt, closeAt: convention === "CUSTOM" ? beamAt : closeAt, size };
    }
  }
}
