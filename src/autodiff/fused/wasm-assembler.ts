/** The bytes of a WebAssembly module, as far as loops over vectors of floats need them. */
import { Bytes, bytesOf } from "./bytes.js";
import { scalarOpcodes } from "./opcodes.js";
import { reuseLocals, type LocalUse, type LoopRange } from "./reused-locals.js";

export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof f64 | typeof v128;

const none = 0x40;

/** Bytes of a number up to 2²¹ that names a variable: always as many, so that another one can take its place. */
const nameBytes = 3;

/** Instructions, and where among them variables are named and loops stand. */
class Code {
  readonly bytes = new Bytes();
  readonly uses: LocalUse[] = [];
  readonly loops: LoopRange[] = [];
}

/** The body of a function, written instruction by instruction. */
export class FunctionBody {
  #code = new Code();
  readonly #locals: ValueType[] = [];

  /** @param parameters the number of its arguments, all i32, which are its first variables */
  constructor(readonly parameters = 0) {
    for (let i = 0; i < parameters; i++) this.local(i32);
  }

  /** A new local variable. What it holds before it is set is not defined. */
  local(type: ValueType): number {
    return this.#locals.push(type) - 1;
  }

  /** What is written while `write` runs, for insertion elsewhere in the same function. */
  aside(write: () => void): Code {
    const before = this.#code;
    this.#code = new Code();
    write();
    const written = this.#code;
    this.#code = before;
    return written;
  }

  insert({ bytes, uses, loops }: Code): void {
    const moved = this.#code.bytes.length;
    for (const { at, local } of uses) this.#code.uses.push({ at: at + moved, local });
    for (const { start, end } of loops) this.#code.loops.push({ start: start + moved, end: end + moved });
    this.#code.bytes.append(bytes.written);
  }

  get(local: number): void {
    this.#name(0x20, local);
  }

  set(local: number): void {
    this.#name(0x21, local);
  }

  i32Const(value: number): void {
    this.#code.bytes.byte(0x41);
    this.#code.bytes.signed(value);
  }

  #name(opcode: number, local: number): void {
    const { bytes, uses } = this.#code;
    uses.push({ at: bytes.length, local });
    bytes.byte(opcode);
    for (let i = 0; i < nameBytes; i++) bytes.byte(0);
  }

  scalar(opcode: number): void {
    this.#code.bytes.byte(opcode);
  }

  vector(opcode: number): void {
    this.#code.bytes.byte(0xfd);
    this.#code.bytes.unsigned(opcode);
  }

  lane(opcode: number, lane: number): void {
    this.vector(opcode);
    this.#code.bytes.byte(lane);
  }

  /** Picks the bytes of two vectors, those of the second counted from 16. */
  shuffle(bytes: readonly number[]): void {
    this.vector(13);
    this.#code.bytes.append(bytes);
  }

  vectorConst(bytes: readonly number[]): void {
    this.vector(12);
    this.#code.bytes.append(bytes);
  }

  /** A load or store; the address is on the stack, before the value of a store. */
  memory(opcode: number, byteOffset: number, lane?: number): void {
    this.vector(opcode);
    this.#code.bytes.byte(0);
    this.#code.bytes.unsigned(byteOffset);
    if (lane !== undefined) this.#code.bytes.byte(lane);
  }

  loadInteger(byteOffset: number): void {
    this.#code.bytes.byte(0x28);
    this.#code.bytes.byte(0);
    this.#code.bytes.unsigned(byteOffset);
  }

  load(byteOffset: number): void {
    this.memory(0, byteOffset);
  }

  store(byteOffset: number): void {
    this.memory(11, byteOffset);
  }

  loadInto(vector: number, pushAddress: () => void, byteOffset: number): void {
    pushAddress();
    this.load(byteOffset);
    this.set(vector);
  }

  storeFrom(vector: number, pushAddress: () => void, byteOffset: number): void {
    pushAddress();
    this.get(vector);
    this.store(byteOffset);
  }

  call(index: number): void {
    this.#code.bytes.byte(0x10);
    this.#code.bytes.unsigned(index);
  }

  /** Repeats as long as what `body` leaves on the stack is not 0. */
  repeat(body: () => void): void {
    const { bytes, loops } = this.#code;
    const start = bytes.length;
    bytes.append([0x03, none]);
    body();
    bytes.append([0x0d, 0, 0x0b]);
    loops.push({ start, end: bytes.length });
  }

  /** Runs `inside` for 0, step, 2 step, ... below `end`, at least once. */
  count(end: number, step: number, inside: (counter: number) => void): void {
    const counter = this.local(i32);
    this.i32Const(0);
    this.#countUp(counter, step, () => this.i32Const(end), inside);
  }

  /** The same for first, first + step, ... below `end`, which variables hold. */
  countBetween(first: number, end: number, step: number, inside: (counter: number) => void): void {
    const counter = this.local(i32);
    this.get(first);
    this.#countUp(counter, step, () => this.get(end), inside);
  }

  /** Counts from what is on the stack; `pushEnd` puts the end there. */
  #countUp(counter: number, step: number, pushEnd: () => void, inside: (counter: number) => void): void {
    this.set(counter);
    this.repeat(() => {
      inside(counter);
      this.get(counter);
      this.i32Const(step);
      this.scalar(scalarOpcodes.i32Add);
      this.set(counter);
      this.get(counter);
      pushEnd();
      this.scalar(scalarOpcodes.i32LtU);
    });
  }

  /** Runs one of two, by what is on the stack. */
  choose(then: () => void, otherwise: () => void): void {
    this.#code.bytes.append([0x04, none]);
    then();
    this.#code.bytes.byte(0x05);
    otherwise();
    this.#code.bytes.byte(0x0b);
  }

  /** With its length before it. */
  code(): Uint8Array {
    const { bytes, uses, loops } = this.#code;
    const { placeOf, places } = reuseLocals(this.#locals, this.parameters, uses, loops);
    for (const { at, local } of uses) bytes.overwrite(at + 1, spelled(placeOf[local]));
    const body = bytesOf((whole) => {
      const runs = runsOf(places);
      whole.unsigned(runs.length);
      for (const { type, count } of runs) {
        whole.unsigned(count);
        whole.byte(type);
      }
      whole.append(bytes.written);
      whole.byte(0x0b);
    });
    return bytesOf((whole) => whole.lengthPrefixed(body));
  }
}

