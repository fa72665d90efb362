import { element } from "./element.js";

const keysHelp =
  "Arrow keys move the image, plus and minus zoom, 0 shows all of it; m, o, d and s show the measured image, the model, their difference and the residual in sigmas; b blinks, r shows rings, p predicted spots.";

/** What the page consists of. */
export interface PageParts {
  /** beside the program's name */
  readonly head: readonly HTMLElement[];
  /** above the image */
  readonly toolbar: HTMLElement;
  readonly image: HTMLElement;
  /** below the image */
  readonly foot: readonly HTMLElement[];
  readonly side: HTMLElement;
}

/** Puts the parts of the page into their order. */
export function framePage(root: HTMLElement, { head, toolbar, image, foot, side }: PageParts): void {
  const keys = element("p", { id: "keys", class: "visually-hidden" }, keysHelp);
  root.replaceChildren(
    element("header", { class: "head" }, element("h1", {}, "braggtape"), ...head),
    element("main", { class: "work" }, toolbar, image, element("div", { class: "foot" }, ...foot), keys),
    side,
  );
  root.classList.add("page");
}
