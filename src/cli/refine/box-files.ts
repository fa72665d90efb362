import { formatFloatImage } from "../../io/float-image.js";
import type { OutputFile } from "../../io/files.js";
import { full, type NdArray } from "../../ndarray/ndarray.js";
import type { BoxRefinement } from "../../refine/boxes/refined-crystals.js";

/** What a refinement on boxes writes besides what every refinement does. */
export function boxFiles({ images: [image], masks: [mask] }: BoxRefinement, folder: string): OutputFile[] {
  return [{ path: `${folder}/model.bin`, bytes: formatFloatImage(outsideUnknown(image, mask)) }];
}

/** The model image, NaN where there is no box. */
function outsideUnknown(image: NdArray, mask: NdArray): NdArray {
  const model = full(image.shape, NaN, "float32");
  for (let i = 0; i < model.size; i++) if (mask.data[i] !== 0) model.data[i] = image.data[i];
  return model;
}
