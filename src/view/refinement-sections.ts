import { element } from "./element.js";
import type { Given } from "./given.js";
import { optionsFor } from "./live-model.js";
import type { ModelDesk } from "./model-desk.js";
import { RefinementSection, type RefinementDesk } from "./refinement-section.js";
import type { Scene } from "./scene.js";
import { section } from "./section.js";

/** What can be refined of a desk's model against the measured image: of one panel its numbers, of many a sentence that says why not. */
export function refinementSections(desk: ModelDesk, scene: Scene, given: Given, shows: Pick<RefinementDesk, "onPreview" | "onModel">): HTMLElement[] {
  if (!scene.measured) return [];
  if (desk.panels) {
    const note = `The detector has ${desk.panels.panels.length} panels, and the page refines on one. Distance and beam move all of them as one.`;
    return [section("Refinement", false, element("p", { class: "note" }, note))];
  }
  if (scene.measured.panels.length !== 1) return [];
  const { element: whole } = new RefinementSection({
    measured: () => scene.measured,
    model: () => desk.state,
    options: desk.preset ? optionsFor({}, desk.state.sampling) : desk.options,
    given: given.refinement,
    ...shows,
  });
  return [whole];
}
