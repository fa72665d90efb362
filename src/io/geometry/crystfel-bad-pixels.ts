import { InputError } from "../../ndarray/errors.js";
import { quote } from "../field.js";
import { needed, numberOf, type Settings } from "./crystfel-settings.js";
import type { PanelRecord, PixelRectangle } from "./record.js";

/**
 * Bad pixels as rectangles of each panel, in its own coordinates: of regions along fs and ss and of those in x and y, of panels that are not
 * to be used, and of edges.
 * @param bad settings of the regions, by their names
 * @param panels settings of the panels, in the order of the records
 * @throws InputError when a region is not whole, or lies in a panel that is not there
 */
export function badPixels(bad: ReadonlyMap<string, Settings>, panels: readonly [string, Settings][], records: readonly PanelRecord[], name: string): Map<string, PixelRectangle[]> {
  const masked = new Map<string, PixelRectangle[]>();
  panels.forEach(([panel, settings], i) => {
    const own = ofWholePanel(settings, records[i], name);
    if (own.length > 0) masked.set(panel, own);
  });
  for (const [region, settings] of bad) {
    const of = (key: string): number => needed(settings, key, region, name);
    const isInLaboratory = settings.has("min_x") || settings.has("min_y");
    const ranges = (isInLaboratory ? ["min_x", "max_x", "min_y", "max_y"] : ["min_fs", "max_fs", "min_ss", "max_ss"]).map(of);
    const only = settings.get("panel")?.word;
    if (only !== undefined && !panels.some(([panel]) => panel === only)) throw new InputError(`${name}: ${region} lies in the panel ${quote(only)}, which is not there`);
    panels.forEach(([panel, own], i) => {
      if (only !== undefined && panel !== only) return;
      const first = ["min_fs", "min_ss"].map((key) => needed(own, key, panel, name));
      const rectangles = isInLaboratory ? rowsWithin(records[i], ranges) : rectangleWithin(records[i], first, ranges);
      if (rectangles.length > 0) masked.set(panel, [...(masked.get(panel) ?? []), ...rectangles]);
    });
  }
  return masked;
}

/** All of a panel that no_index leaves out, or the edges that mask_edge_pixels does. */
function ofWholePanel(settings: Settings, { pixels: { fast, slow } }: PanelRecord, name: string): PixelRectangle[] {
  const whole = { fastMin: 0, fastEnd: fast, slowMin: 0, slowEnd: slow };
  if (/^(1|true|yes)$/i.test(settings.get("no_index")?.word ?? "")) return [whole];
  const width = numberOf(settings, "mask_edge_pixels", name) ?? 0;
  if (!(width > 0)) return [];
  if (2 * width >= Math.min(fast, slow)) return [whole];
  return [{ ...whole, slowEnd: width }, { ...whole, slowMin: slow - width }, { ...whole, fastEnd: width }, { ...whole, fastMin: fast - width }];
}

/** What a panel has of a region along fs and ss, which are counted in the data's array. */
function rectangleWithin({ pixels }: PanelRecord, [fs, ss]: readonly number[], [minFs, maxFs, minSs, maxSs]: readonly number[]): PixelRectangle[] {
  const rectangle = {
    fastMin: Math.max(minFs - fs, 0),
    fastEnd: Math.min(maxFs + 1 - fs, pixels.fast),
    slowMin: Math.max(minSs - ss, 0),
    slowEnd: Math.min(maxSs + 1 - ss, pixels.slow),
  };
  return rectangle.fastEnd > rectangle.fastMin && rectangle.slowEnd > rectangle.slowMin ? [rectangle] : [];
}

/** The pixels whose centres lie in a region in x and y, which are counted in pixels from the beam: of each row, a stretch; equal rows together. */
function rowsWithin({ pixels, pixelSizeMm, originMm, fast, slow }: PanelRecord, [minX, maxX, minY, maxY]: readonly number[]): PixelRectangle[] {
  const rectangles: PixelRectangle[] = [];
  for (let row = 0; row < pixels.slow; row++) {
    let [begin, end] = [0, pixels.fast];
    for (const [axis, low, high] of [[0, minX, maxX], [1, minY, maxY]]) {
      // At the column i the coordinate is at + i * step.
      const step = fast[axis];
      const at = originMm[axis] / pixelSizeMm + (row + 0.5) * slow[axis] + 0.5 * step;
      if (Math.abs(step) < 1e-12) {
        if (!(at >= low && at <= high)) end = 0;
        continue;
      }
      const [near, far] = [(low - at) / step, (high - at) / step].sort((one, other) => one - other);
      begin = Math.max(begin, Math.ceil(near - 1e-9));
      end = Math.min(end, Math.floor(far + 1e-9) + 1);
    }
    if (end <= begin) continue;
    const last = rectangles.at(-1);
    if (last && last.slowEnd === row && last.fastMin === begin && last.fastEnd === end) rectangles[rectangles.length - 1] = { ...last, slowEnd: row + 1 };
    else rectangles.push({ fastMin: begin, fastEnd: end, slowMin: row, slowEnd: row + 1 });
  }
  return rectangles;
}
