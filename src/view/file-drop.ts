import { element } from "./element.js";

/** Takes the files that are dropped on an element, which is marked while they are over it. */
export function listenForDrops(root: HTMLElement, open: (files: readonly File[]) => void): void {
  const mark = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    root.classList.toggle("drop", isOver);
  };
  root.addEventListener("dragover", mark(true));
  root.addEventListener("dragleave", mark(false));
  root.addEventListener("drop", (event) => {
    mark(false)(event);
    open([...(event.dataTransfer?.files ?? [])]);
  });
}

/** A field of files that is not seen; a click on it, as by a button, lets somebody choose. */
export function fileField(open: (files: readonly File[]) => void): HTMLInputElement {
  const field = element("input", { type: "file", class: "visually-hidden", multiple: true, tabindex: -1, "aria-hidden": "true" });
  field.addEventListener("change", () => open([...(field.files ?? [])]));
  return field;
}
