import { allocate, type Data } from "../ndarray/dtype.js";
import { extremes } from "../ndarray/extremes.js";

/** A box of so many indices is looked up in memory, if reflections fill it to some extent. */
const smallBox = 2 ** 22;
const mostPlacesOfReflection = 16;

/** Where in a list each reflection stands: the last entry of its indices. */
export class ReflectionPlaces {
  readonly #min: readonly number[];
  readonly #extents: readonly number[];
  /** 1 + place of each of a box of indices, 0 for none */
  readonly #box: Data | undefined;
  readonly #sparse = new Map<number, number>();

  constructor(...columns: readonly [h: Data, k: Data, l: Data]) {
    const ranges = columns.map((column) => {
      const [low, high] = extremes(column);
      // Friedel mates, too.
      const end = Math.max(0, -low, high);
      return { low: -end, extent: 2 * end + 1 };
    });
    this.#min = ranges.map(({ low }) => low);
    this.#extents = ranges.map(({ extent }) => extent);
    const volume = this.#extents.reduce((product, extent) => product * extent, 1);
    if (volume <= Math.max(smallBox, mostPlacesOfReflection * columns[0].length)) this.#box = allocate("int32", volume);
  }

  /** The place of a reflection within the indices' range, or -1. */
  find(h: number, k: number, l: number): number {
    const key = this.#keyOf(h, k, l);
    return this.#box ? this.#box[key] - 1 : (this.#sparse.get(key) ?? -1);
  }

  set(h: number, k: number, l: number, place: number): void {
    const key = this.#keyOf(h, k, l);
    if (this.#box) this.#box[key] = place + 1;
    else this.#sparse.set(key, place);
  }

  #keyOf(h: number, k: number, l: number): number {
    return ((h - this.#min[0]) * this.#extents[1] + (k - this.#min[1])) * this.#extents[2] + (l - this.#min[2]);
  }
}
