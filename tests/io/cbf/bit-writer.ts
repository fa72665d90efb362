/** Writes numbers of a few bits each, the lowest bit of a byte first. */
export class BitWriter {
  readonly #bits: number[] = [];

  put(value: number | bigint, width: number): void {
    for (let bit = 0n; bit < BigInt(width); bit++) this.#bits.push(Number((BigInt(value) >> bit) & 1n));
  }

  /** Bits in the order in which they stand. */
  code(bits: string): void {
    for (const bit of bits) this.#bits.push(Number(bit));
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, i) => (bytes[Math.floor(i / 8)] |= bit << (i % 8)));
    return bytes;
  }
}

/** The four numbers in front of packed pixels: their number, the lowest, the highest, and one that is reserved. */
export function putHead(bits: BitWriter, count: number): void {
  for (const value of [count, 0, 0, 0]) bits.put(value, 64);
}

/** A CBF file of packed pixels. */
export function cbfOf(conversion: string, packed: Uint8Array, [slow, fast]: readonly [number, number], type: string): Uint8Array {
  const head = ["###CBF: VERSION 1.5", "data_image", "_array_data.data", ";", "--CIF-BINARY-FORMAT-SECTION--", "Content-Type: application/octet-stream;", `     conversions=${conversion}`, "Content-Transfer-Encoding: BINARY", `X-Binary-Size: ${packed.length}`, "X-Binary-ID: 1", `X-Binary-Element-Type: "${type}"`, "X-Binary-Element-Byte-Order: LITTLE_ENDIAN", `X-Binary-Number-of-Elements: ${slow * fast}`, `X-Binary-Size-Fastest-Dimension: ${fast}`, `X-Binary-Size-Second-Dimension: ${slow}`, "", ""].join("\r\n");
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new Uint8Array([...bytes(head), 0x0c, 0x1a, 0x04, 0xd5, ...packed, ...bytes("\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n")]);
}
