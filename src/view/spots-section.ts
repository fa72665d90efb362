import { element } from "./element.js";
import type { PredictedSpot } from "./predicted-spots.js";
import type { Scene } from "./scene.js";
import { section } from "./section.js";
import { brightestSpots, listedSpots, type ListedSpot } from "./spot-list.js";
import { SpotTable } from "./spot-table.js";

/** The list of spots; made when it is looked at. */
export class SpotsSection {
  readonly #table: SpotTable;
  readonly #note = element("p", { class: "note" });
  readonly element: HTMLDetailsElement;
  #isStale = true;
  #spots: readonly PredictedSpot[] = [];

  constructor(
    readonly scene: Scene,
    onChoose: (spot: ListedSpot) => void,
    /** called when somebody wants to see the list */
    onOpen: () => void,
  ) {
    this.#table = new SpotTable(onChoose);
    this.element = section("Spots", false, this.#note, this.#table.element);
    this.element.addEventListener("toggle", () => {
      if (this.element.open) onOpen();
    });
  }

  /** Takes what the list will be made of. */
  update(spots: readonly PredictedSpot[]): void {
    this.#spots = spots;
    this.#isStale = true;
    this.#render();
  }

  #render(): void {
    if (!this.element.open || !this.#isStale) return;
    this.#isStale = false;
    const images = this.scene.measured?.panels ?? this.scene.model ?? [];
    const residuals = this.scene.isComparable ? (this.scene.layer("residual")?.images ?? []) : [];
    const listed = this.#spots.length > 0 ? listedSpots(this.#spots, images, residuals) : images.flatMap(brightestSpots);
    this.#table.spots = listed;
    const what = this.#spots.length > 0 ? "reflections near the Ewald sphere" : "brightest places of the image";
    this.#note.textContent = `${listed.length} ${what}${residuals.length > 0 ? ", the worst first" : ""}. Click one to go there.`;
  }
}
