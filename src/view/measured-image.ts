import { bothMasks, maskOfPanel } from "../input/masks.js";
import type { ExperimentRecord, PanelRecord } from "../io/geometry/record.js";
import type { MeasuredImage } from "../io/image.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { slice } from "../ndarray/views.js";
import type { Geometry } from "./geometry.js";
import type { GivenImage } from "./given.js";
import { significant } from "./numbers.js";

/** An image as it was read from a file, a panel each, with what the file states of the experiment. */
export function givenImageOf({ name, image, mask, record }: MeasuredImage): GivenImage {
  const geometry = geometryOfRecord(record);
  const panels = panelsOf(image, record);
  return {
    name,
    panels,
    masks: mask ? panelsOf(mask, record) : panels.map(() => undefined),
    facts: factsOf(record),
    record,
    ...(geometry && isOf(geometry, panels) && { geometry }),
  };
}

/** Whether images have the pixels of a geometry. */
function isOf({ panels }: Geometry, images: readonly NdArray[]): boolean {
  return panels.length === images.length && panels.every(({ pixels }, i) => pixels.fast === images[i].shape[1] && pixels.slow === images[i].shape[0]);
}

/**
 * An image as another file describes it: in its panels, where the image holds all of them side by side, without the pixels that the file
 * leaves out, and with the file's geometry, where that is one of these pixels.
 */
export function onPanels(image: GivenImage, record: ExperimentRecord): GivenImage {
  const { panels } = record;
  const [whole, ...others] = image.panels;
  const cut = (part: NdArray): NdArray[] => (others.length === 0 && holdsPanels(part, panels) ? panelsOf(part, { panels }) : [part]);
  const parts = others.length === 0 ? cut(whole) : image.panels;
  const [wholeMask] = image.masks;
  const own = parts.length === image.panels.length ? image.masks : wholeMask ? cut(wholeMask) : parts.map(() => undefined);
  const masks = parts.map((part, i) => {
    const ofFile = panels.length === parts.length ? maskOfPanel(panels[i]) : undefined;
    const present = own[i];
    if (ofFile === undefined || !sameShape(ofFile.shape, part.shape)) return present;
    return present ? bothMasks(present, ofFile) : ofFile;
  });
  const geometry = geometryOfRecord(record);
  return { ...image, panels: parts, masks, ...(geometry && isOf(geometry, parts) && { geometry }) };
}

/** Whether an image is large enough for the places that panels have in it. */
function holdsPanels({ shape }: NdArray, panels: readonly PanelRecord[]): boolean {
  return panels.length > 1 && panels.every(({ inImage, pixels }) => inImage && inImage.fast + pixels.fast <= shape[1] && inImage.slow + pixels.slow <= shape[0]);
}

/** The panels of an image that holds all of them, one behind another or side by side. */
function panelsOf(image: NdArray, { panels }: Pick<ExperimentRecord, "panels">): NdArray[] {
  if (image.rank === 3) return Array.from({ length: image.shape[0] }, (_, i) => copy(slice(image, i, {}, {})));
  const places = panels.flatMap(({ inImage, pixels }) => (inImage ? [{ ...inImage, pixels }] : []));
  if (places.length < 2 || places.length < panels.length) return [image];
  return places.map(({ fast, slow, pixels }) =>
    copy(slice(image, { start: slow, stop: slow + pixels.slow }, { start: fast, stop: fast + pixels.fast })),
  );
}

/** What places on an image mean by its file alone, where that states enough. */
function geometryOfRecord({ beam, panels, openShift }: ExperimentRecord): Geometry | undefined {
  if (beam.wavelengthA === undefined || panels.length === 0 || openShift) return undefined;
  return {
    panels: panels.map(({ originMm, fast, slow, pixelSizeMm, pixels }) => ({ origin: originMm, fast, slow, pixelSizeMm, pixels })),
    beam: beam.direction ?? [0, 0, -1],
    wavelengthA: beam.wavelengthA,
    lattice: undefined,
  };
}

function factsOf({ beam, panels, scan }: ExperimentRecord): string[] {
  const [panel] = panels;
  return [
    ...(beam.wavelengthA === undefined ? [] : [`${significant(beam.wavelengthA, 5)} Å`]),
    ...(panel ? [`${significant(Math.hypot(...panel.originMm), 4)} mm to the first pixel`, `pixels of ${significant(panel.pixelSizeMm, 4)} mm`] : []),
    ...(panels.length > 1 ? [`${panels.length} panels`] : []),
    ...(scan?.widthDeg ? [`turned by ${significant(scan.widthDeg, 3)}°`] : []),
  ];
}
