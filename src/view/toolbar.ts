import { button, element } from "./element.js";
import type { LayerName } from "./scene.js";
import { Toggle } from "./section.js";
import type { DragMode } from "./viewer-events.js";

export interface ToolbarEvents {
  readonly onLayer: (name: LayerName) => void;
  /** undefined where dragging can only move the image */
  readonly onDrag: ((mode: DragMode) => void) | undefined;
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
  readonly onBlink: () => void;
}

const dragNames = ["move", "profile", "turn crystal"] as const;
type DragName = (typeof dragNames)[number];
const modes: Readonly<Record<DragName, DragMode>> = { move: "pan", profile: "profile", "turn crystal": "turn" };
const zoomStep = 1.5;

/** The buttons above the image. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #layers: Toggle<LayerName>;
  readonly #drag: Toggle<DragName>;
  readonly #blink: HTMLButtonElement;

  constructor({ onLayer, onDrag, onZoom, onFit, onBlink }: ToolbarEvents) {
    this.#layers = new Toggle<LayerName>("Image that is shown", onLayer);
    this.#drag = new Toggle<DragName>("What dragging does", (name) => onDrag?.(modes[name]));
    this.#drag.element.hidden = onDrag === undefined;
    this.#blink = button("blink", onBlink, { title: "measured and model in turn (b)" });
    const zoom = element(
      "div",
      { class: "group", role: "group", "aria-label": "Zoom" },
      button("−", () => onZoom(1 / zoomStep), { "aria-label": "Smaller" }),
      button("fit", onFit),
      button("+", () => onZoom(zoomStep), { "aria-label": "Larger" }),
    );
    this.element = element("div", { class: "bar" }, this.#layers.element, this.#blink, element("span", { class: "gap" }), this.#drag.element, zoom);
  }

  show(layers: readonly LayerName[], layer: LayerName, mode: DragMode, hasModel: boolean, isBlinking: boolean): void {
    this.#layers.show(layers, layer);
    const names = dragNames.filter((name) => name !== "turn crystal" || hasModel);
    this.#drag.show(names, names.find((name) => modes[name] === mode));
    this.#blink.hidden = !(layers.includes("measured") && layers.includes("model"));
    this.#blink.setAttribute("aria-pressed", String(isBlinking));
  }
}
