/**
 * A loop nest as a function of WebAssembly that works on vectors: two elements at a time in float64, four in float32; one at a time
 * where the innermost loop is no whole number of them. In the heap, numbers are float64; a program in float32 computes in float32
 * what that is good enough for.
 */
import { sizeOf } from "../../ndarray/shape.js";
import { shortcutsIn } from "./half-turns.js";
import { Lanes, type Numbers } from "./lanes.js";
import { LookupEmitter } from "./lookup-emitter.js";
import { lookupGroups, type LookupGroup } from "./lookups.js";
import { has, type Level, type Nest, type Place, type Plan } from "./plan.js";
import { FunctionBody, i32, scalarOpcodes, v128, type ImportedFunction } from "./wasm-assembler.js";

/** What lanes call one by one, where there is no vector instruction and no polynomial. */
export const laneFunctions: readonly (ImportedFunction & { readonly apply: (x: number, y: number) => number })[] = [
  { name: "log", arity: 1, apply: Math.log },
  { name: "sin", arity: 1, apply: Math.sin },
  { name: "cos", arity: 1, apply: Math.cos },
  { name: "atan2", arity: 2, apply: Math.atan2 },
];

/** Numbers that the code needs beside those of the plan, at the end of the heap. */
export class ConstantPool {
  readonly values: number[] = [];

  constructor(readonly start: number) {}

  /** Heap offset of a number; 0 and -0 are two. */
  offsetOf(value: number): number {
    const known = this.values.findIndex((each) => Object.is(each, value));
    return this.start + (known >= 0 ? known : this.values.push(value) - 1);
  }
}

/** Of a number of the heap. */
const bytes = 8;

export class NestEmitter {
  readonly body = new FunctionBody();
  readonly #isWide: boolean;
  readonly #counters = new Map<number, number>();

  /** @param precise ops that are float64 in float32 programs, too */
  constructor(
    readonly plan: Plan,
    readonly nest: Nest,
    readonly precise: ReadonlySet<number>,
    readonly pool: ConstantPool,
    readonly hasMultiplyAdd: boolean,
  ) {
    this.#isWide = fillsVectors(plan, nest);
    for (const { sums } of nest.levels) for (const sum of sums) this.#clear(sum);
    this.#level(0);
  }

