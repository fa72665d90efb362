import { element, freshId } from "./element.js";

export interface NumberControlOptions {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly step: number;
  readonly least: number;
  readonly most: number;
  /** how far the slider reaches to either side of a value; of its decimal logarithm where it is logarithmic */
  readonly reach: (value: number) => number;
  readonly isLogarithmic?: boolean;
  readonly onInput: (value: number) => void;
}

/** A slider and a field for one number. */
export class NumberControl {
  readonly row: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #field: HTMLInputElement;
  readonly #options: NumberControlOptions;

  constructor(options: NumberControlOptions) {
    this.#options = options;
    const { label, unit, least, most, step, isLogarithmic = false } = options;
    const id = freshId("number");
    this.#slider = element("input", { type: "range", "aria-label": `${label}, slider`, step: isLogarithmic ? 0.01 : step });
    this.#field = element("input", { type: "number", id, min: least, max: most, step: "any", inputmode: "decimal" });
    this.row = element("div", { class: "number" }, element("label", { for: id }, label), this.#slider, this.#field, element("span", { class: "unit" }, unit));
    this.#slider.addEventListener("input", () => {
      const value = this.#ofSlider(Number(this.#slider.value));
      this.#field.value = shown(value);
      options.onInput(value);
    });
    this.#field.addEventListener("change", () => {
      const value = Number(this.#field.value);
      const isPossible = this.#field.value.trim() !== "" && value >= least && value <= most;
      if (!isPossible) {
        this.#field.reportValidity();
        return;
      }
      this.reset(value);
      options.onInput(value);
    });
    this.reset(options.value);
  }

  /** Shows a value, with the slider's range around it. */
  reset(value: number): void {
    this.#aim(this.#options.isLogarithmic ? Math.log10(value) : value);
    this.value = value;
  }

  /** Puts the slider's range around one of its places. */
  #aim(at: number): void {
    const { isLogarithmic = false, reach, least, most } = this.#options;
    const [low, high] = isLogarithmic ? [Math.log10(least), Math.log10(most)] : [least, most];
    this.#slider.min = String(Math.max(low, at - reach(at)));
    this.#slider.max = String(Math.min(high, at + reach(at)));
  }

  /** Shows a value where the slider's range is wide enough for it. */
  set value(value: number) {
    const at = this.#options.isLogarithmic ? Math.log10(value) : value;
    const isBeyond = at < Number(this.#slider.min) || at > Number(this.#slider.max);
    if (isBeyond) this.#aim(at);
    this.#slider.value = String(at);
    this.#slider.setAttribute("aria-valuetext", `${shown(value)} ${this.#options.unit}`);
    this.#field.value = shown(value);
  }

  #ofSlider(at: number): number {
    return this.#options.isLogarithmic ? Number((10 ** at).toPrecision(4)) : Number(at.toPrecision(12));
  }
}

/** All digits that a person would want to see; a field keeps no more. */
function shown(value: number): string {
  return String(Number(value.toPrecision(Math.abs(value) >= 1e6 ? 5 : 8)));
}
