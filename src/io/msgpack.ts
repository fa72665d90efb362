/** MessagePack, the binary JSON of DIALS' reflection tables. */
import { InputError } from "../ndarray/errors.js";

/** What a file of MessagePack can hold. */
export type Packed = number | bigint | string | boolean | null | Uint8Array | readonly Packed[] | ReadonlyMap<Packed, Packed>;

/**
 * Writes a value; whole numbers as integers of 8 bytes or fewer, others as float64.
 *
 * Source: the MessagePack specification, version 5.
 */
export function formatMsgpack(value: Packed): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function write(value: Packed, parts: Uint8Array[]): void {
  if (value === null) parts.push(Uint8Array.of(0xc0));
  else if (typeof value === "boolean") parts.push(Uint8Array.of(value ? 0xc3 : 0xc2));
  else if (typeof value === "number" && !Number.isInteger(value)) parts.push(packed(9, (view) => view.setFloat64(1, value), 0xcb));
  else if (typeof value === "number" || typeof value === "bigint") {
    const isSmall = value >= 0 && value < 128;
    parts.push(isSmall ? Uint8Array.of(Number(value)) : packed(9, (view) => view.setBigInt64(1, BigInt(value)), 0xd3));
  } else if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    parts.push(packed(5, (view) => view.setUint32(1, bytes.length), 0xdb), bytes);
  } else if (value instanceof Uint8Array) parts.push(packed(5, (view) => view.setUint32(1, value.length), 0xc6), value);
  else if (value instanceof Map) {
    parts.push(packed(5, (view) => view.setUint32(1, value.size), 0xdf));
    for (const [key, element] of value) {
      write(key, parts);
      write(element, parts);
    }
  } else if (isList(value)) {
    parts.push(packed(5, (view) => view.setUint32(1, value.length), 0xdd));
    for (const element of value) write(element, parts);
  }
}

function isList(value: Packed): value is readonly Packed[] {
  return Array.isArray(value);
}

function packed(length: number, fill: (view: DataView) => void, kind: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = kind;
  fill(new DataView(bytes.buffer));
  return bytes;
}

/**
 * Reads a value.
 * @param name what error messages call the bytes
 * @throws InputError when they are cut short, hold what reflection tables do not, or more than one value
 */
export function parseMsgpack(bytes: Uint8Array, name: string): Packed {
  const reader = new Reader(bytes, name);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new InputError(`${name} goes on for ${bytes.length - reader.at} bytes behind its end`);
  return value;
}

/** Values in one another, at most; deeper ones are no table. */
const deepest = 32;

class Reader {
  at = 0;
  #depth = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array, readonly name: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): Packed {
    if (++this.#depth > deepest) throw new InputError(`${this.name}: more than ${deepest} values stand in one another`);
    const value = this.#next(this.#unsigned(1));
    this.#depth--;
    return value;
  }

  #next(kind: number): Packed {
    if (kind < 0x80) return kind;
    if (kind < 0x90) return this.#map(kind & 0x0f);
    if (kind < 0xa0) return this.#list(kind & 0x0f);
    if (kind < 0xc0) return this.#text(kind & 0x1f);
    if (kind >= 0xe0) return kind - 256;
    switch (kind) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: case 0xc5: case 0xc6: return this.#take(this.#unsigned(2 ** (kind - 0xc4)));
      case 0xca: return this.#number(4, (at) => this.#view.getFloat32(at));
      case 0xcb: return this.#number(8, (at) => this.#view.getFloat64(at));
      case 0xcc: case 0xcd: case 0xce: return this.#unsigned(2 ** (kind - 0xcc));
      case 0xcf: return whole(this.#number(8, (at) => this.#view.getBigUint64(at)));
      case 0xd0: return this.#number(1, (at) => this.#view.getInt8(at));
      case 0xd1: return this.#number(2, (at) => this.#view.getInt16(at));
      case 0xd2: return this.#number(4, (at) => this.#view.getInt32(at));
      case 0xd3: return whole(this.#number(8, (at) => this.#view.getBigInt64(at)));
      case 0xd9: case 0xda: case 0xdb: return this.#text(this.#unsigned(2 ** (kind - 0xd9)));
      case 0xdc: case 0xdd: return this.#list(this.#unsigned(2 ** (kind - 0xdb)));
      case 0xde: case 0xdf: return this.#map(this.#unsigned(2 ** (kind - 0xdd)));
    }
    throw new InputError(`${this.name}: byte ${this.at} begins a value of the kind 0x${kind.toString(16)}, which is not read`);
  }

  #number<T>(length: number, read: (at: number) => T): T {
    this.#take(length);
    return read(this.at - length);
  }

  #unsigned(length: number): number {
    return this.#number(length, (at) => (length === 1 ? this.#view.getUint8(at) : length === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)));
  }

  #take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new InputError(`${this.name} is cut short: it ends at byte ${this.bytes.length}, in a value of ${length} bytes from byte ${this.at} on`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#take(length));
  }

  #list(length: number): Packed[] {
    const list: Packed[] = [];
    for (let i = 0; i < length; i++) list.push(this.value());
    return list;
  }

  #map(length: number): Map<Packed, Packed> {
    const map = new Map<Packed, Packed>();
    for (let i = 0; i < length; i++) {
      const key = this.value();
      map.set(key, this.value());
    }
    return map;
  }
}

function whole(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
