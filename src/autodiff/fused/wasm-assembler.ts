/** The bytes of a WebAssembly module, as far as loops over vectors of floats need them. */

/** Instructions without immediates that take their operands from the stack. */
export const scalarOpcodes = { i32Add: 0x6a, i32Mul: 0x6c, i32LtU: 0x49, f64FromF32: 0xbb, f32FromF64: 0xb6 };

/** The same of the vector instructions; those of floats by their number of lanes. */
export const vectorOpcodes = {
  and: 78,
  xor: 81,
  andNot: 79,
  bitselect: 82,
  anyTrue: 83,
  i32Add: 0xae,
  i32Mul: 0xb5,
  i32LtU: 58,
  i32Splat: 17,
  i64Add: 0xce,
  extendLowI32ToI64: 0xc7,
  demoteF64: 0x5e,
  promoteLowF32: 0x5f,
};

/** Vector instructions on floats, for 2 lanes of float64 and 4 lanes of float32. */
export interface FloatOpcodes {
  readonly loadSplat: number;
  readonly loadLane: number;
  readonly storeLane: number;
  readonly splat: number;
  readonly extractLane: number;
  readonly replaceLane: number;
  readonly eq: number;
  readonly ne: number;
  readonly lt: number;
  readonly le: number;
  readonly ceil: number;
  readonly floor: number;
  readonly nearest: number;
  readonly abs: number;
  readonly neg: number;
  readonly sqrt: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly div: number;
  readonly pmin: number;
  readonly pmax: number;
  readonly truncToI32: number;
  readonly shiftLeft: number;
  readonly relaxedMultiplyAdd: number;
}

export const float64Opcodes: FloatOpcodes = {
  loadSplat: 10,
  loadLane: 87,
  storeLane: 91,
  splat: 20,
  extractLane: 33,
  replaceLane: 34,
  eq: 71,
  ne: 72,
  lt: 73,
  le: 75,
  ceil: 0x74,
  floor: 0x75,
  nearest: 0x94,
  abs: 0xec,
  neg: 0xed,
  sqrt: 0xef,
  add: 0xf0,
  sub: 0xf1,
  mul: 0xf2,
  div: 0xf3,
  pmin: 0xf6,
  pmax: 0xf7,
  truncToI32: 0xfc,
  shiftLeft: 0xcb,
  relaxedMultiplyAdd: 0x107,
};

export const float32Opcodes: FloatOpcodes = {
  loadSplat: 9,
  loadLane: 86,
  storeLane: 90,
  splat: 19,
  extractLane: 31,
  replaceLane: 32,
  eq: 65,
  ne: 66,
  lt: 67,
  le: 69,
  ceil: 0x67,
  floor: 0x68,
  nearest: 0x6a,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  pmin: 0xea,
  pmax: 0xeb,
  truncToI32: 0xf8,
  shiftLeft: 0xab,
  relaxedMultiplyAdd: 0x105,
};

export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;
type ValueType = typeof i32 | typeof f64 | typeof v128;

const none = 0x40;

/** Bytes that are written one after another. */
class Bytes {
  #room = new Uint8Array(256);
  #length = 0;

  /** What has been written, until more is. */
  get written(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
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
    this.#reserve(bytes.length);
    this.#room.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  lengthPrefixed(bytes: ArrayLike<number>): void {
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#room.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.written);
    this.#room = larger;
  }
}

function bytesOf(write: (bytes: Bytes) => void): Uint8Array {
  const bytes = new Bytes();
  write(bytes);
  return bytes.written;
}

/** The body of a function without parameters, written instruction by instruction. */
export class FunctionBody {
  #bytes = new Bytes();
  readonly #locals: ValueType[] = [];

  /** A new local variable. */
  local(type: ValueType): number {
    return this.#locals.push(type) - 1;
  }

  /** What is written while `write` runs, for insertion elsewhere. */
  aside(write: () => void): Uint8Array {
    const before = this.#bytes;
    this.#bytes = new Bytes();
    write();
    const { written } = this.#bytes;
    this.#bytes = before;
    return written;
  }

  insert(bytes: ArrayLike<number>): void {
    this.#bytes.append(bytes);
  }

  get(local: number): void {
    this.#bytes.byte(0x20);
    this.#bytes.unsigned(local);
  }

  set(local: number): void {
    this.#bytes.byte(0x21);
    this.#bytes.unsigned(local);
  }

  i32Const(value: number): void {
    this.#bytes.byte(0x41);
    this.#bytes.signed(value);
  }

  scalar(opcode: number): void {
    this.#bytes.byte(opcode);
  }

  vector(opcode: number): void {
    this.#bytes.byte(0xfd);
    this.#bytes.unsigned(opcode);
  }

  lane(opcode: number, lane: number): void {
    this.vector(opcode);
    this.#bytes.byte(lane);
  }

  /** Picks the bytes of two vectors, those of the second counted from 16. */
  shuffle(bytes: readonly number[]): void {
    this.vector(13);
    this.insert(bytes);
  }

