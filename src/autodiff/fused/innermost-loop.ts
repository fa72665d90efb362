import type { FloatDType } from "../../ndarray/dtype.js";
import type { Shortcuts } from "../vectors.js";
import { Lanes, type Numbers } from "./lanes.js";
import { LookupEmitter } from "./lookup-emitter.js";
import { lookupGroups, scatterGroup, type LookupGroup } from "./lookups.js";
import type { Part } from "./parts.js";
import { has, placeOf, type Nest, type Place, type Plan } from "./plan.js";
import type { LaneFunction, VectorMath } from "./vector-math.js";
import { scalarOpcodes } from "./opcodes.js";
import { i32, v128, zeroVector, type FunctionBody } from "./wasm-assembler.js";

/** Numbers that the code needs beside those of the plan, at the end of the heap. */
export class ConstantPool {
  readonly values: number[] = [];
  readonly #offsets = new Map<number | "-0", number>();

  constructor(readonly start: number) {}

  /** Heap offset of a number; 0 and -0 are two. */
  offsetOf(value: number): number {
    const known = this.#offsets.get(Object.is(value, -0) ? "-0" : value) ?? this.start + this.values.push(value) - 1;
    this.#offsets.set(Object.is(value, -0) ? "-0" : value, known);
    return known;
  }

  /** Heap offset of room for an even count of numbers, itself even. */
  reserve(count: number): number {
    if (this.values.length % 2 !== 0) this.values.push(0);
    const offset = this.start + this.values.length;
    for (let i = 0; i < count; i++) this.values.push(0);
    return offset;
  }
}

/** Bytes of a number of the heap: float64, whatever the program's dtype is. */
export const numberBytes = 8;

export interface LoopContext {
  readonly plan: Plan;
  readonly nest: Nest;
  /** ops that are float64 in float32 programs, too */
  readonly precise: ReadonlySet<number>;
  readonly pool: ConstantPool;
  readonly hasMultiplyAdd: boolean;
  readonly laneFunctions: readonly LaneFunction[];
  /** whether elements fill vectors; else they come one by one */
  readonly isWide: boolean;
  readonly body: FunctionBody;
  /** of the outer loops around, the variables that count */
  readonly counters: ReadonlyMap<number, number>;
  /** what sin(πx) and cos(πx) of an op need not do */
  readonly shortcuts: (op: number) => Shortcuts;
  /** which groups the loop works on; all unless given */
  readonly mask?: MaskRow | undefined;
}

/** The mask of a loop: what it holds for the outer loops' present turn. */
export interface MaskRow {
  /** the variable that holds its address, from which it stands at an offset */
  readonly address: number;
  readonly byteOffset: number;
  readonly elementBytes: number;
  readonly groups: number;
  readonly unit: number;
}

/** Where values of a turn stand in the heap while other functions work: bytes. */
export type Carried = ReadonlyMap<number, number>;

/** Runs `turn` along the vector axis, so many elements at once. */
export function countAlong({ body, plan, isWide, mask }: LoopContext, vector: number, elements: number, turn: (counter: number) => void): void {
  const step = elements * numberBytes;
  if (!mask) return body.count((isWide ? plan.padded : plan.extents)[vector] * numberBytes, step, turn);
  const [first, end] = [body.local(i32), body.local(i32)];
  body.count(mask.groups, 1, (group) => {
    body.get(group);
    body.i32Const(mask.elementBytes);
    body.scalar(scalarOpcodes.i32Mul);
    body.get(mask.address);
    body.scalar(scalarOpcodes.i32Add);
    // The last four bytes tell a float from 0.
    body.loadInteger(mask.byteOffset + mask.elementBytes - 4);
    body.choose(
      () => {
        body.get(group);
        body.i32Const(mask.unit * numberBytes);
        body.scalar(scalarOpcodes.i32Mul);
        body.set(first);
        body.get(first);
        body.i32Const(mask.unit * numberBytes);
        body.scalar(scalarOpcodes.i32Add);
        body.set(end);
        body.countBetween(first, end, step, turn);
      },
      () => undefined,
    );
  });
}

