import type { GroupMove } from "../models/panels.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { copy, zeros, type NdArray } from "../ndarray/ndarray.js";
import { sizeOf } from "../ndarray/shape.js";
import type { Answer } from "./answer.js";
import type { ImageNormalEquations } from "./image-model.js";
import { motionNumbers, moveNumbers } from "./panel-motions.js";

/** How a panel follows the groups that hold it. */
export interface Following {
  /** of the groups that have moved, innermost first */
  readonly names: readonly string[];
  /** for each number of their moves, the six of the panel's motion */
  readonly motion: readonly (readonly number[])[];
}

/** Sums over panels, by the parameters of the experiment and those of the groups. */
export class PanelSums {
  loss = 0;
  readonly #experiment: number;
  /** the parameters of each group: those of its shift, then of its turn */
  readonly #groups: ReadonlyMap<string, readonly number[]>;
  readonly #gradient: number[];
  readonly #normal: number[][];
  readonly #warnings = new Set<string>();

  constructor(experiment: readonly (number | NdArray)[], groups: Readonly<Record<string, GroupMove>>) {
    this.#experiment = experiment.reduce<number>((sum, leaf) => sum + (typeof leaf === "number" ? 1 : sizeOf(leaf.shape)), 0);
    let count = this.#experiment;
    this.#groups = new Map(Object.entries(groups).map(([name, move]) => {
      const own = Array.from({ length: moveNumbers }, () => count++);
      return [name, Object.keys(move)[0] === "turnDeg" ? [...own.slice(3), ...own.slice(0, 3)] : own];
    }));
    this.#gradient = new Array<number>(count).fill(0);
    this.#normal = [];
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /**
   * Adds what was summed panel by panel.
   * @param panels number of them, each of which has as many rows
   */
  add({ rows, warnings }: Answer, panels: number, followingOf: (panel: number) => Following): void {
    for (const warning of warnings) this.#warnings.add(warning);
    const [count, width] = rows.shape;
    const perPanel = count / panels;
    const isMoving = this.#groups.size > 0;
    const inner = this.#experiment + (isMoving ? motionNumbers : 0);
    const sums = new Array<number>(width);
    for (let panel = 0; panel < panels; panel++) {
      sums.fill(0);
      for (let at = panel * perPanel * width; at < (panel + 1) * perPanel * width; ) for (let i = 0; i < width; i++) sums[i] += rows.data[at++];
      this.loss += sums[0];
      this.#addPanel(sums, inner, followingOf(panel));
    }
  }

  #addPanel(sums: readonly number[], inner: number, { names, motion }: Following): void {
    const own = Array.from({ length: this.#experiment }, (_, i) => i);
    const places = [...own, ...names.flatMap((name) => this.#groups.get(name) ?? [])];
    // Each parameter as a combination of the sums' own: itself, or what a move makes of the motion.
    const combined = (of: (i: number) => number, j: number): number => {
      if (j < this.#experiment) return of(j);
      let sum = 0;
      motion[j - this.#experiment].forEach((weight, i) => (sum += weight * of(this.#experiment + i)));
      return sum;
    };
    places.forEach((place, j) => (this.#gradient[place] += combined((i) => sums[1 + i], j)));
    if (sums.length === 1 + inner) return;
    const at = (i: number, j: number): number => sums[1 + inner + (i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i)];
    const half = places.map((_, j) => Array.from({ length: inner }, (_, i) => combined((k) => at(i, k), j)));
    places.forEach((place, j) => {
      const row = (this.#normal[place] ??= new Array<number>(this.#gradient.length).fill(0));
      places.forEach((other, k) => (row[other] += combined((i) => half[j][i], k)));
    });
  }

  /** The gradient, in the form of the parameters. */
  leaves(parameters: readonly (number | NdArray)[], dtype: FloatDType): (number | NdArray)[] {
    let next = 0;
    return parameters.map((leaf) => {
      if (typeof leaf === "number") return this.#gradient[next++];
      const gradient = zeros(leaf.shape, "float64");
      for (let i = 0; i < gradient.size; i++) gradient.data[i] = this.#gradient[next++];
      return copy(gradient, dtype);
    });
  }

  normalEquations(): ImageNormalEquations {
    const zero = this.#gradient.map(() => 0);
    return { loss: this.loss, gradient: this.#gradient, normal: this.#gradient.map((_, i) => this.#normal[i] ?? zero), warnings: this.warnings };
  }
}
