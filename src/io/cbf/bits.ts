import { InputError } from "../../ndarray/errors.js";

/** Reads numbers of a few bits each out of bytes, the lowest bit of a byte first. */
export class Bits {
  #at = 0;

  /** @param name what error messages call the bytes */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {}

  /** Bytes that no bit was read of. */
  get unread(): number {
    return this.bytes.length - Math.ceil(this.#at / 8);
  }

  /**
   * The next number of at most 32 bits, without a sign.
   * @throws InputError when the bytes end within it
   */
  next(width: number): number {
    if (this.#at + width > 8 * this.bytes.length) throw new InputError(`${this.name}: the packed pixels end early; the file is cut short or damaged`);
    let value = 0;
    for (let read = 0; read < width; ) {
      const within = this.#at % 8;
      const taken = Math.min(8 - within, width - read);
      value |= ((this.bytes[Math.floor(this.#at / 8)] >> within) & ((1 << taken) - 1)) << read;
      this.#at += taken;
      read += taken;
    }
    return value >>> 0;
  }

  /** The next number of any width, with a sign in its highest bit; of one of more than 32 bits, the lowest 32. */
  signed(width: number): number {
    const lowest = Math.min(width, 32);
    const value = this.next(lowest) | 0;
    for (let left = width - lowest; left > 0; left -= 32) this.next(Math.min(left, 32));
    return lowest === 0 ? 0 : (value << (32 - lowest)) >> (32 - lowest);
  }
}
