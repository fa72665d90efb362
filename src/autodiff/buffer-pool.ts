import { allocate, type Data, type DType } from "../ndarray/dtype.js";

/** Memory that is handed out, given back and handed out again. */
export class BufferPool {
  readonly #free = new Map<string, Data[]>();

  /** Memory for so many elements; what it holds is left over. */
  take(dtype: DType, length: number): Data {
    return this.#free.get(`${dtype}${length}`)?.pop() ?? allocate(dtype, length);
  }

  give(dtype: DType, data: Data): void {
    const key = `${dtype}${data.length}`;
    const stack = this.#free.get(key);
    if (stack) stack.push(data);
    else this.#free.set(key, [data]);
  }
}
