/**
 * Loop nests as WebAssembly that works on vectors: two float64 or four float32 at a time along the innermost loop; one number at a
 * time where that is no whole number of vectors.
 */
import { bytesPerElement, type FloatDType } from "../../ndarray/dtype.js";
import { sizeOf } from "../../ndarray/shape.js";
import { shortcutsIn } from "./half-turns.js";
import { HeapAccess } from "./heap-access.js";
import { LookupEmitter } from "./lookup-emitter.js";
import { lookupGroups } from "./lookups.js";
import { has, type Level, type Nest, type Place, type Plan } from "./plan.js";
import { VectorMath } from "./vector-math.js";
import { float64Opcodes, FunctionBody, i32, moduleBytes, scalarOpcodes, v128, type ImportedFunction } from "./wasm-assembler.js";

/** What lanes call one by one, where there is no vector instruction and no polynomial. */
const laneFunctions: readonly (ImportedFunction & { readonly apply: (x: number, y: number) => number })[] = [
  { name: "log", arity: 1, apply: Math.log },
  { name: "sin", arity: 1, apply: Math.sin },
  { name: "cos", arity: 1, apply: Math.cos },
  { name: "atan2", arity: 2, apply: Math.atan2 },
];

/** Whether the surroundings know vectors of WebAssembly, and allow to make some. */
export function allowsWebAssembly(): boolean {
  return allows(() => undefined);
}

/** Whether they know relaxed ones, too. */
function allowsMultiplyAdd(): boolean {
  return allows((body, vector) => {
    for (const operand of [vector, vector, vector]) body.get(operand);
    body.vector(float64Opcodes.relaxedMultiplyAdd);
    body.set(vector);
  });
}

