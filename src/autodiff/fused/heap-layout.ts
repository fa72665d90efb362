import { bytesPerElement, type DType } from "../../ndarray/dtype.js";
import { sizeOf, type Shape } from "../../ndarray/shape.js";
import { has, type Axes, type GridPlace, type Place } from "./plan.js";

/** Elements that every vector, be it of float64 or float32, divides. */
export const wholeVectors = 4;
/** Whether loops can work on groups of so many elements: on one a turn, on several turns of one, or on two a turn. */
export const isWholeVectors = (elements: number): boolean => elements % wholeVectors === 0 || 2 * elements === wholeVectors;
/** Elements by which every stretch of the heap is aligned. */
const alignment = 8;
/** Elements between two stretches: without them, arrays of a power of 2 would compete for the same lines of the processor's cache. */
const stagger = 24;

/** What lies in a memory beside the heap: a grid, which is looked up where it is. */
export interface Beside {
  /** of the grid */
  readonly node: number;
  /** where it begins, in elements */
  readonly offset: number;
  /** where the heap begins, in elements of float64 */
  readonly base: number;
}

/** Gives numbers their places in the heap. */
export class HeapLayout {
  /** extents of the loops, that of the vector axis filled up to whole vectors */
  readonly padded: Shape;
  /** by node */
  readonly grids = new Map<number, GridPlace>();
  /** by node */
  readonly scatters = new Map<number, GridPlace>();
  readonly #vector: number;
  readonly #numbersPerElement: number;
  readonly #beside: Beside | undefined;
  #size: number;

  /**
   * @param extents of the loops
   * @param vector the axis along which vectors run
   * @param dtype of the grids
   * @param beside what the memory holds before the heap
   */
  constructor(extents: Shape, vector: number, dtype: DType, beside?: Beside) {
    this.#beside = beside;
    this.#size = beside?.base ?? 0;
    this.padded = extents.map((extent, axis) => (axis === vector ? Math.ceil(extent / wholeVectors) * wholeVectors : extent));
    this.#vector = vector;
    this.#numbersPerElement = bytesPerElement.float64 / bytesPerElement[dtype];
  }

  /** where the heap ends, in elements of float64 */
  get size(): number {
    return this.#size;
  }

  /** Room for numbers that vary along some axes, the vector axis fastest. */
  reserve(axes: Axes): Place {
    const strides = this.padded.map(() => 0);
    let size = 1;
    const order = this.padded.map((_, axis) => axis).filter((axis) => axis !== this.#vector);
    for (const axis of [this.#vector, ...order.reverse()]) {
      if (!has(axes, axis)) continue;
      strides[axis] = size;
      size *= this.padded[axis];
    }
    return { offset: this.#allocate(size), strides };
  }

  /** Room for a grid, once. */
  reserveGrid(node: number, shape: Shape): void {
    if (this.grids.has(node)) return;
    if (this.#beside?.node === node) return void this.grids.set(node, { offset: this.#beside.offset, shape });
    const size = Math.ceil(sizeOf(shape) / this.#numbersPerElement);
    this.grids.set(node, { offset: this.#numbersPerElement * this.#allocate(size), shape });
  }

  /** Room for a grid that numbers are added to. */
  reserveScatter(node: number, shape: Shape): void {
    this.scatters.set(node, { offset: this.#allocate(sizeOf(shape)), shape });
  }

  #allocate(size: number): number {
    const offset = this.#size;
    this.#size += Math.ceil(size / alignment) * alignment + (size > alignment ? stagger : 0);
    return offset;
  }
}
