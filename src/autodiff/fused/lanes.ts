import type { FloatDType } from "../../ndarray/dtype.js";
import { VectorMath, type LaneFunction } from "./vector-math.js";
import { scalarOpcodes, vectorOpcodes } from "./opcodes.js";
import { v128, vectorBytes, zeroVector, type FunctionBody } from "./function-body.js";

/** One number for each element of a loop's turn, in variables: float64, float32, or whichever is asked for first. */
export interface Numbers {
  doubles(): readonly number[];
  single(): number;
  /** The same numbers, apart from these: what is asked of them is converted anew. */
  copy(): Numbers;
}

/** Where vectors of float64 stand, that are the parts of a turn's numbers. */
export interface VectorAddress {
  /** Puts a part's address on the stack, from which it stands at an offset. */
  push(part: number): void;
  byteOffset(part: number): number;
}

/** Vectors that stand one after another from a place on. */
export function oneAfterAnother(body: FunctionBody, place: number): VectorAddress {
  return { push: () => body.i32Const(0), byteOffset: (part) => place + vectorBytes * part };
}

/** How the elements of a loop's turn stand in vectors. */
export class Lanes {
  readonly doubles: VectorMath;
  readonly singles: VectorMath;
  /** elements of a turn */
  readonly count: number;
  /** vectors of float64 that they take */
  readonly parts: number;
  /** variables before the loop that hold in float32 what others hold in float64 */
  readonly #hoisted = new Map<number, number>();

  /**
   * @param isWide whether elements fill vectors; else there is one, in all lanes
   * @param isDoubled whether a turn works on two vectors of float64 rather than one
   * @param constant the variable that holds a number in both lanes of float64
   */
  constructor(
    readonly body: FunctionBody,
    dtype: FloatDType,
    readonly isWide: boolean,
    isDoubled: boolean,
    constant: (value: number) => number,
    hasMultiplyAdd: boolean,
    laneFunctions: readonly LaneFunction[],
  ) {
    this.doubles = new VectorMath(body, "float64", constant, hasMultiplyAdd, laneFunctions);
    this.singles = new VectorMath(body, "float32", (value) => this.hoist(constant(value)), hasMultiplyAdd, laneFunctions);
    this.parts = isWide && (dtype === "float32" || isDoubled) ? 2 : 1;
    this.count = isWide ? 2 * this.parts : 1;
  }

  ofDoubles(parts: readonly number[]): Numbers {
    return new DoubleNumbers(this, parts);
  }

  ofSingle(single: number): Numbers {
    return new SingleNumbers(this, single);
  }

  /** A number that the loop does not change, in all lanes of float64. */
  ofScalar(double: number): Numbers {
    return new ScalarNumbers(this, this.parts === 1 ? [double] : [double, double]);
  }

  /** The result of an operation on float64. */
  eachPart(operation: (part: number) => number): Numbers {
    return this.ofDoubles(this.parts === 1 ? [operation(0)] : [operation(0), operation(1)]);
  }

  /** Zeros that may become others. */
  zeros(isDouble: boolean): Numbers {
    const zero = (): number => {
      const local = this.body.local(v128);
      zeroVector(this.body, local);
      return local;
    };
    return isDouble ? this.eachPart(zero) : this.ofSingle(zero());
  }

  /** Sets variables to the numbers of others, which are of the same dtype. */
  assign(to: Numbers, from: Numbers, isDouble: boolean): void {
    const variablesOf = (numbers: Numbers): readonly number[] => (isDouble ? numbers.doubles() : [numbers.single()]);
    const values = variablesOf(from);
    variablesOf(to).forEach((local, i) => {
      this.body.get(values[i]);
      this.body.set(local);
    });
  }

  /** Runs `then` where any element is not 0. */
  ifAny(numbers: Numbers, isDouble: boolean, then: () => void): void {
    const { body } = this;
    const [first, second] = isDouble ? numbers.doubles() : [numbers.single()];
    body.get(first);
    if (second !== undefined) {
      body.get(second);
      body.vector(vectorOpcodes.or);
    }
    body.vector(vectorOpcodes.anyTrue);
    body.choose(then, () => undefined);
  }

  /** Numbers of the heap, in float64. */
  load({ push, byteOffset }: VectorAddress): Numbers {
    return this.eachPart((part) => {
      push(part);
      if (this.isWide) this.body.load(byteOffset(part));
      else this.splat(byteOffset(part));
      return this.doubles.keep();
    });
  }

  store({ push, byteOffset }: VectorAddress, numbers: Numbers): void {
    numbers.doubles().forEach((local, part) => {
      push(part);
      this.body.get(local);
      if (this.isWide) this.body.store(byteOffset(part));
      else this.body.memory(this.doubles.opcodes.storeLane, byteOffset(part), 0);
    });
  }

  /** The same of numbers that stand there in float32, one after another. */
  loadSingle({ push, byteOffset }: VectorAddress): Numbers {
    const single = this.body.local(v128);
    this.body.loadInto(single, () => push(0), byteOffset(0));
    return this.ofSingle(single);
  }

  storeSingle({ push, byteOffset }: VectorAddress, numbers: Numbers): void {
    this.body.storeFrom(numbers.single(), () => push(0), byteOffset(0));
  }

