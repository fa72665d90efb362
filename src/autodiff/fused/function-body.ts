/** A function of a WebAssembly module, as far as loops over vectors of floats need it. */
import { Bytes, bytesOf } from "./bytes.js";
import { scalarOpcodes } from "./opcodes.js";
import { reuseLocals, type LoopRange } from "./reused-locals.js";

export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;
/** Bytes of a vector. */
export const vectorBytes = 16;
export type ValueType = typeof i32 | typeof f64 | typeof v128;

const none = 0x40;
/** Variables that the names of `Bytes` tell apart. */
const mostLocals = 2 ** 21;

/** Instructions, and what names they wait for: which variable has which place is known when all are written. */
class Code {
  readonly bytes = new Bytes();
  /** the variables that instructions name, in order, and where each name stands */
  readonly uses: number[] = [];
  readonly names: number[] = [];
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

  insert({ bytes, uses, names, loops }: Code): void {
    const code = this.#code;
    const bytesBefore = code.bytes.length;
    const usesBefore = code.uses.length;
    for (const { start, end } of loops) code.loops.push({ start: start + usesBefore, end: end + usesBefore });
    for (let use = 0; use < uses.length; use++) {
      code.uses.push(uses[use]);
      code.names.push(names[use] + bytesBefore);
    }
    code.bytes.append(bytes.written);
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
    const { bytes, uses, names } = this.#code;
    uses.push(local);
    names.push(bytes.unnamed(opcode));
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

  /** Stores an integer of 32 bits at an address before it on the stack. */
  storeInteger(byteOffset: number): void {
    this.#code.bytes.byte(0x36);
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
    const { bytes, uses, loops } = this.#code;
    const start = uses.length;
    bytes.append([0x03, none]);
    body();
    bytes.append([0x0d, 0, 0x0b]);
    loops.push({ start, end: uses.length });
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
    const { bytes, uses, names, loops } = this.#code;
    const { placeOf, places } = reuseLocals(this.#locals, this.parameters, uses, loops);
    if (this.parameters + places.length > mostLocals) throw new RangeError(`a function cannot have ${places.length} variables`);
    for (let use = 0; use < uses.length; use++) bytes.name(names[use], placeOf[uses[use]]);
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
