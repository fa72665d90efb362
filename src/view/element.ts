type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An HTML element with attributes and children; an attribute that is true stands alone, one that is false or undefined is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

let ids = 0;

/** A name that no other element of the page has. */
export function freshId(stem: string): string {
  return `${stem}-${ids++}`;
}

/** A list to choose from, with its label. */
export function choice<T extends string>(label: string, values: readonly T[], chosen: T, act: (value: T) => void): { readonly row: HTMLElement; readonly select: HTMLSelectElement } {
  const id = freshId("choice");
  const select = element("select", { id }, ...values.map((value) => element("option", { value, selected: value === chosen }, value)));
  select.addEventListener("change", () => {
    const found = values.find((value) => value === select.value);
    if (found !== undefined) act(found);
  });
  return { row: element("div", { class: "row" }, element("label", { for: id }, label), select), select };
}

/** A box to tick, with its label. */
export function tick(label: string, isTicked: boolean, act: (isTicked: boolean) => void): { readonly row: HTMLElement; readonly box: HTMLInputElement } {
  const box = element("input", { type: "checkbox", checked: isTicked });
  box.addEventListener("change", () => act(box.checked));
  return { row: element("label", { class: "tick" }, box, label), box };
}
