import { numberBytes } from "./constant-pool.js";
import { i32, vectorBytes } from "./function-body.js";
import type { VectorAddress } from "./lanes.js";
import type { LoopContext, TurnPlace } from "./loop-context.js";
import { scalarOpcodes } from "./opcodes.js";
import { placeOf } from "./plan.js";

/** How far outer loops have moved a place, in bytes. */
export interface Base {
  readonly local: number;
  readonly terms: readonly { readonly counter: number; readonly stride: number }[];
}

/** Addresses in the heap: an op's place, as the loops around have moved it. What the outer loops do to it is computed before the innermost one. */
export class HeapAddresses {
  readonly #context: LoopContext;
  readonly #basesOfOps = new Map<number, Base | undefined>();
  /** by the strides of the outer loops: one for all ops that these move alike */
  readonly #bases = new Map<string, Base>();

  constructor(context: LoopContext) {
    this.#context = context;
  }

  /** Where an op stands, from its address. */
  byteOffset(op: number): number {
    return placeOf(this.#context.plan, op).offset * numberBytes;
  }

  /** How far the outer loops have moved it; undefined where they do not. */
  base(op: number): Base | undefined {
    if (!this.#basesOfOps.has(op)) this.#basesOfOps.set(op, this.#findBase(op));
    return this.#basesOfOps.get(op);
  }

  #findBase(op: number): Base | undefined {
    const { strides } = placeOf(this.#context.plan, op);
    let key = "";
    for (const axis of this.#context.counters.keys()) key += `${strides[axis]},`;
    const known = this.#bases.get(key);
    if (known !== undefined) return known;
    const terms = [...this.#context.counters]
      .filter(([axis]) => strides[axis] !== 0)
      .map(([axis, counter]) => ({ counter, stride: strides[axis] * numberBytes }));
    if (terms.length === 0) return undefined;
    const base = { local: this.#context.body.local(i32), terms };
    this.#bases.set(key, base);
    return base;
  }

  /** Computes, before the loop, all bases that have been asked for. */
  writeBases(): void {
    const { body } = this.#context;
    for (const { local, terms } of this.#bases.values()) {
      terms.forEach(({ counter, stride }, i) => {
        body.get(counter);
        body.i32Const(stride);
        body.scalar(scalarOpcodes.i32Mul);
        if (i > 0) body.scalar(scalarOpcodes.i32Add);
      });
      body.set(local);
    }
  }

  /** Puts on the stack how far the outer loops have moved a place. */
  pushBase(base: Base | undefined): void {
    if (base === undefined) this.#context.body.i32Const(0);
    else this.#context.body.get(base.local);
  }

  /** Where the vectors of an op's numbers stand in a turn of the innermost loop. */
  inTurn(op: number, turn: TurnPlace | undefined): VectorAddress {
    const byteOffset = this.byteOffset(op);
    const apart = turn?.second === undefined ? vectorBytes : 0;
    return { push: (part) => this.#push(op, part === 1 && turn?.second !== undefined ? turn.second : turn?.first), byteOffset: (part) => byteOffset + apart * part };
  }

  /** Puts on the stack how far all loops have moved an op's place. */
  #push(op: number, counter: number | undefined): void {
    const { body, nest, plan } = this.#context;
    const base = this.base(op);
    const stride = nest.vector === undefined ? 0 : placeOf(plan, op).strides[nest.vector];
    if (counter === undefined || stride === 0) return this.pushBase(base);
    body.get(counter);
    if (stride !== 1) {
      body.i32Const(stride);
      body.scalar(scalarOpcodes.i32Mul);
    }
    if (base === undefined) return;
    body.get(base.local);
    body.scalar(scalarOpcodes.i32Add);
  }
}
