import { DisplaySection } from "./display-section.js";
import { button, element } from "./element.js";
import { differenceOf, layerOf, type Layer } from "./layer.js";
import { factsOf, Readout } from "./readout.js";
import type { ReportImage } from "./report.js";
import { offerFile, scaleBar, windowAsPng, windowAsSvg } from "./save.js";
import type { LayerName } from "./scene.js";
import { Toolbar } from "./toolbar.js";
import { Viewer } from "./viewer.js";
import type { PointedPixel } from "./viewer-events.js";
import type { ScaleName } from "./colour-scale.js";

const names = ["measured", "model", "difference", "residual"] as const;
const blinkMilliseconds = 600;

/** The pictures of a report: the overview of an image, with the viewer's tools. */
export class ReportViewer {
  readonly element: HTMLElement;
  readonly #layers: Readonly<Record<LayerName, Layer>>;
  readonly #viewer: Viewer;
  readonly #toolbar: Toolbar;
  readonly #display = new DisplaySection(() => this.#show());
  readonly #image: ReportImage;
  #layer: LayerName = "measured";
  #blink: ReturnType<typeof setInterval> | undefined;

  constructor(image: ReportImage) {
    this.#image = image;
    const { measured, model, residual } = image;
    this.#layers = {
      measured: layerOf("measured", "photons", measured),
      model: layerOf("model", "photons", model),
      difference: layerOf("difference", "difference", measured.map((counts, i) => differenceOf(counts, model[i], undefined))),
      residual: layerOf("residual", "sigmas", residual),
    };
    const readout = new Readout();
    this.#viewer = new Viewer({
      onPoint: (pixel) => {
        if (pixel) readout.show(factsOf(pixel, Object.values(this.#layers), image.geometry, image.shrunk));
      },
      onLine: () => undefined,
      onTurn: () => undefined,
      onKey: (key) => this.#press(key),
    });
    this.#toolbar = new Toolbar({
      onLayer: (name) => this.#show(name),
      onDrag: undefined,
      onZoom: (factor) => this.#viewer.zoomBy(factor),
      onFit: () => this.#viewer.fit(),
      onBlink: () => this.#toggleBlink(),
    });
    const save = element(
      "div",
      { class: "buttons" },
      button("Save PNG", () => void windowAsPng(this.#viewer, this.#bar()).then((blob) => offerFile("picture.png", blob))),
      button("Save SVG", () => offerFile("picture.svg", windowAsSvg(this.#viewer, this.#bar(), image.name), "image/svg+xml")),
    );
    this.#display.element.open = false;
    this.element = element("div", { class: "framed" }, this.#toolbar.element, this.#viewer.stage, element("div", { class: "foot" }, readout.element), this.#display.element, save);
    this.#viewer.geometry = image.geometry;
    this.#show();
  }

  /** The scale of photons, which boxes of spots share. */
  get scale(): ScaleName {
    return this.#display.contrastOf(this.#layers.measured).scale;
  }

  /** @param place in pixels of the overview */
  goTo(place: PointedPixel): void {
    this.#viewer.goTo(place);
    this.#viewer.stage.scrollIntoView({ block: "nearest" });
  }

  #bar() {
    return scaleBar(this.#viewer.camera.zoom, this.#viewer.stage.clientHeight, this.#image.geometry.panels[0].pixelSizeMm, true);
  }

  #show(name: LayerName = this.#layer): void {
    this.#layer = name;
    this.#toolbar.show(names, name, this.#viewer.dragMode, false, this.#blink !== undefined);
    this.#viewer.overlay = this.#display.overlay;
    const layer = this.#layers[name];
    this.#viewer.show(layer, this.#display.contrastOf(layer, name === "model" ? this.#layers.measured : layer));
  }

  #press(key: string): boolean {
    const layers: Readonly<Record<string, LayerName>> = { m: "measured", o: "model", d: "difference", s: "residual" };
    if (layers[key]) this.#show(layers[key]);
    else if (key === "b") this.#toggleBlink();
    else if (key === "r") this.#display.toggle("rings");
    else return false;
    return true;
  }

  #toggleBlink(): void {
    if (this.#blink === undefined) this.#blink = setInterval(() => this.#show(this.#layer === "measured" ? "model" : "measured"), blinkMilliseconds);
    else {
      clearInterval(this.#blink);
      this.#blink = undefined;
    }
    this.#show();
  }
}
