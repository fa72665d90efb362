import { allocate, type Data } from "../ndarray/dtype.js";

/** Of the sizes that have no other factors than 2, 3 and 5, the smallest that is not below. */
export function fourierSize(atLeast: number): number {
  for (let size = Math.max(1, Math.ceil(atLeast)); ; size++) {
    let rest = size;
    for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
    if (rest === 1) return size;
  }
}

/** Complex numbers on a grid of three axes, the last one fastest. */
export interface ComplexGrid {
  readonly shape: readonly [number, number, number];
  readonly real: Data;
  readonly imaginary: Data;
}

/**
 * Replaces values on a grid by the sums of value times exp(2πi h·x), x counted in fractions of the axes; the frequency h stands at place h
 * or, below 0, at size + h.
 * @param reach largest frequency that is wanted along each axis, up or down; all unless given. What lies beyond is not a sum.
 */
export function transformGrid({ shape, real, imaginary }: ComplexGrid, reach: readonly number[] = shape): void {
  const strides = [shape[1] * shape[2], shape[2], 1];
  const isWanted = (place: number, axis: number): boolean => Math.min(place, shape[axis] - place) <= reach[axis];
  // The last axis first: its lines are adjacent in memory, and those of the others are then only as many as are wanted.
  for (const axis of [2, 1, 0]) {
    const size = shape[axis];
    if (size === 1) continue;
    const line = new Line(size);
    const stride = strides[axis];
    for (let block = 0; block < real.length; block += size * stride) {
      for (let along = 0; along < stride; along++) {
        if (axis < 2 && !isWanted(along % shape[2], 2)) continue;
        if (axis < 1 && !isWanted(Math.floor(along / shape[2]), 1)) continue;
        line.transform(real, imaginary, block + along, stride);
      }
    }
  }
}

/** Transforms of one length. Source: Stockham's self-sorting algorithm, as in P. N. Swarztrauber, Parallel Computing 1, 45 (1984). */
class Line {
  readonly #size: number;
  readonly #radices: readonly number[];
  readonly #cos: Data;
  readonly #sin: Data;
  #from: readonly [Data, Data];
  #to: readonly [Data, Data];

  constructor(size: number) {
    this.#size = size;
    const radices: number[] = [];
    let rest = size;
    for (const radix of [4, 2, 3, 5]) {
      for (; rest % radix === 0; rest /= radix) radices.push(radix);
    }
    this.#radices = rest === 1 ? radices : [...radices, rest];
    const buffer = (): Data => allocate("float64", size);
    [this.#cos, this.#sin] = [buffer(), buffer()];
    for (let i = 0; i < size; i++) {
      this.#cos[i] = Math.cos((2 * Math.PI * i) / size);
      this.#sin[i] = Math.sin((2 * Math.PI * i) / size);
    }
    this.#from = [buffer(), buffer()];
    this.#to = [buffer(), buffer()];
  }

  transform(real: Data, imaginary: Data, first: number, stride: number): void {
    const size = this.#size;
    for (let i = 0; i < size; i++) {
      this.#from[0][i] = real[first + i * stride];
      this.#from[1][i] = imaginary[first + i * stride];
    }
    let done = 1;
    for (const radix of this.#radices) {
      this.#pass(radix, done);
      done *= radix;
      [this.#from, this.#to] = [this.#to, this.#from];
    }
    for (let i = 0; i < size; i++) {
      real[first + i * stride] = this.#from[0][i];
      imaginary[first + i * stride] = this.#from[1][i];
    }
  }

  /** Joins transforms of a length, `radix` of them at a time. */
  #pass(radix: number, done: number): void {
    const size = this.#size;
    const [cos, sin] = [this.#cos, this.#sin];
    const [re, im] = this.#from;
    const [outRe, outIm] = this.#to;
    const apart = size / radix;
    const groups = apart / done;
    for (let group = 0; group < groups; group++) {
      for (let i = 0; i < done; i++) {
        const source = group * done + i;
        const target = group * done * radix + i;
        for (let q = 0; q < radix; q++) {
          let [sumRe, sumIm] = [re[source], im[source]];
          // exp(2πi j (i + q done) / (done radix)), j-th member.
          const step = ((i + q * done) * groups) % size;
          for (let j = 1, at = step; j < radix; j++, at = (at + step) % size) {
            const [c, s] = [cos[at], sin[at]];
            const member = source + j * apart;
            sumRe += re[member] * c - im[member] * s;
            sumIm += re[member] * s + im[member] * c;
          }
          outRe[target + q * done] = sumRe;
          outIm[target + q * done] = sumIm;
        }
      }
    }
  }
}
