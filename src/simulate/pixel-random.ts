/** Random numbers that depend on a seed, a purpose and a pixel alone, so that pixels can be drawn in any order and by any thread. */

/** Mixes the bits of a 32-bit number. Source: C. Wellons, "Prospecting for hash functions" (2018), lowbias32. */
function mixed(x: number): number {
  let y = x | 0;
  y = Math.imul(y ^ (y >>> 16), 0x7feb352d);
  y = Math.imul(y ^ (y >>> 15), 0x846ca68b);
  return (y ^ (y >>> 16)) >>> 0;
}

const golden = 0x9e3779b9;

/** A sequence of deviates between 0 and 1 for each pixel. */
export class PixelRandom {
  readonly #base: number;
  #state = 0;
  #draws = 0;

  /** @param purpose what the numbers are for: sequences of different purposes have nothing to do with each other */
  constructor(seed: number, purpose: string) {
    let base = mixed(seed ^ golden);
    // A seed of more than 32 bits counts with all of them.
    base = mixed(base ^ Math.trunc(seed / 2 ** 32));
    for (const letter of purpose) base = mixed(base + golden + (letter.codePointAt(0) ?? 0));
    this.#base = base;
  }

  /** Begins the sequence of a pixel. */
  at(pixel: number): this {
    this.#state = mixed(this.#base ^ mixed(pixel + golden));
    this.#draws = 0;
    return this;
  }

  /** The next deviate of the pixel's sequence, neither 0 nor 1. */
  readonly uniform = (): number => {
    this.#draws++;
    const high = mixed(this.#state + Math.imul(golden, 2 * this.#draws));
    const low = mixed(this.#state ^ Math.imul(golden, 2 * this.#draws + 1));
    return (high + (low + 0.5) / 2 ** 32) / 2 ** 32;
  };

  /** A Gaussian deviate of mean 0 and variance 1. */
  gaussian(): number {
    // Box and Muller; the second deviate of the pair is given up, as a pixel may need one only.
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