  vectorConst(bytes: readonly number[]): void {
    this.vector(12);
    this.insert(bytes);
  }

  /** A load or store; the address is on the stack, before the value of a store. */
  memory(opcode: number, byteOffset: number, lane?: number): void {
    this.vector(opcode);
    this.#bytes.byte(0);
    this.#bytes.unsigned(byteOffset);
    if (lane !== undefined) this.#bytes.byte(lane);
  }

  loadInteger(byteOffset: number): void {
    this.#bytes.byte(0x28);
    this.#bytes.byte(0);
    this.#bytes.unsigned(byteOffset);
  }

  load(byteOffset: number): void {
    this.memory(0, byteOffset);
  }

  store(byteOffset: number): void {
    this.memory(11, byteOffset);
  }

  call(index: number): void {
    this.#bytes.byte(0x10);
    this.#bytes.unsigned(index);
  }

  /** Repeats as long as what `body` leaves on the stack is not 0. */
  repeat(body: () => void): void {
    this.insert([0x03, none]);
    body();
    this.insert([0x0d, 0, 0x0b]);
  }

  /** Runs `inside` for 0, step, 2 step, ... below `end`, at least once. */
  count(end: number, step: number, inside: (counter: number) => void): void {
    const counter = this.local(i32);
    this.i32Const(0);
    this.set(counter);
    this.repeat(() => {
      inside(counter);
      this.get(counter);
      this.i32Const(step);
      this.scalar(scalarOpcodes.i32Add);
      this.set(counter);
      this.get(counter);
      this.i32Const(end);
      this.scalar(scalarOpcodes.i32LtU);
    });
  }

  /** Runs one of two, by what is on the stack. */
  choose(then: () => void, otherwise: () => void): void {
    this.insert([0x04, none]);
    then();
    this.#bytes.byte(0x05);
    otherwise();
    this.#bytes.byte(0x0b);
  }

  /** With its length before it. */
  code(): Uint8Array {
    const body = bytesOf((bytes) => {
      bytes.unsigned(this.#locals.length);
      for (const type of this.#locals) bytes.append([1, type]);
      bytes.append(this.#bytes.written);
      bytes.byte(0x0b);
    });
    return bytesOf((bytes) => bytes.lengthPrefixed(body));
  }
}

/** A function of numbers that the module is given. */
export interface ImportedFunction {
  readonly name: string;
  readonly arity: number;
}

const text = (name: string): Uint8Array => bytesOf((bytes) => bytes.lengthPrefixed([...name].map((letter) => letter.charCodeAt(0))));

/**
 * A module with one memory "m.memory", imported functions of float64 "m.name", and functions exported as "0", "1", and so on.
 *
 * Engines let vectors stand on the stack wherever it happens to be, and half of these places are slow: there, vectors cross the lines of
 * the cache. So each function is exported a second time, as "0 shifted", through one whose frame on the stack is half a vector longer: it
 * keeps a number during the call.
 */
export function moduleBytes(imports: readonly ImportedFunction[], bodies: readonly FunctionBody[]): Uint8Array<ArrayBuffer> {
  const arities = [...new Set(imports.map(({ arity }) => arity))];
  const types = [[0x60, 0, 0], [0x60, 0, 1, i32], ...arities.map((arity) => [0x60, arity, ...new Array<number>(arity).fill(f64), 1, f64])];
  const imported = imports.map(({ name, arity }) => [...text("m"), ...text(name), 0, 2 + arities.indexOf(arity)]);
  const shifted = bodies.map((_, i) => {
    const body = new FunctionBody();
    const kept = body.local(i32);
    body.i32Const(0);
    body.loadInteger(0);
    body.set(kept);
    body.call(imports.length + i);
    body.get(kept);
    return body;
  });
  const names = [...bodies.map((_, i) => String(i)), ...bodies.map((_, i) => `${i} shifted`)];
  return moduleOf([
    [1, types],
    [2, [[...text("m"), ...text("memory"), 2, 0, 1], ...imported]],
    [3, [...bodies.map(() => [0]), ...shifted.map(() => [1])]],
    [7, names.map((name, i) => bytesOf((bytes) => {
      bytes.append(text(name));
      bytes.byte(0);
      bytes.unsigned(imports.length + i);
    }))],
    [10, [...bodies, ...shifted].map((body) => body.code())],
  ]);
}

/** A module from the entries of its sections, by their numbers. */
function moduleOf(sections: readonly (readonly [id: number, entries: readonly ArrayLike<number>[]])[]): Uint8Array<ArrayBuffer> {
  const all = bytesOf((bytes) => {
    bytes.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    for (const [id, entries] of sections) {
      bytes.byte(id);
      bytes.lengthPrefixed(bytesOf((content) => {
        content.unsigned(entries.length);
        for (const entry of entries) content.append(entry);
      }));
    }
  });
  return Uint8Array.from(all);
}
