/** Bytes of a number of the heap: float64, whatever the program's dtype is. */
export const numberBytes = 8;

/** Numbers that the code needs beside those of the plan, at the end of the heap. */
export class ConstantPool {
  readonly values: number[] = [];
  readonly #offsets = new Map<number | "-0", number>();

  constructor(readonly start: number) {}

  /** Heap offset of a number; 0 and -0 are two. */
  offsetOf(value: number): number {
    const known = this.#offsets.get(Object.is(value, -0) ? "-0" : value) ?? this.start + this.values.push(value) - 1;
    this.#offsets.set(Object.is(value, -0) ? "-0" : value, known);
    return known;
  }

  /** Heap offset of room for an even count of numbers, itself even. */
  reserve(count: number): number {
    if (this.values.length % 2 !== 0) this.values.push(0);
    const offset = this.start + this.values.length;
    for (let i = 0; i < count; i++) this.values.push(0);
    return offset;
  }
}