/** Whether a function can be made that works on a vector. */
function allows(work: (body: FunctionBody, vector: number) => void): boolean {
  const body = new FunctionBody();
  const vector = body.local(v128);
  body.vectorConst(new Array<number>(16).fill(0));
  body.set(vector);
  work(body, vector);
  try {
    return new WebAssembly.Module(moduleBytes([], [body])) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

/** Whether whole vectors fit the nest: its innermost loop is a number of them, and contiguous in the heap. */
function fitsVectors({ extents, dtype, places, ops }: Plan, { vector, levels }: Nest): boolean {
  if (vector === undefined || extents[vector] % lanesOf(dtype) !== 0) return false;
  return levels.every(({ vectors, stored, sums }) =>
    [...vectors, ...stored, ...sums].every((op) => !has(ops[op].axes, vector) || places.get(op)?.strides[vector] === 1),
  );
}

function lanesOf(dtype: Plan["dtype"]): number {
  return dtype === "float32" ? 4 : 2;
}

/** Numbers that the code needs beside those of the plan, at the end of the heap. */
class ConstantPool {
  readonly values: number[] = [];

  constructor(readonly start: number) {}

  valueAt(offset: number): number {
    return this.values[offset - this.start];
  }

  /** Heap offset of a number; 0 and -0 are two. */
  offsetOf(value: number): number {
    const known = this.values.findIndex((each) => Object.is(each, value));
    return this.start + (known >= 0 ? known : this.values.push(value) - 1);
  }
}

export interface CompiledNests {
  readonly module: WebAssembly.Module;
  /** further constants, which stand in the heap behind the plan's numbers */
  readonly constants: readonly number[];
}

/** The nests as the functions "0", "1", ... of a module. */
export function compileWebAssembly(plan: Plan, nests: readonly Nest[]): CompiledNests {
  const pool = new ConstantPool(plan.heapSize);
  const hasMultiplyAdd = allowsMultiplyAdd();
  const bodies = nests.map((nest) => new NestEmitter(plan, nest, pool, hasMultiplyAdd).body);
  return { module: new WebAssembly.Module(moduleBytes(laneFunctions, bodies)), constants: pool.values };
}

/** What a module imports. */
export function importsFor(memory: WebAssembly.Memory): WebAssembly.Imports {
  return { m: { memory, ...Object.fromEntries(laneFunctions.map(({ name, apply }) => [name, apply])) } };
}

class NestEmitter {
  readonly body = new FunctionBody();
  readonly #bytes: number;
  readonly #access: HeapAccess;
  readonly #counters = new Map<number, number>();

  constructor(
    readonly plan: Plan,
    readonly nest: Nest,
    readonly pool: ConstantPool,
    readonly hasMultiplyAdd: boolean,
  ) {
    const heap: FloatDType = plan.dtype === "float32" ? "float32" : "float64";
    const isWide = fitsVectors(plan, nest);
    const looksUp = nest.levels.some(({ computed }) => computed.some((op) => plan.ops[op].kind === "lookup"));
    this.#bytes = bytesPerElement[heap];
    this.#access = new HeapAccess(this.body, heap, isWide || looksUp ? heap : "float64", isWide);
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
    const { offset } = this.#place(sum);
    // Every place is padded to whole vectors.
    this.#count(size * this.#bytes, 16, (counter) => {
      body.get(counter);
      body.get(zero);
      body.store(offset * this.#bytes);
    });
  }

  #innermostLoop(level: Level): void {
    const { body, plan, nest } = this;
    const { vector } = nest;
    const { scalars, vectors, computed, stored, sums } = level;
    if (computed.length + sums.length === 0) return;
    const access = this.#access;
    const values = new Map<number, number>();
    const constants = new Map<number, number>();
    const bases = new Map<string, Base>();
    const valueOf = (op: number): number => {
      const local = values.get(op);
      if (local === undefined) throw new TypeError(`value ${op} is not at hand`);
      return local;
    };
    const constant = (value: number): number => {
      const offset = this.pool.offsetOf(value);
      const local = constants.get(offset) ?? body.local(v128);
      constants.set(offset, local);
      return local;
    };
    const inRegister = sums.filter((sum) => vector !== undefined && !has(plan.ops[sum].axes, vector));
    const registers = new Map(inRegister.map((sum) => [sum, body.local(v128)]));
    const functionNamed = (name: string): number => laneFunctions.findIndex((entry) => entry.name === name);
    const math = new VectorMath(body, access.math, constant, functionNamed, this.hasMultiplyAdd);
    const lookups = new LookupEmitter(math);
    const groups = lookupGroups(plan, computed);
    const shortcuts = shortcutsIn(plan.ops, level);

    const turn = (counter: number | undefined): void => {
      const pushAddress = (op: number): void => {
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
      };
      for (const op of vectors) {
        pushAddress(op);
        access.load(this.#place(op).offset * this.#bytes);
        values.set(op, math.keep());
      }
      for (const op of scalars) values.set(op, values.get(op) ?? body.local(v128));
      for (const op of computed) {
        const entry = plan.ops[op];
        if (entry.kind === "elementwise") values.set(op, math.apply(entry.primitive, entry.inputs.map(valueOf), shortcuts(op)));
        else if (entry.kind === "lookup") {
          const group = groups.find(({ members }) => members[0] === op);
          if (group) lookups.emit(group, group.inputs.map(valueOf)).forEach((local, i) => values.set(group.members[i], local));
        }
      }
      for (const op of stored) {
        pushAddress(op);
        access.store(this.#place(op).offset * this.#bytes, valueOf(op));
      }
      for (const sum of sums) {
        const value = valueOf(plan.ops[sum].inputs[0]);
        const register = registers.get(sum);
        if (register !== undefined) {
          math.push("add", register, value);
          body.set(register);
        } else {
          pushAddress(sum);
          access.load(this.#place(sum).offset * this.#bytes);
          const sofar = math.keep();
          pushAddress(sum);
          access.store(this.#place(sum).offset * this.#bytes, math.do("add", sofar, value));
        }
      }
    };
    const loop = body.aside(() => {
      if (vector === undefined) turn(undefined);
      else this.#count(plan.extents[vector] * this.#bytes, access.step, turn);
    });

    const scalarBases = scalars.map((op) => this.#base(op, bases));
    const sumBases = [...registers].map(([sum]) => this.#base(sum, bases));
    for (const base of bases.values()) this.#writeBase(base);
    scalars.forEach((op, i) => {
      this.#pushBase(scalarBases[i]);
      access.splat(this.#place(op).offset * this.#bytes);
      body.set(valueOf(op));
    });
    for (const [offset, local] of constants) {
      if (access.widens) body.vectorConst(new Uint8Array(Float64Array.of(this.pool.valueAt(offset), this.pool.valueAt(offset)).buffer));
      else {
        body.i32Const(0);
        access.splat(offset * this.#bytes);
      }
      body.set(local);
    }
    for (const register of registers.values()) {
      body.vectorConst(new Array<number>(16).fill(0));
      body.set(register);
    }
    body.insert(loop);
    [...registers].forEach(([sum, register], i) => this.#addToHeap(sum, access.isWide ? laneSum(register, math) : register, sumBases[i], math));
  }

  /** Adds the first lane of a variable to a sum. */
  #addToHeap(sum: number, value: number, base: Base | undefined, math: VectorMath): void {
    const at = this.#place(sum).offset * this.#bytes;
    this.#pushBase(base);
    this.#access.splat(at);
    this.body.get(value);
    this.body.vector(math.opcodes.add);
    const total = math.keep();
    this.#pushBase(base);
    this.#access.storeFirst(at, total);
  }

  #place(op: number): Place {
    const place = this.plan.places.get(op);
    if (place === undefined) throw new TypeError(`value ${op} has no place in the heap`);
    return place;
  }

  /** The variable that holds how far the outer loops have moved an op's place, in bytes; undefined where they do not. */
  #base(op: number, bases: Map<string, Base>): Base | undefined {
    const { strides } = this.#place(op);
    const moving = this.nest.outer.filter((axis) => strides[axis] !== 0 && this.#counters.has(axis));
    if (moving.length === 0) return undefined;
    const terms = moving.map((axis) => ({ counter: this.#counter(axis), stride: strides[axis] * this.#bytes }));
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

/** The sum of a variable's lanes, in all lanes. */
function laneSum(register: number, math: VectorMath): number {
  let total = register;
  for (let distance = math.lanes / 2; distance >= 1; distance /= 2) {
    const moved = math.shuffled(total, total, Array.from({ length: math.lanes }, (_, lane) => (lane + distance) % math.lanes));
    total = math.do("add", total, moved);
  }
  return total;
}
