import { element } from "./element.js";
import { section } from "./section.js";
import type { StatedFact } from "./stated-fact.js";

/** Who stated what of the model, as it was before anything was changed in the page. */
export function sourcesSection(facts: readonly StatedFact[]): HTMLElement {
  const head = ["", "value", "from"].map((name) => element("th", { scope: "col" }, name));
  const rows = facts.map(({ what, value, from }) => element("tr", {}, element("th", { scope: "row" }, what), element("td", {}, value), element("td", {}, from)));
  const table = element("table", { class: "facts" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
  return section("Who said what", false, element("p", { class: "note" }, "Where the model's numbers come from, as it was opened."), table);
}
