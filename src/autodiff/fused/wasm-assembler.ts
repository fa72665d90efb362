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

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 128 : low);
  } while (value > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if ((value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

function lengthPrefixed(bytes: readonly number[]): number[] {
  return unsigned(bytes.length).concat(bytes);
}

function listOf(entries: readonly (readonly number[])[]): number[] {
  const all = unsigned(entries.length);
  for (const entry of entries) for (const byte of entry) all.push(byte);
  return all;
}

/** The body of a function without parameters, written instruction by instruction. */
export class FunctionBody {
  #bytes: number[] = [];
  readonly #locals: ValueType[] = [];

  /** A new local variable. */
  local(type: ValueType): number {
    return this.#locals.push(type) - 1;
  }

  /** What is written while `write` runs, for insertion elsewhere. */
  aside(write: () => void): number[] {
    const before = this.#bytes;
    this.#bytes = [];
    write();
    const written = this.#bytes;
    this.#bytes = before;
    return written;
  }

  insert(bytes: readonly number[]): void {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  get(local: number): void {
    this.insert([0x20, ...unsigned(local)]);
  }

  set(local: number): void {
    this.insert([0x21, ...unsigned(local)]);
  }

  i32Const(value: number): void {
    this.insert([0x41, ...signed(value)]);
  }

  scalar(opcode: number): void {
    this.#bytes.push(opcode);
  }

  vector(opcode: number): void {
    this.insert([0xfd, ...unsigned(opcode)]);
  }

  lane(opcode: number, lane: number): void {
    this.vector(opcode);
    this.#bytes.push(lane);
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
    this.insert([0, ...unsigned(byteOffset), ...(lane === undefined ? [] : [lane])]);
  }

  loadInteger(byteOffset: number): void {
    this.insert([0x28, 0, ...unsigned(byteOffset)]);
  }

  load(byteOffset: number): void {
    this.memory(0, byteOffset);
  }

  store(byteOffset: number): void {
    this.memory(11, byteOffset);
  }

  call(index: number): void {
    this.insert([0x10, ...unsigned(index)]);
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
    this.#bytes.push(0x05);
    otherwise();
    this.#bytes.push(0x0b);
  }

  code(): number[] {
    const locals = listOf(this.#locals.map((type) => [1, type]));
    return lengthPrefixed([...locals, ...this.#bytes, 0x0b]);
  }
}

/** A function of numbers that the module is given. */
export interface ImportedFunction {
  readonly name: string;
  readonly arity: number;
}

const text = (name: string): number[] => lengthPrefixed([...name].map((letter) => letter.charCodeAt(0)));

/**
 * A module with one memory "m.memory", imported functions of float64 "m.name", and functions exported as "0", "1", and so on.
 *
 * Engines let vectors stand on the stack wherever it happens to be, and half of these places are slow: there, vectors cross the lines of
 * the cache. So each function is exported a second time, as "0 shifted", through one whose frame on the stack is half a vector longer: it
 * keeps a number during the call.
 */
export function moduleBytes(imports: readonly ImportedFunction[], bodies: readonly FunctionBody[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: readonly number[]): number[] => [id, ...lengthPrefixed(content)];
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
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, listOf(types)),
    ...section(2, listOf([[...text("m"), ...text("memory"), 2, 0, 1], ...imported])),
    ...section(3, listOf([...bodies.map(() => [0]), ...shifted.map(() => [1])])),
    ...section(7, listOf(names.map((name, i) => [...text(name), 0, ...unsigned(imports.length + i)]))),
    ...section(10, listOf([...bodies, ...shifted].map((body) => body.code()))),
  ]);
}