  /** A mask of the elements whose place, so many bytes apart from that of the first, is before the end. */
  before(first: number, end: number, bytesApart: number): Numbers {
    const { body } = this;
    const mask = (elements: readonly number[]): number => {
      body.get(first);
      body.vector(vectorOpcodes.i32Splat);
      body.vectorConst(elements.flatMap((element) => [element * bytesApart, 0, 0, 0]));
      body.vector(vectorOpcodes.i32Add);
      body.i32Const(end);
      body.vector(vectorOpcodes.i32Splat);
      body.vector(vectorOpcodes.i32LtU);
      return this.doubles.keep();
    };
    const masks = (): Numbers => ({
      doubles: once(() => Array.from({ length: this.parts }, (_, part) => mask([0, 0, 1, 1].map((lane) => 2 * part + lane)))),
      single: once(() => mask([0, 1, 2, 3])),
      copy: masks,
    });
    return masks();
  }

  /** A mask of the elements of the first vector, and of the second one where it stands elsewhere. */
  distinct(first: number, second: number): Numbers {
    const { body } = this;
    body.vectorConst(new Array<number>(vectorBytes).fill(255));
    const all = this.doubles.keep();
    body.i32Const(0);
    body.get(first);
    body.get(second);
    body.scalar(scalarOpcodes.i32Ne);
    body.scalar(scalarOpcodes.i32Sub);
    body.vector(vectorOpcodes.i32Splat);
    const others = this.doubles.keep();
    const masks = (): Numbers => ({
      doubles: () => [all, others],
      single: once(() => this.singles.shuffled(all, others, [0, 1, 4, 5])),
      copy: masks,
    });
    return masks();
  }

  /** Replaces an address on the stack by the number of the heap there, in all lanes. */
  splat(byteOffset: number): void {
    this.body.memory(this.doubles.opcodes.loadSplat, byteOffset);
  }

  /** Puts the sum over the elements of numbers into both lanes of a variable. */
  total(numbers: Numbers, isDouble: boolean): number {
    const { doubles, singles } = this;
    if (!isDouble) return this.#lowHalf(laneSum(numbers.single(), singles));
    const sum = numbers.doubles().reduce((x, y) => doubles.do("add", x, y));
    return this.isWide ? laneSum(sum, doubles) : sum;
  }

  /** Writes what is needed before the loop, behind the scalars and constants. */
  writeHoisted(): void {
    for (const [double, single] of this.#hoisted) {
      this.body.get(this.#filled(double));
      this.body.set(single);
    }
  }

  /** The variable before the loop that holds in float32 what another one holds in both lanes of float64. */
  hoist(double: number): number {
    const single = this.#hoisted.get(double) ?? this.body.local(v128);
    this.#hoisted.set(double, single);
    return single;
  }

  demoted(parts: readonly number[]): number {
    if (parts.length === 1) return this.#filled(parts[0]);
    const [low, high] = parts.map((part) => this.#demotedHalf(part));
    return this.singles.shuffled(low, high, [0, 1, 4, 5]);
  }

  /** Float32 in all lanes, of a number that is in both of float64. */
  #filled(double: number): number {
    const half = this.#demotedHalf(double);
    return this.singles.shuffled(half, half, [0, 0, 0, 0]);
  }

  #demotedHalf(part: number): number {
    this.body.get(part);
    this.body.vector(vectorOpcodes.demoteF64);
    return this.singles.keep();
  }

  promoted(single: number): number[] {
    const low = this.#lowHalf(single);
    return this.parts === 1 ? [low] : [low, this.#lowHalf(this.singles.shuffled(single, single, [2, 3, 2, 3]))];
  }

  #lowHalf(single: number): number {
    this.body.get(single);
    this.body.vector(vectorOpcodes.promoteLowF32);
    return this.doubles.keep();
  }
}

/** Numbers made in float64. */
class DoubleNumbers implements Numbers {
  #single: number | undefined;

  constructor(
    readonly lanes: Lanes,
    readonly parts: readonly number[],
  ) {}

  doubles(): readonly number[] {
    return this.parts;
  }

  single(): number {
    return (this.#single ??= this.demoted());
  }

  copy(): Numbers {
    return new DoubleNumbers(this.lanes, this.parts);
  }

  protected demoted(): number {
    return this.lanes.demoted(this.parts);
  }
}

/** Numbers that the loop does not change. */
class ScalarNumbers extends DoubleNumbers {
  protected override demoted(): number {
    return this.lanes.hoist(this.parts[0]);
  }

  override copy(): Numbers {
    return this;
  }
}

/** Numbers made in float32. */
class SingleNumbers implements Numbers {
  #parts: readonly number[] | undefined;

  constructor(
    readonly lanes: Lanes,
    readonly local: number,
  ) {}

  doubles(): readonly number[] {
    return (this.#parts ??= this.lanes.promoted(this.local));
  }

  single(): number {
    return this.local;
  }

  copy(): Numbers {
    return new SingleNumbers(this.lanes, this.local);
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The sum of a variable's lanes, in all lanes. */
function laneSum(local: number, math: VectorMath): number {
  let total = local;
  for (let distance = math.lanes / 2; distance >= 1; distance /= 2) {
    const moved = math.shuffled(total, total, Array.from({ length: math.lanes }, (_, lane) => (lane + distance) % math.lanes));
    total = math.do("add", total, moved);
  }
  return total;
}
