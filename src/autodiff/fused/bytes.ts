/** Bytes that are written one after another. */
export class Bytes {
  #room = new Uint8Array(256);
  #length = 0;

  /** What has been written, until more is. */
  get written(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#room.length) this.#grow(1);
    this.#room[this.#length++] = value;
  }

  /** A whole number of at least 0, in as few bytes as it needs. */
  unsigned(value: number): void {
    for (; value > 127; value = Math.floor(value / 128)) this.byte((value % 128) | 128);
    this.byte(value);
  }

  signed(value: number): void {
    for (;;) {
      const low = value & 127;
      value >>= 7;
      if ((value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0)) return this.byte(low);
      this.byte(low | 128);
    }
  }

  append(bytes: ArrayLike<number>): void {
    if (this.#length + bytes.length > this.#room.length) this.#grow(bytes.length);
    this.#room.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  lengthPrefixed(bytes: ArrayLike<number>): void {
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  /** An instruction and room for a variable's name of three bytes. Returns where the name stands. */
  unnamed(opcode: number): number {
    const at = this.#length;
    if (at + 4 > this.#room.length) this.#grow(4);
    this.#room[at] = opcode;
    this.#length = at + 4;
    return at + 1;
  }

  /** Writes a name of three bytes, whatever number below 2²¹ it is, where there is room for it. */
  name(at: number, value: number): void {
    const room = this.#room;
    room[at] = (value & 127) | 128;
    room[at + 1] = ((value >> 7) & 127) | 128;
    room[at + 2] = value >> 14;
  }

  #grow(count: number): void {
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.written);
    this.#room = larger;
  }
}

export function bytesOf(write: (bytes: Bytes) => void): Uint8Array {
  const bytes = new Bytes();
  write(bytes);
  return bytes.written;
}
