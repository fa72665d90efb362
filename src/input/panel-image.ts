/** Images of many panels: one behind another, [panel, slow, fast], or all in one, [slow, fast]. */
import type { PanelRecord } from "../io/geometry/record.js";
import { InputError } from "../ndarray/errors.js";
import type { DType } from "../ndarray/dtype.js";
import { flatData, full, zeros, type NdArray } from "../ndarray/ndarray.js";
import { maskOfPanel } from "./masks.js";

interface Layout {
  readonly shape: readonly [slow: number, fast: number];
  readonly places: readonly { readonly fast: number; readonly slow: number }[];
}

/** Where each panel's first pixel stands in one image of all, and its size: as the file says, or one below the other. */
function layoutOf(panels: readonly PanelRecord[]): Layout {
  const stated = panels.map(({ inImage }) => inImage);
  const isStated = stated.every((place) => place !== undefined) && new Set(stated.map((place) => `${place?.fast} ${place?.slow}`)).size === panels.length;
  const [, height] = stackShapeOf(panels);
  const places = panels.map(({ inImage }, i) => (isStated && inImage ? inImage : { fast: 0, slow: i * height }));
  const end = (axis: "fast" | "slow"): number => Math.max(...panels.map(({ pixels }, i) => places[i][axis] + pixels[axis]));
  return { shape: [end("slow"), end("fast")], places };
}

function stackShapeOf(panels: readonly PanelRecord[]): [panel: number, slow: number, fast: number] {
  return [panels.length, Math.max(...panels.map(({ pixels }) => pixels.slow)), Math.max(...panels.map(({ pixels }) => pixels.fast))];
}

/** Where the first pixel of each panel stands in one image of all. */
export function placesOf(panels: readonly PanelRecord[]): Layout["places"] {
  return layoutOf(panels).places;
}

/**
 * An image of the shape [panel, slow, fast] as one of all panels, arranged as their file says.
 * @param between value of the pixels that no panel has
 */
export function arrangedPanels<D extends DType>(image: NdArray<D>, panels: readonly PanelRecord[], between = 0): NdArray<D> {
  const { shape, places } = layoutOf(panels);
  const whole = full(shape, between, image.dtype);
  const values = flatData(image);
  const [, height, width] = image.shape;
  panels.forEach(({ pixels }, panel) => {
    for (let row = 0; row < pixels.slow; row++) {
      const from = (panel * height + row) * width;
      whole.data.set(values.subarray(from, from + pixels.fast), (places[panel].slow + row) * shape[1] + places[panel].fast);
    }
  });
  return whole;
}

/** The mask of one image of all panels, 0 where no panel is; undefined where there is one everywhere. */
export function maskBetween(panels: readonly PanelRecord[]): NdArray<"int32"> | undefined {
  const mask = arrangedPanels(full(stackShapeOf(panels), 1, "int32"), panels);
  return mask.data.includes(0) ? mask : undefined;
}

/**
 * An image of many panels, as its file holds it, one panel behind another. Panels smaller than the largest are filled up with zeros.
 * @param name what messages call the image
 * @returns shape [panel, slow, fast]
 * @throws InputError when the image has not the pixels of the panels
 */
export function stackedPanels<D extends DType>(image: NdArray<D>, panels: readonly PanelRecord[], name: string): NdArray<D> {
  const wanted = stackShapeOf(panels);
  const { shape, places } = layoutOf(panels);
  const isStack = image.rank === 3;
  const fits = isStack ? wanted.every((extent, axis) => image.shape[axis] === extent) : image.rank === 2 && shape.every((extent, axis) => image.shape[axis] >= extent);
  if (!fits) {
    throw new InputError(`${name} has the shape ${image.shape.join(" x ")}, and the ${panels.length} panels of the geometry make ${wanted.join(" x ")} one behind another, or ${shape.join(" x ")} in one image`);
  }
  if (isStack) return image;
  const stack = zeros(wanted, image.dtype);
  const values = flatData(image);
  const [, height, width] = wanted;
  panels.forEach(({ pixels }, panel) => {
    for (let row = 0; row < pixels.slow; row++) {
      const from = (places[panel].slow + row) * image.shape[1] + places[panel].fast;
      stack.data.set(values.subarray(from, from + pixels.fast), (panel * height + row) * width);
    }
  });
  return stack;
}

/** The mask of the pixels of all panels that do not count, [panel, slow, fast]; undefined where there are none. */
export function maskOfPanels(panels: readonly PanelRecord[]): NdArray | undefined {
  const [count, height, width] = stackShapeOf(panels);
  const masks = panels.map(maskOfPanel);
  if (masks.every((mask) => mask === undefined)) return undefined;
  const stack = zeros([count, height, width], "int32");
  stack.data.fill(1);
  panels.forEach(({ pixels }, panel) => {
    const own = masks[panel];
    if (own === undefined) return;
    for (let row = 0; row < pixels.slow; row++) stack.data.set(flatData(own).subarray(row * pixels.fast, (row + 1) * pixels.fast), (panel * height + row) * width);
  });
  return stack;
}
