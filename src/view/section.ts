import { element } from "./element.js";

/** A part of the page's side that opens and closes. */
export function section(title: string, isOpen: boolean, ...children: readonly (Node | string)[]): HTMLDetailsElement {
  return element("details", { open: isOpen }, element("summary", {}, title), element("div", {}, ...children));
}

/** Buttons of which one is pressed. */
export class Toggle<T extends string> {
  readonly element: HTMLElement;
  readonly #act: (value: T) => void;

  constructor(label: string, act: (value: T) => void) {
    this.#act = act;
    this.element = element("div", { class: "group", role: "group", "aria-label": label });
  }

  /** Shows values, one of them pressed. */
  show(values: readonly T[], pressed: T | undefined): void {
    const present = [...this.element.children];
    const isSame = present.length === values.length && present.every((child, i) => child.textContent === values[i]);
    if (!isSame) {
      this.element.replaceChildren(
        ...values.map((value) => {
          const made = element("button", { type: "button" }, value);
          made.addEventListener("click", () => this.#act(value));
          return made;
        }),
      );
    }
    for (const child of this.element.children) child.setAttribute("aria-pressed", String(child.textContent === pressed));
  }
}
