import { allocate } from "../ndarray/dtype.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { isLight, likelyRange, type Contrast, type CurveName, type ScaleName } from "./colour-scale.js";
import { Pyramid } from "./pyramid.js";

/** What the numbers of a layer are. */
export type LayerKind = "photons" | "difference" | "sigmas";

/** One of the images that are shown in turn: the measured one, the modelled one, or a difference; an array a panel. */
export interface Layer {
  readonly name: string;
  readonly kind: LayerKind;
  readonly images: readonly NdArray[];
  /** what is drawn: images in which unused pixels are NaN, and their smaller versions */
  readonly pyramids: readonly Pyramid[];
}

/**
 * @param images a panel each, [slow, fast]
 * @param masks int32; 0 where a pixel is not used
 * @param former a layer that is not shown any more, whose memory is used again
 */
export function layerOf(name: string, kind: LayerKind, images: readonly NdArray[], masks: readonly (NdArray | undefined)[] = [], former?: Layer): Layer {
  return { name, kind, images, pyramids: images.map((image, i) => new Pyramid(usedPart(image, masks[i]), former?.pyramids[i])) };
}

function usedPart(image: NdArray, mask: NdArray | undefined): NdArray {
  if (mask === undefined) return image;
  const data = allocate("float32", image.size);
  const [values, used] = [flatData(image), flatData(mask)];
  for (let i = 0; i < data.length; i++) data[i] = used[i] === 0 ? NaN : values[i];
  return fromData(data, image.shape);
}

/** Differences of two images, pixel by pixel. */
export function differenceOf(measured: NdArray, model: NdArray, mask: NdArray | undefined): NdArray {
  const data = allocate("float32", measured.size);
  const [counts, photons, used] = [flatData(measured), flatData(model), mask && flatData(mask)];
  for (let i = 0; i < data.length; i++) data[i] = used?.[i] === 0 ? NaN : counts[i] - photons[i];
  return fromData(data, measured.shape);
}

/** Sigmas that the residual's scale reaches to. */
export const sigmasShown = 5;

/** Contrast in which a layer shows what there is to see. */
export function likelyContrast({ kind, pyramids }: Layer, scale: ScaleName, curve: CurveName): Contrast {
  const residual = isLight(scale) ? "residual" : "dark residual";
  if (kind === "sigmas") return { scale: residual, curve: "linear", low: -sigmasShown, high: sigmasShown };
  const { data } = pyramids[0].whole.image;
  const range = likelyRange(data, kind === "difference" ? "square root" : curve);
  if (kind === "photons") return { scale, curve, ...range };
  const reach = Math.max(Math.abs(range.low), Math.abs(range.high));
  return { scale: residual, curve: "linear", low: -reach, high: reach };
}