  #level(depth: number): void {
    const { nest, plan } = this;
    this.#innermostLoop(nest.levels[depth]);
    if (depth === nest.outer.length) return;
    const axis = nest.outer[depth];
    this.#count(plan.extents[axis], 1, (counter) => {
      this.#counters.set(axis, counter);
      this.#level(depth + 1);
    });
    this.#counters.delete(axis);
  }

  /** Runs `inside` for 0, step, 2 step, ... below `end`. */
  #count(end: number, step: number, inside: (counter: number) => void): void {
    const { body } = this;
    const counter = body.local(i32);
    body.i32Const(0);
    body.set(counter);
    body.repeat(() => {
      inside(counter);
      body.get(counter);
      body.i32Const(step);
      body.scalar(scalarOpcodes.i32Add);
      body.set(counter);
      body.get(counter);
      body.i32Const(end);
      body.scalar(scalarOpcodes.i32LtU);
    });
  }

  #counter(axis: number): number {
    const counter = this.#counters.get(axis);
    if (counter === undefined) throw new TypeError(`axis ${axis} is not looped over`);
    return counter;
  }

  #clear(sum: number): void {
    const { body, plan } = this;
    const size = sizeOf(plan.extents.filter((_, axis) => has(plan.ops[sum].axes, axis)));
    const zero = body.local(v128);
    // Every place is padded to whole vectors.
    this.#count(size * bytes, 16, (counter) => {
      body.get(counter);
      body.get(zero);
      body.store(this.#byteOffset(sum));
    });
  }

  #innermostLoop(level: Level): void {
    const { body, plan, nest } = this;
    const { vector } = nest;
    const { scalars, vectors, computed, stored, sums } = level;
    if (computed.length + sums.length === 0) return;
    const constants = new Map<number, number>();
    const bases = new Map<string, Base>();
    const constant = (value: number): number => {
      const offset = this.pool.offsetOf(value);
      const local = constants.get(offset) ?? body.local(v128);
      constants.set(offset, local);
      return local;
    };
    const functionNamed = (name: string): number => laneFunctions.findIndex((entry) => entry.name === name);
    const lanes = new Lanes(body, plan.dtype === "float32" ? "float32" : "float64", this.#isWide, constant, functionNamed, this.hasMultiplyAdd);
    const lookups = new LookupEmitter(plan.dtype === "float32" ? lanes.singles : lanes.doubles);
    const groups = lookupGroups(plan, computed);
    const shortcuts = shortcutsIn(plan.ops, level);
    const values = new Map<number, Numbers>();
    const valueOf = (op: number): Numbers => {
      const numbers = values.get(op);
      if (numbers === undefined) throw new TypeError(`value ${op} is not at hand`);
      return numbers;
    };
    const scalarLocals = scalars.map((op) => {
      const local = body.local(v128);
      values.set(op, lanes.ofScalar(local));
      return local;
    });
    const registers = sums
      .filter((sum) => vector !== undefined && !has(plan.ops[sum].axes, vector))
      .map((sum) => ({ sum, register: this.#isDouble(sum) ? lanes.eachPart(() => body.local(v128)) : lanes.ofSingle(body.local(v128)) }));

    const turn = (counter: number | undefined): void => {
      const addressOf = (op: number) => (): void => this.#pushAddress(op, counter, bases);
      for (const op of vectors) values.set(op, lanes.load(addressOf(op), this.#byteOffset(op)));
      for (const op of computed) {
        const entry = plan.ops[op];
        if (entry.kind === "elementwise") {
          const inputs = entry.inputs.map(valueOf);
          const { primitive } = entry;
          const result = this.#isDouble(op)
            ? lanes.eachPart((part) => lanes.doubles.apply(primitive, inputs.map((input) => input.doubles()[part]), shortcuts(op)))
            : lanes.ofSingle(lanes.singles.apply(primitive, inputs.map((input) => input.single()), shortcuts(op)));
          values.set(op, result);
        } else if (entry.kind === "lookup") {
          const group = groups.find(({ members }) => members[0] === op);
          if (group) this.#lookUp(group, group.inputs.map(valueOf), lanes, lookups).forEach((numbers, i) => values.set(group.members[i], numbers));
        }
      }
      for (const op of stored) lanes.store(addressOf(op), this.#byteOffset(op), valueOf(op));
      for (const sum of sums) {
        const value = valueOf(plan.ops[sum].inputs[0]);
        const inRegister = registers.find((entry) => entry.sum === sum);
        if (inRegister) this.#addTo(inRegister.register, value, this.#isDouble(sum), lanes);
        else {
          const sofar = lanes.load(addressOf(sum), this.#byteOffset(sum)).doubles();
          lanes.store(addressOf(sum), this.#byteOffset(sum), lanes.eachPart((part) => lanes.doubles.do("add", sofar[part], value.doubles()[part])));
        }
      }
    };
    const loop = body.aside(() => {
      if (vector === undefined) turn(undefined);
      else this.#count(plan.extents[vector] * bytes, lanes.count * bytes, turn);
    });

    const scalarBases = scalars.map((op) => this.#base(op, bases));
    const sumBases = registers.map(({ sum }) => this.#base(sum, bases));
    for (const base of bases.values()) this.#writeBase(base);
    scalars.forEach((op, i) => {
      this.#pushBase(scalarBases[i]);
      lanes.splat(this.#byteOffset(op));
      body.set(scalarLocals[i]);
    });
    for (const [offset, local] of constants) {
      body.i32Const(0);
      lanes.splat(offset * bytes);
      body.set(local);
    }
    lanes.writeHoisted();
    for (const { sum, register } of registers) {
      for (const local of this.#isDouble(sum) ? register.doubles() : [register.single()]) {
        body.vectorConst(new Array<number>(16).fill(0));
        body.set(local);
      }
    }
    body.insert(loop);
    registers.forEach(({ sum, register }, i) => this.#addToHeap(sum, lanes.total(register, this.#isDouble(sum)), sumBases[i], lanes));
  }

  /** Whether an op is computed in float64. */
  #isDouble(op: number): boolean {
    return this.plan.dtype !== "float32" || !this.#isWide || this.precise.has(op);
  }

  /** The values of all members of a group. Points and distances are float64's, so that they agree with what is computed beside them. */
  #lookUp(group: LookupGroup, inputs: readonly Numbers[], lanes: Lanes, lookups: LookupEmitter): Numbers[] {
    const { doubles } = lanes;
    const isTricubic = group.primitive === "tricubic";
    const isSingle = this.plan.dtype === "float32";
    const local = (numbers: Numbers): number => (isSingle ? numbers.single() : numbers.doubles()[0]);
    const points = inputs.map((x) =>
      lanes.eachPart((part) => {
        const double = x.doubles()[part];
        return isTricubic ? doubles.do("floor", double) : doubles.do("ceil", doubles.do("sub", double, doubles.constant(0.5)));
      }),
    );
    const distances = isTricubic ? inputs.map((x, axis) => lanes.eachPart((part) => doubles.do("sub", x.doubles()[part], points[axis].doubles()[part]))) : [];
    const found = lookups.emit(group, points.map(local), distances.map(local));
    return found.map((each) => (isSingle ? lanes.ofSingle(each) : lanes.ofDoubles([each])));
  }

  #addTo(register: Numbers, value: Numbers, isDouble: boolean, { doubles, singles }: Lanes): void {
    const add = (local: number, by: number, math: typeof doubles): void => {
      math.push("add", local, by);
      this.body.set(local);
    };
    if (isDouble) register.doubles().forEach((local, part) => add(local, value.doubles()[part], doubles));
    else add(register.single(), value.single(), singles);
  }

  /** Adds the first lane of a variable to a sum. */
  #addToHeap(sum: number, value: number, base: Base | undefined, { doubles }: Lanes): void {
    const { body } = this;
    this.#pushBase(base);
    body.memory(doubles.opcodes.loadSplat, this.#byteOffset(sum));
    body.get(value);
    body.vector(doubles.opcodes.add);
    const total = doubles.keep();
    this.#pushBase(base);
    body.get(total);
    body.memory(doubles.opcodes.storeLane, this.#byteOffset(sum), 0);
  }

  #place(op: number): Place {
    const place = this.plan.places.get(op);
    if (place === undefined) throw new TypeError(`value ${op} has no place in the heap`);
    return place;
  }

  #byteOffset(op: number): number {
    return this.#place(op).offset * bytes;
  }

  /** How far the loops have moved an op's place. */
  #pushAddress(op: number, counter: number | undefined, bases: Map<string, Base>): void {
    const { body } = this;
    const { vector } = this.nest;
    const base = this.#base(op, bases);
    const stride = vector === undefined ? 0 : this.#place(op).strides[vector];
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

  /** The variable that holds how far the outer loops have moved an op's place, in bytes; undefined where they do not. */
  #base(op: number, bases: Map<string, Base>): Base | undefined {
    const { strides } = this.#place(op);
    const moving = this.nest.outer.filter((axis) => strides[axis] !== 0 && this.#counters.has(axis));
    if (moving.length === 0) return undefined;
    const terms = moving.map((axis) => ({ counter: this.#counter(axis), stride: strides[axis] * bytes }));
    const key = JSON.stringify(terms);
    const base = bases.get(key) ?? { local: this.body.local(i32), terms };
    bases.set(key, base);
    return base;
  }

  #writeBase({ local, terms }: Base): void {
    const { body } = this;
    terms.forEach(({ counter, stride }, i) => {
      body.get(counter);
      body.i32Const(stride);
      body.scalar(scalarOpcodes.i32Mul);
      if (i > 0) body.scalar(scalarOpcodes.i32Add);
    });
    body.set(local);
  }

  #pushBase(base: Base | undefined): void {
    if (base === undefined) this.body.i32Const(0);
    else this.body.get(base.local);
  }
}

/** How far outer loops have moved a place. */
interface Base {
  readonly local: number;
  readonly terms: readonly { readonly counter: number; readonly stride: number }[];
}

/** Whether the innermost loop of a nest is a whole number of turns on full vectors, and contiguous in the heap. */
function fillsVectors({ extents, dtype, places, ops }: Plan, { vector, levels }: Nest): boolean {
  if (vector === undefined || extents[vector] % (dtype === "float32" ? 4 : 2) !== 0) return false;
  return levels.every(({ vectors, stored, sums }) =>
    [...vectors, ...stored, ...sums].every((op) => !has(ops[op].axes, vector) || places.get(op)?.strides[vector] === 1),
  );
}
