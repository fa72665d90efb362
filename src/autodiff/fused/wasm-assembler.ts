/** The bytes of a WebAssembly module, as far as loops over vectors of floats need them. */
import { Bytes, bytesOf } from "./bytes.js";
import { scalarOpcodes } from "./opcodes.js";

export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;
type ValueType = typeof i32 | typeof f64 | typeof v128;

const none = 0x40;

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
