import { chart } from "./chart.js";
import { element } from "./element.js";
import { significant } from "./numbers.js";
import type { Placement } from "./placement.js";
import { profileAlong } from "./profile.js";
import { section } from "./section.js";
import type { Layer } from "./layer.js";
import type { Line } from "./viewer-events.js";

/** Values along a line that is drawn over the image. */
export class ProfileSection {
  readonly #hint = element("p", { class: "note" }, "Choose “profile” above the image, and draw a line over it.");
  readonly #chart = element("div");
  readonly element = section("Profile", false, this.#hint, this.#chart);

  /** @param layers measured and modelled image, as far as there are any */
  show(line: Line | undefined, layers: readonly Layer[], placements: readonly Placement[]): void {
    if (!line || layers.length === 0) return;
    this.element.open = true;
    const curves = layers.map((layer, i) => ({ points: profileAlong(layer, placements, line.from, line.to), isOther: i > 0 }));
    const length = significant(Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y), 4);
    this.#hint.textContent = layers.length > 1 ? `${layers[0].name} in blue, ${layers[1].name} in orange` : layers[0].name;
    // The drawing is our own text, and names of files do not come into it.
    this.#chart.innerHTML = chart({ curves, xLabel: "pixels along the line", yLabel: "photons", description: `Photons along a line of ${length} pixels` });
  }
}
