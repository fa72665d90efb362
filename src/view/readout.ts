import { element } from "./element.js";
import { indicesAt, positionOf, resolutionAt, type Geometry } from "./geometry.js";
import type { Layer } from "./layer.js";
import { significant, withMinus } from "./numbers.js";
import type { PointedPixel } from "./viewer-events.js";

/** A fact of a pixel: what it is, and its value with a unit. */
export type Fact = readonly [name: string, value: string];

/**
 * All that is known of the pixel that somebody points at.
 * @param shrunk pixels of the detector along each edge of one that is shown
 */
export function factsOf({ panel, fast, slow }: PointedPixel, layers: readonly Layer[], geometry: Geometry | undefined, shrunk = 1): Fact[] {
  const [column, row] = [Math.floor(fast), Math.floor(slow)];
  const facts: Fact[] = [];
  if ((layers[0]?.images.length ?? 1) > 1) facts.push(["panel", String(panel)]);
  facts.push(["fast", String(Math.floor(fast * shrunk))], ["slow", String(Math.floor(slow * shrunk))]);
  for (const layer of layers) {
    const image = layer.images[panel];
    if (!image || row >= image.shape[0] || column >= image.shape[1]) continue;
    const isUnused = Number.isNaN(layer.pyramids[panel].whole.image.get(row, column));
    const value = image.get(row, column);
    const text = layer.kind === "sigmas" ? `${withMinus(value.toFixed(2))} σ` : significant(value, 5);
    facts.push([layer.name, isUnused ? (Number.isNaN(value) ? "not used" : `${text} (not used)`) : text]);
  }
  const plane = geometry?.panels[panel];
  if (!geometry || !plane) return facts;
  const position = positionOf(plane, fast, slow);
  facts.push(["d", `${significant(resolutionAt(geometry, position), 4)} Å`]);
  const indices = indicesAt(geometry, position);
  if (indices) facts.push(["h k l", indices.map((index) => withMinus(index.toFixed(2))).join(" ")]);
  return facts;
}

/** The line below the image. It is read aloud where the keyboard moves the image, not for every move of a mouse. */
export class Readout {
  readonly element = element("div", { id: "readout", class: "readout", role: "status", "aria-live": "off" });

  show(facts: readonly Fact[]): void {
    this.element.replaceChildren(...facts.map(([name, value]) => element("span", {}, `${name} `, element("b", {}, value))));
  }
}