/** How far outer loops have moved a place, in bytes. */
interface Base {
  readonly local: number;
  readonly terms: readonly { readonly counter: number; readonly stride: number }[];
}

/** A sum over the loop, or rather over its lanes. */
interface Register {
  readonly sum: number;
  readonly numbers: Numbers;
  readonly base: Base | undefined;
}

/** The loop along the vector axis at one level of a nest, or a part of its turn. */
export class InnermostLoop {
  readonly #level: Part;
  readonly #context: LoopContext;
  readonly #dtype: FloatDType;
  readonly #lanes: Lanes;
  readonly #lookups: LookupEmitter;
  readonly #scatters: LookupEmitter;
  /** by their first members */
  readonly #groups: ReadonlyMap<number, LookupGroup>;
  readonly #values = new Map<number, Numbers>();
  /** of ops, and by what moves them: one for all that are moved alike */
  readonly #basesOfOps = new Map<number, Base | undefined>();
  readonly #bases = new Map<string, Base>();
  /** variables of constants, by their place in the heap */
  readonly #constants = new Map<number, number>();

  constructor(level: Part, context: LoopContext) {
    this.#level = level;
    this.#context = context;
    const { plan, body, isWide, hasMultiplyAdd, laneFunctions } = context;
    this.#dtype = plan.dtype === "float32" ? "float32" : "float64";
    this.#lanes = new Lanes(body, this.#dtype, isWide, (value) => this.#constant(value), hasMultiplyAdd, laneFunctions);
    const scratch = (size: number): number => numberBytes * context.pool.reserve(size / numberBytes);
    this.#lookups = new LookupEmitter(this.#dtype === "float32" ? this.#lanes.singles : this.#lanes.doubles, scratch);
    this.#scatters = this.#dtype === "float32" ? new LookupEmitter(this.#lanes.doubles, scratch) : this.#lookups;
    this.#groups = new Map(lookupGroups(plan, level.computed).map((group) => [group.members[0], group]));
  }