export function zeroVector(body: FunctionBody, vector: number): void {
  body.vectorConst(new Array<number>(16).fill(0));
  body.set(vector);
}

/** A variable's name, in as many bytes as all have. */
function spelled(local: number): number[] {
  if (local >= 128 ** nameBytes) throw new RangeError(`a function cannot have ${local} variables`);
  return Array.from({ length: nameBytes }, (_, i) => ((local >> (7 * i)) & 127) | (i < nameBytes - 1 ? 128 : 0));
}

/** Equal types that follow each other. */
function runsOf(types: readonly ValueType[]): { readonly type: ValueType; count: number }[] {
  const runs: { readonly type: ValueType; count: number }[] = [];
  for (const type of types) {
    const run = runs.at(-1);
    if (run?.type === type) run.count++;
    else runs.push({ type, count: 1 });
  }
  return runs;
}

/** A function of numbers that the module is given. */
export interface ImportedFunction {
  readonly name: string;
  readonly arity: number;
}

const text = (name: string): Uint8Array => bytesOf((bytes) => bytes.lengthPrefixed([...name].map((letter) => letter.charCodeAt(0))));

/**
 * A module with one memory "m.memory", imported functions of float64 "m.name", and functions exported as "0", "1", and so on.
 * Behind them stand those that only they call.
 *
 * Engines let vectors stand on the stack wherever it happens to be, and half of these places are slow: there, vectors cross the lines of
 * the cache. So each function is exported a second time, as "0 shifted", through one whose frame on the stack is half a vector longer: it
 * keeps a number during the call.
 */
export function moduleBytes(imports: readonly ImportedFunction[], bodies: readonly FunctionBody[], parts: readonly FunctionBody[] = []): Uint8Array<ArrayBuffer> {
  const arities = [...new Set(imports.map(({ arity }) => arity))];
  const counts = [...new Set(parts.map(({ parameters }) => parameters))];
  const types = [
    [0x60, 0, 0],
    [0x60, 0, 1, i32],
    ...arities.map((arity) => [0x60, arity, ...new Array<number>(arity).fill(f64), 1, f64]),
    ...counts.map((count) => [0x60, count, ...new Array<number>(count).fill(i32), 0]),
  ];
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
  const exported = [
    ...bodies.map((_, i) => ({ name: String(i), index: i })),
    ...shifted.map((_, i) => ({ name: `${i} shifted`, index: bodies.length + parts.length + i })),
  ];
  return moduleOf([
    [1, types],
    [2, [[...text("m"), ...text("memory"), 2, 0, 1], ...imported]],
    [3, [...bodies.map(() => [0]), ...parts.map(({ parameters }) => [2 + arities.length + counts.indexOf(parameters)]), ...shifted.map(() => [1])]],
    [7, exported.map(({ name, index }) => bytesOf((bytes) => {
      bytes.append(text(name));
      bytes.byte(0);
      bytes.unsigned(imports.length + index);
    }))],
    [10, [...bodies, ...parts, ...shifted].map((body) => body.code())],
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
