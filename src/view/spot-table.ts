import { button, element } from "./element.js";
import { significant, withMinus } from "./numbers.js";
import type { ListedSpot } from "./spot-list.js";

interface Column {
  readonly name: string;
  readonly hint: string;
  readonly value: (spot: ListedSpot) => number;
  readonly shown: (spot: ListedSpot) => string;
}

const columns: readonly Column[] = [
  {
    name: "misfit",
    hint: "root mean square of the residual around the spot, in sigmas",
    value: ({ misfit }) => misfit,
    shown: ({ misfit }) => (Number.isNaN(misfit) ? "" : `${misfit.toFixed(1)} σ`),
  },
  { name: "peak", hint: "counts of the brightest pixel", value: ({ peak }) => peak, shown: ({ peak }) => significant(peak, 4) },
  {
    name: "d",
    hint: "resolution in Å",
    value: ({ resolution }) => resolution,
    shown: ({ resolution }) => (Number.isNaN(resolution) ? "" : `${resolution.toFixed(2)} Å`),
  },
];
const rowsShown = 200;

/** A list of spots that can be sorted; the worst come first. */
export class SpotTable {
  readonly element = element("div", { class: "table" });
  #spots: readonly ListedSpot[] = [];
  #column = columns[0];
  #isDescending = true;

  /** @param onChoose called with a spot that somebody wants to see */
  constructor(readonly onChoose: (spot: ListedSpot) => void) {}

  set spots(spots: readonly ListedSpot[]) {
    this.#spots = spots;
    if (this.#column.name === "misfit" && spots.every(({ misfit }) => Number.isNaN(misfit))) this.#column = columns[1];
    this.#render();
  }

  #render(): void {
    const { value } = this.#column;
    const sign = this.#isDescending ? -1 : 1;
    const sorted = [...this.#spots].sort((one, other) => sign * (orLeast(value(one)) - orLeast(value(other)))).slice(0, rowsShown);
    const heads = columns.map((column) => {
      const isChosen = column === this.#column;
      const sort = button(column.name, () => this.#sortBy(column), { title: column.hint });
      return element("th", { scope: "col", "aria-sort": isChosen ? (this.#isDescending ? "descending" : "ascending") : undefined }, sort);
    });
    const rows = sorted.map((spot) => {
      const name = spot.indices ? spot.indices.map((index) => withMinus(String(index))).join(" ") : `${Math.floor(spot.fast)}, ${Math.floor(spot.slow)}`;
      const go = button(name, () => this.onChoose(spot), { "aria-label": `Go to the spot ${name}` });
      return element("tr", {}, element("td", {}, go), ...columns.map((column) => element("td", {}, column.shown(spot))));
    });
    const first = element("th", { scope: "col" }, this.#spots.some(({ indices }) => indices) ? "h k l" : "fast, slow");
    this.element.replaceChildren(
      element("table", {}, element("thead", {}, element("tr", {}, first, ...heads)), element("tbody", {}, ...rows)),
    );
  }

  #sortBy(column: Column): void {
    this.#isDescending = column === this.#column ? !this.#isDescending : true;
    this.#column = column;
    this.#render();
    const again = this.element.querySelector<HTMLElement>("th[aria-sort] button");
    again?.focus();
  }
}

function orLeast(value: number): number {
  return Number.isNaN(value) ? -Infinity : value;
}
