import { numberBytes } from "./constant-pool.js";
import { choiceIn, type Choice } from "./choice.js";
import type { HeapAddresses } from "./heap-addresses.js";
import type { Lanes, Numbers, VectorAddress } from "./lanes.js";
import { isDouble, loopDType, type LoopContext, type TurnPlace } from "./loop-context.js";
import { LookupEmitter } from "./lookup-emitter.js";
import { lookupGroups, scatterGroup, type LookupGroup } from "./lookups.js";
import type { Part } from "./parts.js";
import type { SumRegister } from "./sum-register.js";

/** One turn of an innermost loop, or of a part of it: its values, op by op. */
export class LoopTurn {
  readonly #level: Part;
  readonly #context: LoopContext;
  readonly #lanes: Lanes;
  readonly #addresses: HeapAddresses;
  readonly #lookups: LookupEmitter;
  readonly #scatters: LookupEmitter;
  /** by their first members */
  readonly #groups: ReadonlyMap<number, LookupGroup>;
  /** what stands behind a condition; undefined where nothing does, or the turn is only a part of one */
  readonly #choice: Choice | undefined;
  readonly #values = new Map<number, Numbers>();

  constructor(level: Part, context: LoopContext, lanes: Lanes, addresses: HeapAddresses) {
    this.#level = level;
    this.#context = context;
    this.#lanes = lanes;
    this.#addresses = addresses;
    const isSingle = loopDType(context) === "float32";
    const scratch = (size: number): number => numberBytes * context.pool.reserve(size / numberBytes);
    this.#lookups = new LookupEmitter(isSingle ? lanes.singles : lanes.doubles, scratch);
    this.#scatters = isSingle ? new LookupEmitter(lanes.doubles, scratch) : this.#lookups;
    const groups = lookupGroups(context.plan, level.computed);
    this.#groups = new Map(groups.map((group) => [group.members[0], group]));
    const isWhole = level.received.length + level.passed.length === 0;
    this.#choice = context.isWide && isWhole ? choiceIn(context.plan.ops, level, groups) : undefined;
  }

  valueOf(op: number): Numbers {
    const numbers = this.#values.get(op);
    if (numbers === undefined) throw new TypeError(`value ${op} is not at hand`);
    return numbers;
  }

  /** What is known of an op before the turn. */
  receive(op: number, numbers: Numbers): void {
    this.#values.set(op, numbers);
  }

  /**
   * Reads, computes, stores and adds up.
   * @param place where it stands; undefined where the loop has a single turn
   * @param registers of the sums over the loop
   */
  write(place: TurnPlace | undefined, registers: readonly SumRegister[]): void {
    const { vectors, computed, stored, sums, scatters } = this.#level;
    const lanes = this.#lanes;
    const addresses = this.#addresses;
    const addressOf = (op: number): VectorAddress => addresses.inTurn(op, place);
    const registerOf = new Map(registers.map((register) => [register.sum, register]));
    const addUp = (isWanted: (sink: number) => boolean): void => {
      const inLoop = this.#elementsInLoop(place);
      for (const sum of sums) if (isWanted(sum)) this.#addUp(sum, registerOf.get(sum), addressOf(sum), inLoop);
      for (const scatter of scatters) if (isWanted(scatter)) this.#scatter(scatter, inLoop);
    };
    for (const op of vectors) this.#values.set(op, lanes.load(addressOf(op)));
    const choice = this.#choice;
    if (choice) this.#writeChoice(choice, addUp);
    else for (const op of computed) this.#compute(op);
    for (const op of stored) lanes.store(addressOf(op), this.valueOf(op));
    addUp((sink) => !choice?.parts.some(({ sinks }) => sinks.includes(sink)));
  }

