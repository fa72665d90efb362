import { element } from "./element.js";
import { significant, unitSign, withDeviation, withMinus } from "./numbers.js";
import type { RefinedParameter } from "../refine/refine.js";

/** Parameters with their standard deviations. */
export class ParameterTable {
  readonly element = element("div", { class: "table parameters" });

  show(parameters: readonly RefinedParameter[]): void {
    if (parameters.length === 0) return this.element.replaceChildren();
    const rows = parameters.map(({ name, unit, start, value, esd }) => {
      const moved = esd ? withMinus(((value - start) / esd).toFixed(1)) : "";
      const shownName = unit === "" ? name.replaceAll("_", " ") : `${name.replaceAll("_", " ")} (${unitSign(unit)})`;
      const cells = [significant(start, 6), withDeviation(value, esd), moved];
      return element("tr", { "data-name": name, "data-value": String(value), "data-esd": esd === undefined ? "" : String(esd) }, element("td", {}, shownName), ...cells.map((cell) => element("td", {}, cell)));
    });
    const heads = ["start", "refined (esd)", "moved by esds"].map((head) => element("th", { scope: "col" }, head));
    const head = element("tr", {}, element("th", { scope: "col" }, "parameter"), ...heads);
    this.element.replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
  }
}
