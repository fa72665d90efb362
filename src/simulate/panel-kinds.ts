import { panelFrame, type PanelledDetector } from "../models/panels.js";
import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { panelPixels } from "./panel-pixels.js";
import { samePixels, type Pixels } from "./pixels.js";

/** Panels that differ in nothing but their places: what is recorded for one serves for all. */
export interface PanelKind {
  /** whether each of all panels is one of them */
  readonly has: readonly boolean[];
  /** the first of them */
  readonly panel: number;
  readonly isFlipped: boolean;
  /** the same object, as long as it is the same selection: workers know it then */
  pixels: Pixels | undefined;
}

/**
 * The kinds that a mask leaves a pixel of, with their pixels.
 * @throws InputError when it leaves none
 */
export function chosenKinds(kinds: readonly PanelKind[], { panels }: PanelledDetector, shape: Shape, mask?: NdArray): { readonly kind: PanelKind; readonly pixels: Pixels }[] {
  const sizes = panels.map(({ pixels }) => pixels);
  const chosen = kinds.map((kind) => {
    const pixels = panelPixels(sizes, shape, (panel) => kind.has[panel], mask);
    if (kind.pixels === undefined || !samePixels(kind.pixels, pixels)) kind.pixels = pixels;
    return { kind, pixels: kind.pixels };
  });
  const used = chosen.filter(({ pixels }) => pixels.size > 0);
  if (used.length === 0) throw new InputError("the mask leaves no pixel");
  return used;
}

/** The kinds of a detector's panels. */
export function kindsOf({ panels }: PanelledDetector): PanelKind[] {
  const kinds = new Map<string, { readonly has: boolean[]; readonly panel: number; readonly isFlipped: boolean; pixels: undefined }>();
  panels.forEach((panel, i) => {
    const { isFlipped } = panelFrame(panel, []);
    const name = JSON.stringify([panel.pixels, panel.pixelSizeMm, panel.sensor, isFlipped]);
    const kind = kinds.get(name) ?? { has: panels.map(() => false), panel: i, isFlipped, pixels: undefined };
    kind.has[i] = true;
    kinds.set(name, kind);
  });
  return [...kinds.values()];
}
