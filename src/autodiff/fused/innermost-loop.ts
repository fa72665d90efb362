import { numberBytes } from "./constant-pool.js";
import { v128, zeroVector } from "./function-body.js";
import { HeapAddresses } from "./heap-addresses.js";
import { Lanes, oneAfterAnother, type VectorAddress } from "./lanes.js";
import { isDouble, loopDType, type LoopContext, type TurnPlace } from "./loop-context.js";
import { LoopTurn } from "./loop-turn.js";
import { countAlong } from "./mask-row.js";
import type { Part } from "./parts.js";
import { has } from "./plan.js";
import { SumRegister } from "./sum-register.js";

/** Where values of a turn stand in the heap while other functions work: bytes. */
export type Carried = ReadonlyMap<number, number>;

/** The loop along the vector axis at one level of a nest, or a part of its turn. */
export class InnermostLoop {
  readonly #level: Part;
  readonly #context: LoopContext;
  readonly #lanes: Lanes;
  readonly #addresses: HeapAddresses;
  readonly #turn: LoopTurn;
  /** variables of constants, by their place in the heap */
  readonly #constants = new Map<number, number>();

  constructor(level: Part, context: LoopContext) {
    this.#level = level;
    this.#context = context;
    const { body, isWide, isDoubled, hasMultiplyAdd, laneFunctions } = context;
    this.#lanes = new Lanes(body, loopDType(context), isWide, isDoubled, (value) => this.#constant(value), hasMultiplyAdd, laneFunctions);
    this.#addresses = new HeapAddresses(context);
    this.#turn = new LoopTurn(level, context, this.#lanes, this.#addresses);
  }

  /** The whole loop. */
  write(): void {
    const { body, nest } = this.#context;
    const { computed, sums, scatters } = this.#level;
    const { vector } = nest;
    if (computed.length + sums.length + scatters.length === 0) return;
    const registers = this.#registers();
    this.#behindWhatItReads(
      () => {
        if (vector === undefined) this.#turn.write(undefined, registers);
        else countAlong(this.#context, vector, this.#lanes.count, (place) => this.#turn.write(place, registers));
      },
      () => {
        for (const { locals } of registers) for (const local of locals) zeroVector(body, local);
      },
    );
    for (const register of registers) register.addToHeap();
  }

  /**
   * One turn of it, where it is only a part of the loop.
   * @param place where it stands; undefined where the loop has a single turn
   * @param carried where values that pass between parts stand, and, by the sums, what they have come to
   */
  writeTurn(place: TurnPlace | undefined, carried: Carried): void {
    const lanes = this.#lanes;
    const turn = this.#turn;
    const { body } = this.#context;
    const whereCarried = (op: number, work: (address: VectorAddress) => void): void => {
      const at = carried.get(op);
      if (at !== undefined) work(oneAfterAnother(body, at));
    };
    this.#behindWhatItReads(() => {
      for (const op of this.#level.received) {
        whereCarried(op, (address) => turn.receive(op, isDouble(this.#context, op) ? lanes.load(address) : lanes.loadSingle(address)));
      }
      const registers = this.#registers();
      for (const { sum, locals } of registers) whereCarried(sum, ({ push, byteOffset }) => locals.forEach((local, i) => body.loadInto(local, () => push(i), byteOffset(i))));
      turn.write(place, registers);
      for (const op of this.#level.passed) {
        whereCarried(op, (address) => {
          if (isDouble(this.#context, op)) lanes.store(address, turn.valueOf(op));
          else lanes.storeSingle(address, turn.valueOf(op));
        });
      }
      for (const { sum, locals } of registers) whereCarried(sum, ({ push, byteOffset }) => locals.forEach((local, i) => body.storeFrom(local, () => push(i), byteOffset(i))));
    });
  }

  /** What sums have come to over the loop, of which this is a part, is added to the heap. */
  writeEnd(carried: Carried): void {
    const { body } = this.#context;
    const registers = this.#registers();
    this.#behindWhatItReads(() => undefined);
    for (const register of registers) {
      const place = carried.get(register.sum) ?? 0;
      register.locals.forEach((local, i) => body.loadInto(local, () => body.i32Const(0), place + 16 * i));
      register.addToHeap();
    }
  }

  /** Bytes that each value needs that passes between parts, or is summed over the loop by this part. */
  carriedBytes(): Map<number, number> {
    const bytes = (op: number): number => (isDouble(this.#context, op) ? 16 * this.#lanes.parts : 16);
    return new Map([...this.#level.passed, ...this.#sumsOverLoop()].map((op) => [op, bytes(op)]));
  }

  /** Sums that do not vary along the loop. */
  #sumsOverLoop(): number[] {
    const { plan, nest } = this.#context;
    const { vector } = nest;
    return vector === undefined ? [] : this.#level.sums.filter((sum) => !has(plan.ops[sum].axes, vector));
  }

  #registers(): SumRegister[] {
    return this.#sumsOverLoop().map((sum) => new SumRegister(sum, isDouble(this.#context, sum), this.#lanes, this.#addresses));
  }

  /** What is read but not changed stands before; but what that is, only the work tells. */
  #behindWhatItReads(work: () => void, then: () => void = () => undefined): void {
    const { body } = this.#context;
    const lanes = this.#lanes;
    const addresses = this.#addresses;
    const read = this.#level.scalars.map((op) => ({ op, local: body.local(v128), base: addresses.base(op) }));
    for (const { op, local } of read) this.#turn.receive(op, lanes.ofScalar(local));
    const written = body.aside(work);
    addresses.writeBases();
    for (const { op, local, base } of read) {
      addresses.pushBase(base);
      lanes.splat(addresses.byteOffset(op));
      body.set(local);
    }
    for (const [offset, local] of this.#constants) {
      body.i32Const(0);
      lanes.splat(offset * numberBytes);
      body.set(local);
    }
    lanes.writeHoisted();
    then();
    body.insert(written);
  }

  /** The variable of a constant. */
  #constant(value: number): number {
    const offset = this.#context.pool.offsetOf(value);
    const local = this.#constants.get(offset) ?? this.#context.body.local(v128);
    this.#constants.set(offset, local);
    return local;
  }
}
