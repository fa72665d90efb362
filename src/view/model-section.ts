import { button, choice, element } from "./element.js";
import { modelFields } from "./model-fields.js";
import { experimentOf, withField, type ModelState } from "./model-state.js";
import { NumberControl } from "./number-control.js";
import { section } from "./section.js";

type CountName = Exclude<keyof ModelState["sampling"], "spots">;
const spotSums = ["sampled", "closed"] as const;

/** The controls of the model. */
export class ModelSection {
  readonly element: HTMLElement;
  readonly #controls = new Map<string, NumberControl>();
  readonly #sampling = new Map<CountName, NumberControl>();
  readonly #spots: HTMLSelectElement;
  readonly #about = element("p", { class: "note" });
  readonly #select: HTMLSelectElement | undefined;
  #state: ModelState;

  /**
   * @param presetNames what can be chosen to begin with; none where the model is a given one
   * @param onChange called with the state after every change
   */
  constructor(
    state: ModelState,
    presetNames: readonly string[],
    preset: string | undefined,
    readonly onChange: (state: ModelState) => void,
    onPreset: (name: string) => void,
    onReset: () => void,
  ) {
    this.#state = state;
    const experiment = experimentOf(state);
    const groups = new Map<string, HTMLElement[]>();
    for (const field of modelFields) {
      const control = new NumberControl({ ...field, value: field.read(experiment), onInput: (value) => this.#change(withField(this.#state, field.key, value)) });
      this.#controls.set(field.key, control);
      groups.set(field.group, [...(groups.get(field.group) ?? []), control.row]);
    }
    const counts = [
      ["domains", "mosaic domains", ""],
      ["wavelengths", "wavelengths", ""],
      ["oversample", "sub-pixels", "per edge"],
    ] as const;
    const rows = counts.map(([key, label, unit]) => {
      const onInput = (value: number): void => this.#change({ ...this.#state, sampling: { ...this.#state.sampling, [key]: Math.round(value) } });
      const control = new NumberControl({ label, unit, value: state.sampling[key], step: 1, least: 1, most: 400, reach: () => (key === "oversample" ? 4 : 40), onInput });
      this.#sampling.set(key, control);
      return control.row;
    });
    const spots = choice("spots", spotSums, state.sampling.spots, (way) => this.#change({ ...this.#state, sampling: { ...this.#state.sampling, spots: way } }));
    this.#spots = spots.select;
    const chooser = presetNames.length > 0 ? choice("preset", presetNames, preset ?? presetNames[0], onPreset) : undefined;
    this.#select = chooser?.select;
    this.element = section(
      "Model",
      true,
      ...(chooser ? [chooser.row] : []),
      this.#about,
      ...[...groups].flatMap(([name, controls]) => [element("h3", {}, name), ...(name === "Widths of spots" ? [spots.row] : []), ...controls]),
      element("h3", {}, "Steps of the sum"),
      ...rows,
      element("div", { class: "buttons" }, button("Back to the start", onReset)),
    );
    this.#showFields();
  }

  /** Hides what has no meaning for the way in which spots are summed. */
  #showFields(): void {
    const { spots } = this.#state.sampling;
    this.#spots.value = spots;
    for (const field of modelFields) {
      const control = this.#controls.get(field.key);
      if (control) control.row.hidden = (field.spots ?? spots) !== spots;
    }
    for (const key of ["domains", "wavelengths"] as const) {
      const control = this.#sampling.get(key);
      if (control) control.row.hidden = spots === "closed";
    }
  }

  set about(text: string) {
    this.#about.textContent = text;
    this.#about.hidden = text === "";
  }

  set preset(name: string) {
    if (this.#select) this.#select.value = name;
  }

  /** Shows a state that comes from elsewhere. */
  set state(state: ModelState) {
    this.#state = state;
    const experiment = experimentOf(state);
    for (const { key, read } of modelFields) {
      const control = this.#controls.get(key);
      if (control) control.value = read(experiment);
    }
    for (const [key, control] of this.#sampling) control.value = state.sampling[key];
    this.#showFields();
  }

  #change(state: ModelState): void {
    const hasMoreSteps = state.sampling !== this.#state.sampling;
    this.#state = state;
    if (hasMoreSteps) for (const [key, control] of this.#sampling) control.value = state.sampling[key];
    this.#showFields();
    this.onChange(state);
  }
}