  /** The whole loop. */
  write(): void {
    const { body, nest } = this.#context;
    const { computed, sums, scatters } = this.#level;
    const { vector } = nest;
    if (computed.length + sums.length + scatters.length === 0) return;
    const registers = this.#sumsOverLoop().map((sum) => this.#register(sum));
    this.#behindWhatItReads(
      () => {
        if (vector === undefined) this.#turn(undefined, registers);
        else countAlong(this.#context, vector, this.#lanes.count, (counter) => this.#turn(counter, registers));
      },
      () => {
        for (const register of registers) for (const local of this.#localsOf(register)) zeroVector(body, local);
      },
    );
    for (const register of registers) this.#addToHeap(register);
  }

  /**
   * One turn of it, where it is only a part of the loop.
   * @param counter how far the loop has come, in bytes of a contiguous place
   * @param carried where values that pass between parts stand, and, by the sums, what they have come to
   */
  writeTurn(counter: number | undefined, carried: Carried): void {
    const lanes = this.#lanes;
    const { body } = this.#context;
    const atPlace = (op: number, work: (pushAddress: () => void, byteOffset: number) => void): void => {
      const place = carried.get(op);
      if (place !== undefined) work(() => body.i32Const(0), place);
    };
    this.#behindWhatItReads(() => {
      for (const op of this.#level.received) {
        atPlace(op, (push, place) => this.#values.set(op, this.#isDouble(op) ? lanes.load(push, place) : lanes.loadSingle(push, place)));
      }
      const registers = this.#sumsOverLoop().map((sum) => this.#register(sum));
      for (const { sum, numbers } of registers) {
        atPlace(sum, (push, place) => this.#localsOf({ sum, numbers }).forEach((local, i) => body.loadInto(local, push, place + 16 * i)));
      }
      this.#turn(counter, registers);
      for (const op of this.#level.passed) {
        atPlace(op, (push, place) => {
          if (this.#isDouble(op)) lanes.store(push, place, this.#valueOf(op));
          else lanes.storeSingle(push, place, this.#valueOf(op));
        });
      }
      for (const { sum, numbers } of registers) atPlace(sum, (push, place) => this.#localsOf({ sum, numbers }).forEach((local, i) => body.storeFrom(local, push, place + 16 * i)));
    });
  }

  /** What sums have come to over the loop, of which this is a part, is added to the heap. */
  writeEnd(carried: Carried): void {
    const { body } = this.#context;
    const registers = this.#sumsOverLoop().map((sum) => this.#register(sum));
    this.#behindWhatItReads(() => undefined);
    for (const register of registers) {
      const place = carried.get(register.sum) ?? 0;
      this.#localsOf(register).forEach((local, i) => body.loadInto(local, () => body.i32Const(0), place + 16 * i));
      this.#addToHeap(register);
    }
  }

  /** Bytes that each value needs that passes between parts, or is summed over the loop by this part. */
  carriedBytes(): Map<number, number> {
    const bytes = (op: number): number => (this.#isDouble(op) ? 16 * this.#lanes.parts : 16);
    return new Map([...this.#level.passed, ...this.#sumsOverLoop()].map((op) => [op, bytes(op)]));
  }

  /** Sums that do not vary along the loop. */
  #sumsOverLoop(): number[] {
    const { plan, nest } = this.#context;
    const { vector } = nest;
    return vector === undefined ? [] : this.#level.sums.filter((sum) => !has(plan.ops[sum].axes, vector));
  }

  #register(sum: number): Register {
    const { body } = this.#context;
    const numbers = this.#isDouble(sum) ? this.#lanes.eachPart(() => body.local(v128)) : this.#lanes.ofSingle(body.local(v128));
    return { sum, numbers, base: this.#base(sum) };
  }

  #localsOf({ sum, numbers }: Pick<Register, "sum" | "numbers">): readonly number[] {
    return this.#isDouble(sum) ? numbers.doubles() : [numbers.single()];
  }

  /** What is read but not changed stands before; but what that is, only the work tells. */
  #behindWhatItReads(work: () => void, then: () => void = () => undefined): void {
    const { body } = this.#context;
    const lanes = this.#lanes;
    const read = this.#level.scalars.map((op) => ({ op, local: body.local(v128), base: this.#base(op) }));
    for (const { op, local } of read) this.#values.set(op, lanes.ofScalar(local));
    const written = body.aside(work);
    for (const base of this.#bases.values()) this.#writeBase(base);
    for (const { op, local, base } of read) {
      this.#pushBase(base);
      lanes.splat(this.#byteOffset(op));
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

  /** @param counter how far the loop has come, in bytes of a contiguous place */
  #turn(counter: number | undefined, registers: readonly Register[]): void {
    const { plan } = this.#context;
    const { vectors, computed, stored, sums, scatters } = this.#level;
    const lanes = this.#lanes;
    const addressOf = (op: number) => (): void => this.#pushAddress(op, counter);
    for (const op of vectors) this.#values.set(op, lanes.load(addressOf(op), this.#byteOffset(op)));
    for (const op of computed) this.#compute(op);
    for (const op of stored) lanes.store(addressOf(op), this.#byteOffset(op), this.#valueOf(op));
    const inLoop = this.#elementsInLoop(counter);
    const registerOf = new Map(registers.map((register) => [register.sum, register]));
    for (const sum of sums) {
      const value = this.#valueOf(plan.ops[sum].inputs[0]);
      const register = registerOf.get(sum);
      if (register) this.#addToRegister(register, value, inLoop);
      else {
        const sofar = lanes.load(addressOf(sum), this.#byteOffset(sum)).doubles();
        const more = lanes.eachPart((part) => lanes.doubles.do("add", sofar[part], value.doubles()[part]));
        lanes.store(addressOf(sum), this.#byteOffset(sum), more);
      }
    }
    for (const scatter of scatters) this.#scatter(scatter, inLoop);
  }

  #compute(id: number): void {
    const { plan } = this.#context;
    const lanes = this.#lanes;
    const op = plan.ops[id];
    const inputs = op.inputs.map((input) => this.#valueOf(input));
    if (op.kind === "elementwise") {
      const apply = (math: VectorMath, operands: readonly number[]): number => math.apply(op.primitive, operands, this.#context.shortcuts(id));
      const result = this.#isDouble(id)
        ? lanes.eachPart((part) => apply(lanes.doubles, inputs.map((input) => input.doubles()[part])))
        : lanes.ofSingle(apply(lanes.singles, inputs.map((input) => input.single())));
      this.#values.set(id, result);
    } else if (op.kind === "lookup") {
      const group = this.#groups.get(id);
      if (group) this.#lookUp(group, inputs).forEach((numbers, i) => this.#values.set(group.members[i], numbers));
    } else if (op.kind === "masked") this.#values.set(id, inputs[0]);
  }

  /** The values of all members of a group. */
  #lookUp(group: LookupGroup, inputs: readonly Numbers[]): Numbers[] {
    const lanes = this.#lanes;
    const isSingle = this.#dtype === "float32";
    const local = (numbers: Numbers): number => (isSingle ? numbers.single() : numbers.doubles()[0]);
    const { points, distances } = this.#nodesAt(group, inputs);
    const found = this.#lookups.emit(group, points.map(local), distances.map(local));
    return found.map((each) => (isSingle ? lanes.ofSingle(each) : lanes.ofDoubles([each])));
  }

  #scatter(id: number, inLoop: Numbers | undefined): void {
    const { plan, isWide } = this.#context;
    const op = plan.ops[id];
    if (op.kind !== "scatter") return;
    const { doubles } = this.#lanes;
    const [h, k, l, source] = op.inputs.map((input) => this.#valueOf(input));
    const group = scatterGroup(plan, id, op);
    const { points, distances } = this.#nodesAt(group, [h, k, l]);
    source.doubles().forEach((value, part) => {
      const mask = inLoop?.doubles()[part];
      const counted = mask === undefined ? value : doubles.do("and", value, mask);
      const ofPart = (numbers: readonly Numbers[]): number[] => numbers.map((each) => each.doubles()[part]);
      this.#scatters.scatter(group, ofPart(points), ofPart(distances), counted, isWide ? doubles.lanes : 1);
    });
  }

  /** Points of the grid and distances from them: float64's, so that they agree with what is computed beside them. */
  #nodesAt({ primitive }: LookupGroup, inputs: readonly Numbers[]): { readonly points: Numbers[]; readonly distances: Numbers[] } {
    const lanes = this.#lanes;
    const { doubles } = lanes;
    const isTricubic = primitive === "tricubic";
    const points = inputs.map((x) =>
      lanes.eachPart((part) => {
        const double = x.doubles()[part];
        return isTricubic ? doubles.do("floor", double) : doubles.do("ceil", doubles.do("sub", double, doubles.constant(0.5)));
      }),
    );
    const distances = isTricubic
      ? inputs.map((x, axis) => lanes.eachPart((part) => doubles.do("sub", x.doubles()[part], points[axis].doubles()[part])))
      : [];
    return { points, distances };
  }

  /** Whether an op is computed in float64. */
  #isDouble(op: number): boolean {
    return this.#dtype === "float64" || !this.#context.isWide || this.#context.precise.has(op);
  }

  #valueOf(op: number): Numbers {
    const numbers = this.#values.get(op);
    if (numbers === undefined) throw new TypeError(`value ${op} is not at hand`);
    return numbers;
  }

  #constant(value: number): number {
    const offset = this.#context.pool.offsetOf(value);
    const local = this.#constants.get(offset) ?? this.#context.body.local(v128);
    this.#constants.set(offset, local);
    return local;
  }

  /** A mask of the elements that the loop has, where it is filled up with others. */
  #elementsInLoop(counter: number | undefined): Numbers | undefined {
    const { plan, nest, isWide } = this.#context;
    if (counter === undefined || nest.vector === undefined || !isWide || plan.padded[nest.vector] === plan.extents[nest.vector]) return undefined;
    return this.#lanes.before(counter, plan.extents[nest.vector] * numberBytes, numberBytes);
  }

  #addToRegister({ sum, numbers }: Register, value: Numbers, inLoop: Numbers | undefined): void {
    const { doubles, singles } = this.#lanes;
    const add = (math: VectorMath, local: number, by: number, mask: number | undefined): void => {
      math.push("add", local, mask === undefined ? by : math.do("and", by, mask));
      this.#context.body.set(local);
    };
    if (this.#isDouble(sum)) numbers.doubles().forEach((local, part) => add(doubles, local, value.doubles()[part], inLoop?.doubles()[part]));
    else add(singles, numbers.single(), value.single(), inLoop?.single());
  }

  #addToHeap({ sum, numbers, base }: Register): void {
    const { body } = this.#context;
    const { doubles } = this.#lanes;
    const inLoop = this.#lanes.total(numbers, this.#isDouble(sum));
    this.#pushBase(base);
    this.#lanes.splat(this.#byteOffset(sum));
    body.get(inLoop);
    body.vector(doubles.opcodes.add);
    const total = doubles.keep();
    this.#pushBase(base);
    body.get(total);
    body.memory(doubles.opcodes.storeLane, this.#byteOffset(sum), 0);
  }

  #place(op: number): Place {
    return placeOf(this.#context.plan, op);
  }

  #byteOffset(op: number): number {
    return this.#place(op).offset * numberBytes;
  }

  /** How far all loops have moved an op's place. */
  #pushAddress(op: number, counter: number | undefined): void {
    const { body, nest } = this.#context;
    const base = this.#base(op);
    const stride = nest.vector === undefined ? 0 : this.#place(op).strides[nest.vector];
    if (counter === undefined || stride === 0) return this.#pushBase(base);
    body.get(counter);
    if (stride !== 1) {
      body.i32Const(stride);
      body.scalar(scalarOpcodes.i32Mul);
    }
    if (base === undefined) return;
    body.get(base.local);
    body.scalar(scalarOpcodes.i32Add);
  }

  /** How far the outer loops have moved it; undefined where they do not. */
  #base(op: number): Base | undefined {
    if (!this.#basesOfOps.has(op)) this.#basesOfOps.set(op, this.#findBase(op));
    return this.#basesOfOps.get(op);
  }

  #findBase(op: number): Base | undefined {
    const { strides } = this.#place(op);
    const terms = [...this.#context.counters]
      .filter(([axis]) => strides[axis] !== 0)
      .map(([axis, counter]) => ({ counter, stride: strides[axis] * numberBytes }));
    if (terms.length === 0) return undefined;
    const key = JSON.stringify(terms);
    const base = this.#bases.get(key) ?? { local: this.#context.body.local(i32), terms };
    this.#bases.set(key, base);
    return base;
  }

  #writeBase({ local, terms }: Base): void {
    const { body } = this.#context;
    terms.forEach(({ counter, stride }, i) => {
      body.get(counter);
      body.i32Const(stride);
      body.scalar(scalarOpcodes.i32Mul);
      if (i > 0) body.scalar(scalarOpcodes.i32Add);
    });
    body.set(local);
  }

  #pushBase(base: Base | undefined): void {
    if (base === undefined) this.#context.body.i32Const(0);
    else this.#context.body.get(base.local);
  }
}