  /** Computes all ops, some of them only behind a condition, where they are added up, too. */
  #writeChoice({ condition, parts }: Choice, addUp: (isWanted: (sink: number) => boolean) => void): void {
    const lanes = this.#lanes;
    const isOpDouble = (op: number): boolean => isDouble(this.#context, op);
    // What is converted behind the condition is not there for others.
    const inside = new Map<number, Numbers>();
    for (const { before, ops, sinks, zeros } of parts) {
      for (const op of before) this.#compute(op);
      if (ops.length + sinks.length === 0) continue;
      const otherwise = zeros.map((op) => ({ op, numbers: lanes.zeros(isOpDouble(op)) }));
      lanes.ifAny(this.valueOf(condition), isOpDouble(condition), () => {
        const outside = [...this.#values];
        for (const [op, numbers] of outside) this.#values.set(op, numbers.copy());
        for (const [op, numbers] of inside) this.#values.set(op, numbers);
        for (const op of ops) this.#compute(op);
        addUp((sink) => sinks.includes(sink));
        for (const { op, numbers } of otherwise) lanes.assign(numbers, this.valueOf(op), isOpDouble(op));
        for (const [op, numbers] of this.#values) inside.set(op, numbers);
        this.#values.clear();
        for (const [op, numbers] of outside) this.#values.set(op, numbers);
      });
      for (const { op, numbers } of otherwise) this.#values.set(op, numbers);
    }
  }

  #addUp(sum: number, register: SumRegister | undefined, address: VectorAddress, inLoop: Numbers | undefined): void {
    const lanes = this.#lanes;
    const value = this.valueOf(this.#context.plan.ops[sum].inputs[0]);
    if (register) return register.add(value, inLoop);
    const sofar = lanes.load(address).doubles();
    lanes.store(address, lanes.eachPart((part) => lanes.doubles.do("add", sofar[part], value.doubles()[part])));
  }

  #compute(id: number): void {
    const lanes = this.#lanes;
    const op = this.#context.plan.ops[id];
    const inputs = op.inputs.map((input) => this.valueOf(input));
    if (op.kind === "elementwise") {
      const shortcuts = this.#context.shortcuts(id);
      const result = isDouble(this.#context, id)
        ? lanes.eachPart((part) => lanes.doubles.apply(op.primitive, inputs.map((input) => input.doubles()[part]), shortcuts))
        : lanes.ofSingle(lanes.singles.apply(op.primitive, inputs.map((input) => input.single()), shortcuts));
      this.#values.set(id, result);
    } else if (op.kind === "lookup") {
      const group = this.#groups.get(id);
      if (group) this.#lookUp(group, inputs).forEach((numbers, i) => this.#values.set(group.members[i], numbers));
    } else if (op.kind === "masked") this.#values.set(id, inputs[0]);
  }

  /** The values of all members of a group. */
  #lookUp(group: LookupGroup, inputs: readonly Numbers[]): Numbers[] {
    const lanes = this.#lanes;
    const { points, distances } = this.#nodesAt(group, inputs);
    if (loopDType(this.#context) === "float32") {
      const single = (numbers: Numbers): number => numbers.single();
      return this.#lookups.emit(group, points.map(single), distances.map(single)).map((each) => lanes.ofSingle(each));
    }
    const found = Array.from({ length: lanes.parts }, (_, part) => {
      const ofPart = (numbers: Numbers): number => numbers.doubles()[part];
      return this.#lookups.emit(group, points.map(ofPart), distances.map(ofPart));
    });
    return group.members.map((_, member) => lanes.eachPart((part) => found[part][member]));
  }

  #scatter(id: number, inLoop: Numbers | undefined): void {
    const { plan, isWide } = this.#context;
    const op = plan.ops[id];
    if (op.kind !== "scatter") return;
    const { doubles } = this.#lanes;
    const [h, k, l, source] = op.inputs.map((input) => this.valueOf(input));
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

  /** A mask of the elements that the loop has, where it is filled up with others, or has the first vector twice. */
  #elementsInLoop(place: TurnPlace | undefined): Numbers | undefined {
    const { plan, nest, isWide } = this.#context;
    if (place?.second !== undefined) return this.#lanes.distinct(place.first, place.second);
    if (place === undefined || nest.vector === undefined || !isWide || plan.padded[nest.vector] === plan.extents[nest.vector]) return undefined;
    return this.#lanes.before(place.first, plan.extents[nest.vector] * numberBytes, numberBytes);
  }
}
