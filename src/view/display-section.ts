import { colourAt, curveNames, scaleNames, valueAtFraction, type Contrast, type CurveName, type ScaleName } from "./colour-scale.js";
import { button, choice, element, freshId, tick } from "./element.js";
import { likelyContrast, type Layer, type LayerKind } from "./layer.js";
import { significant } from "./numbers.js";
import type { OverlayOptions } from "./overlay.js";
import { section } from "./section.js";

/** How images are shown: colours, contrast, and what is drawn over them. */
export class DisplaySection {
  readonly element: HTMLDetailsElement;
  overlay: OverlayOptions = { rings: true, spots: false, indices: false };
  #scale: ScaleName = matchMedia("(prefers-color-scheme: dark)").matches ? "grey" : "inverse grey";
  #curve: CurveName = "logarithm";
  /** set by hand; by the image itself where there is none */
  readonly #byHand = new Map<LayerKind, Contrast>();
  /** found from an image, and kept while the model changes, so that its brightness can be followed */
  readonly #found = new Map<LayerKind, Contrast>();
  #shown: { readonly layer: Layer; readonly contrast: Contrast } | undefined;
  readonly #low: HTMLInputElement;
  readonly #high: HTMLInputElement;
  readonly #legend = element("canvas", { width: 256, height: 1, role: "img" });
  readonly #ends = element("div");
  readonly #boxes: Readonly<Record<keyof OverlayOptions, HTMLInputElement>>;

  /** @param onChange called when something should be drawn anew */
  constructor(readonly onChange: () => void) {
    const scales = scaleNames.filter((name) => !name.includes("residual"));
    const scale = choice("colours", scales, this.#scale, (name) => this.#set(() => (this.#scale = name)));
    const curve = choice("contrast", curveNames, this.#curve, (name) => this.#set(() => (this.#curve = name)));
    this.#low = element("input", { type: "number", step: "any", id: freshId("low") });
    this.#high = element("input", { type: "number", step: "any", id: freshId("high") });
    for (const field of [this.#low, this.#high]) field.addEventListener("change", () => this.#setRange());
    const range = [["from", this.#low], ["to", this.#high]] as const;
    const boxOf = (name: keyof OverlayOptions, label: string) =>
      tick(label, this.overlay[name], (isTicked) => {
        this.overlay = { ...this.overlay, [name]: isTicked, ...(name === "indices" && isTicked && { spots: true }) };
        this.#showTicks();
        this.onChange();
      });
    const ticks = { rings: boxOf("rings", "resolution rings"), spots: boxOf("spots", "predicted spots"), indices: boxOf("indices", "their indices") };
    this.#boxes = { rings: ticks.rings.box, spots: ticks.spots.box, indices: ticks.indices.box };
    this.element = section(
      "Display",
      true,
      scale.row,
      curve.row,
      ...range.map(([label, field]) => element("div", { class: "row" }, element("label", { for: field.id }, label), field)),
      element("div", { class: "buttons" }, button("From the image", () => this.#set(() => this.forget()))),
      element("div", { class: "legend" }, this.#legend, this.#ends),
      element("div", { class: "ticks" }, ticks.rings.row, ticks.spots.row, ticks.indices.row),
    );
  }

  toggle(name: keyof OverlayOptions): void {
    this.overlay = { ...this.overlay, [name]: !this.overlay[name] };
    this.#showTicks();
    this.onChange();
  }

  /**
   * The contrast of a layer.
   * @param like a layer whose contrast it shares, so that the two can be compared
   */
  contrastOf(layer: Layer, like: Layer = layer): Contrast {
    const chosen = this.#byHand.get(layer.kind) ?? this.#found.get(layer.kind) ?? likelyContrast(like, this.#scale, this.#curve);
    this.#found.set(layer.kind, chosen);
    const contrast = layer.kind === "photons" ? { ...chosen, scale: this.#scale, curve: this.#curve } : chosen;
    const isNew = JSON.stringify(contrast) !== JSON.stringify(this.#shown?.contrast);
    this.#shown = { layer, contrast: isNew || !this.#shown ? contrast : this.#shown.contrast };
    if (isNew) this.#describe(contrast, layer.kind);
    return this.#shown.contrast;
  }

  /** Another image is shown, for which limits that were set by hand say nothing. */
  forget(): void {
    this.#byHand.clear();
    this.#found.clear();
  }

  #set(change: () => void): void {
    this.#found.clear();
    change();
    this.onChange();
  }

  #setRange(): void {
    const [low, high] = [Number(this.#low.value), Number(this.#high.value)];
    const isRange = this.#low.value !== "" && this.#high.value !== "" && low < high;
    this.#high.setCustomValidity(isRange ? "" : "the upper limit must be above the lower one");
    if (!isRange || !this.#shown) {
      this.#high.reportValidity();
      return;
    }
    const { layer, contrast } = this.#shown;
    this.#set(() => this.#byHand.set(layer.kind, { ...contrast, low, high }));
  }

  #showTicks(): void {
    for (const name of ["rings", "spots", "indices"] as const) this.#boxes[name].checked = this.overlay[name];
  }

  #describe(contrast: Contrast, kind: LayerKind): void {
    const { low, high, scale } = contrast;
    this.#low.value = String(Number(low.toPrecision(4)));
    this.#high.value = String(Number(high.toPrecision(4)));
    const context = this.#legend.getContext("2d");
    if (context) {
      for (let x = 0; x < 256; x++) {
        context.fillStyle = `rgb(${colourAt(scale, x / 255).join(",")})`;
        context.fillRect(x, 0, 1, 1);
      }
    }
    const unit = kind === "sigmas" ? "σ" : "photons";
    const labels = [0, 0.5, 1].map((fraction) => significant(valueAtFraction(fraction, contrast), 3));
    this.#legend.setAttribute("aria-label", `Colours from ${labels[0]} to ${labels[2]} ${unit}`);
    this.#ends.replaceChildren(...labels.map((label, i) => element("span", {}, i === 2 ? `${label} ${unit}` : label)));
  }
}
