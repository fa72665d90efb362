import type { ExperimentRecord } from "../io/geometry/record.js";
import type { MeasuredImage } from "../io/image.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { slice } from "../ndarray/views.js";
import type { Geometry } from "./geometry.js";
import type { GivenImage } from "./given.js";
import { significant } from "./numbers.js";

/** An image as it was read from a file, a panel each, with what the file states of the experiment. */
export function givenImageOf({ name, image, mask, record }: MeasuredImage): GivenImage {
  const geometry = geometryOfRecord(record);
  const panels = panelsOf(image, record);
  const isPlaced = geometry?.panels.length === panels.length && geometry.panels.every(({ pixels }, i) => pixels.fast === panels[i].shape[1] && pixels.slow === panels[i].shape[0]);
  return {
    name,
    panels,
    masks: mask ? panelsOf(mask, record) : panels.map(() => undefined),
    facts: factsOf(record),
    ...(geometry && isPlaced && { geometry }),
  };
}

/** The panels of an image that holds all of them, one behind another or side by side. */
function panelsOf(image: NdArray, { panels }: ExperimentRecord): NdArray[] {
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
