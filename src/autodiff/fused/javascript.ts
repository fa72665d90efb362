/** A loop nest as the source of a JavaScript function. */
import { has, placeOf, scatterPlaces, sizeAlong, type Kernel, type Level, type Nest, type Plan } from "./plan.js";
import { cosPi, sineOfHalfTurn, sinPi } from "./polynomials.js";
import { shortcutsIn, type HalfTurnShortcuts } from "./half-turns.js";
import { lagrangeCubics } from "../primitives/lagrange.js";
import { lookupGroups, scatterGroup, type LookupGroup } from "./lookups.js";
import type { Data } from "../../ndarray/dtype.js";
import { sizeOf } from "../../ndarray/shape.js";

const axes = ["h", "k", "l"];
const nodes = [0, 1, 2, 3];

type Expression = (...inputs: string[]) => string;

/** Every elementwise primitive as an expression. */
const expressions: ReadonlyMap<string, Expression> = new Map<string, Expression>(
  Object.entries({
    add: (x, y) => `${x} + ${y}`,
    sub: (x, y) => `${x} - ${y}`,
    mul: (x, y) => `${x} * ${y}`,
    div: (x, y) => `${x} / ${y}`,
    neg: (x) => `-${x}`,
    sqrt: (x) => `Math.sqrt(${x})`,
    exp: (x) => `Math.exp(${x})`,
    log: (x) => `Math.log(${x})`,
    sin: (x) => `Math.sin(${x})`,
    cos: (x) => `Math.cos(${x})`,
    sinPi: (x) => `sinPi(${x})`,
    cosPi: (x) => `cosPi(${x})`,
    atan2: (y, x) => `Math.atan2(${y}, ${x})`,
    abs: (x) => `Math.abs(${x})`,
    floor: (x) => `Math.floor(${x})`,
    ceil: (x) => `Math.ceil(${x})`,
    less: (x, y) => `${x} < ${y} ? 1 : 0`,
    equal: (x, y) => `${x} === ${y} ? 1 : 0`,
    min: (x, y) => `${x} < ${y} ? ${x} : ${y}`,
    max: (x, y) => `${x} < ${y} ? ${y} : ${x}`,
    where: (condition, x, y) => `${condition} !== 0 ? ${x} : ${y}`,
  } satisfies Record<string, Expression>),
);

/** @param shortcuts of sin(πx) and cos(πx) */
function expressionOf(primitive: string, shortcuts: HalfTurnShortcuts): Expression {
  if (primitive === "sinPi" && shortcuts.isWithinHalf) return (x) => `sineOfHalfTurn(${x})`;
  if (primitive === "sinPi" && shortcuts.isSignless) return (x) => `sineOfHalfTurn(${x} - Math.round(${x}))`;
  if (primitive === "cosPi" && shortcuts.isWithinHalf) return (x) => `sineOfHalfTurn(0.5 - Math.abs(${x}))`;
  const expression = expressions.get(primitive);
  if (expression === undefined) throw new TypeError(`there is no expression for the primitive "${primitive}"`);
  return expression;
}

/** Whether the surroundings allow to make functions from strings. */
export function allowsJavaScript(): boolean {
  try {
    return typeof new Function("") === "function";
  } catch {
    return false;
  }
}

/**
 * The nest as a function of the heap.
 * @param grids the heap as numbers of the grids' dtype
 */
export function compileJavaScript(plan: Plan, nest: Nest, heap: Data, grids: Data): Kernel {
  const make: unknown = new Function("heap", "grids", "sinPi", "cosPi", "sineOfHalfTurn", sourceOf(plan, nest));
  const kernel: unknown = typeof make === "function" ? make(heap, grids, sinPi, cosPi, sineOfHalfTurn) : undefined;
  if (typeof kernel !== "function") throw new TypeError("a loop nest did not become a function");
  return () => void kernel();
}

function sourceOf(plan: Plan, nest: Nest): string {
  const source = new Source(plan, nest);
  return `"use strict"; return () => {\n${source.text()}};`;
}

class Source {
  readonly #plan: Plan;
  readonly #nest: Nest;
  readonly #lines: string[] = [];

  constructor(plan: Plan, nest: Nest) {
    this.#plan = plan;
    this.#nest = nest;
  }

  text(): string {
    const clear = (offset: number, size: number): number => this.#lines.push(`heap.fill(0, ${offset}, ${offset + size});`);
    for (const { sums, scatters } of this.#nest.levels) {
      for (const sum of sums) clear(placeOf(this.#plan, sum).offset, sizeAlong(this.#plan.padded, this.#plan.ops[sum].axes));
      for (const { offset, shape } of scatterPlaces(this.#plan, scatters)) clear(offset, sizeOf(shape));
    }
    this.#level(0);
    return `${this.#lines.join("\n")}\n`;
  }

  #level(depth: number): void {
    const { outer, levels } = this.#nest;
    this.#vectorLoop(levels[depth]);
    if (depth === outer.length) return;
    const axis = outer[depth];
    this.#lines.push(`for (let i${axis} = 0; i${axis} < ${this.#plan.extents[axis]}; i${axis}++) {`);
    this.#level(depth + 1);
    this.#lines.push("}");
  }

  #vectorLoop(level: Level): void {
    const { scalars, vectors, computed, stored, sums, scatters } = level;
    if (computed.length + sums.length + scatters.length === 0) return;
    const { vector } = this.#nest;
    const lines = this.#lines;
    lines.push("{");
    for (const op of scalars) lines.push(`const v${op} = heap[${this.#at(op)}];`);
    const inRegister = sums.filter((sum) => vector !== undefined && !has(this.#plan.ops[sum].axes, vector));
    for (const sum of inRegister) lines.push(`let s${sum} = 0;`);
    if (vector !== undefined) lines.push(`for (let i${vector} = 0; i${vector} < ${this.#plan.extents[vector]}; i${vector}++) {`);
    for (const op of vectors) lines.push(`const v${op} = heap[${this.#at(op)}];`);
    const groups = lookupGroups(this.#plan, computed);
    const shortcuts = shortcutsIn(this.#plan.ops, level);
    for (const op of computed) {
      const entry = this.#plan.ops[op];
      if (entry.kind === "elementwise") {
        const expression = expressionOf(entry.primitive, shortcuts(op));
        lines.push(`const v${op} = ${expression(...entry.inputs.map((input) => `v${input}`))};`);
      } else if (entry.kind === "lookup") {
        const group = groups.find(({ members }) => members[0] === op);
        if (group) this.#lookup(group);
      }
    }
    for (const op of stored) lines.push(`heap[${this.#at(op)}] = v${op};`);
    for (const sum of sums) {
      const value = `v${this.#plan.ops[sum].inputs[0]}`;
      lines.push(inRegister.includes(sum) ? `s${sum} += ${value};` : `heap[${this.#at(sum)}] += ${value};`);
    }
    for (const scatter of scatters) this.#scatter(scatter);
    if (vector !== undefined) lines.push("}");
    for (const sum of inRegister) lines.push(`heap[${this.#at(sum)}] += s${sum};`);
    lines.push("}");
  }

  /** All lookups at one place: a neighbourhood is read once for the value and its slopes. */
  #lookup(group: LookupGroup): void {
    const { primitive, defaultF, members, orders } = group;
    const isValue = (order: readonly number[]): boolean => order.every((each) => each === 0);
    this.#lines.push(...members.map((member, i) => `let v${member} = ${isValue(orders[i]) ? defaultF : 0};`));
    this.#inGrid(group, (first) => {
      if (primitive === "nearest") return this.#lines.push(`v${members[0]} = grids[${first}];`);
      return this.#contract(group, first);
    });
  }

  /** Adds a number to a grid's points, by their weights. */
  #scatter(id: number): void {
    const op = this.#plan.ops[id];
    if (op.kind !== "scatter") return;
    const group = scatterGroup(this.#plan, id, op);
    const { shape } = group.grid;
    const value = `v${op.inputs[3]}`;
    this.#inGrid(group, (first) => {
      if (group.primitive === "nearest") return this.#lines.push(`heap[${first}] += ${value};`);
      this.#weights(group, first);
      const [[h, k, l]] = group.orders;
      for (const i of nodes) {
        for (const j of nodes) {
          this.#lines.push(`{ const w = ${value} * h${h}_${i} * k${k}_${j};`);
          for (const m of nodes) this.#lines.push(`heap[n + ${i * shape[1] * shape[2] + j * shape[2] + m}] += w * l${l}_${m};`);
          this.#lines.push("}");
        }
      }
      return undefined;
    });
  }

  /**
   * Lines for places that the grid holds with their neighbourhood.
   * @param write takes where the first point stands
   */
  #inGrid({ primitive, inputs, grid: { shape, offset }, min, members }: LookupGroup, write: (first: string) => unknown): void {
    const isTricubic = primitive === "tricubic";
    const name = `g${members[0]}`;
    const before = isTricubic ? 1 : 0;
    const node = (x: string): string => (isTricubic ? `Math.floor(${x})` : `Math.ceil(${x} - 0.5)`);
    axes.forEach((axis, i) => this.#lines.push(`const ${name}${axis} = ${node(`v${inputs[i]}`)} - (${min[i] + before});`));
    const last = shape.map((extent) => extent - (isTricubic ? 4 : 1));
    this.#lines.push(`if (${axes.map((axis, i) => `${name}${axis} >= 0 && ${name}${axis} <= ${last[i]}`).join(" && ")}) {`);
    write(`${offset} + ${name}h * ${shape[1] * shape[2]} + ${name}k * ${shape[2]} + ${name}l`);
    this.#lines.push("}");
  }

  /** The place of a neighbourhood's first point, and the weights of its nodes along each axis. */
  #weights({ inputs, orders }: LookupGroup, first: string): void {
    this.#lines.push(`const n = ${first};`);
    axes.forEach((axis, i) => {
      this.#lines.push(`const t${axis} = v${inputs[i]} - Math.floor(v${inputs[i]});`);
      for (const order of new Set(orders.map((each) => each[i]))) {
        lagrangeCubics(order).forEach((cubic, at) => this.#lines.push(`const ${axis}${order}_${at} = ${horner(cubic, `t${axis}`)};`));
      }
    });
  }

  #contract(group: LookupGroup, first: string): void {
    const { grid: { shape }, members, orders } = group;
    const lines = this.#lines;
    this.#weights(group, first);
    const orderL = [...new Set(orders.map(([, , l]) => l))];
    const orderKL = unique(orders.map(([, k, l]) => [k, l]));
    for (const l of orderL) {
      for (const i of nodes) {
        for (const j of nodes) {
          const row = i * shape[1] * shape[2] + j * shape[2];
          lines.push(`const r${l}_${i}${j} = ${nodes.map((m) => `l${l}_${m} * grids[n + ${row + m}]`).join(" + ")};`);
        }
      }
    }
    for (const [k, l] of orderKL) {
      for (const i of nodes) lines.push(`const p${k}${l}_${i} = ${nodes.map((j) => `k${k}_${j} * r${l}_${i}${j}`).join(" + ")};`);
    }
    orders.forEach(([h, k, l], member) => {
      lines.push(`v${members[member]} = ${nodes.map((i) => `h${h}_${i} * p${k}${l}_${i}`).join(" + ")};`);
    });
  }

  #at(op: number): string {
    const { offset, strides } = placeOf(this.#plan, op);
    const loops = [...this.#nest.outer, ...(this.#nest.vector === undefined ? [] : [this.#nest.vector])];
    return [String(offset), ...loops.filter((axis) => strides[axis] !== 0).map((axis) => `i${axis} * ${strides[axis]}`)].join(" + ");
  }
}

function horner(coefficients: readonly number[], x: string): string {
  return [...coefficients].reverse().reduce((inner, coefficient) => (inner === "" ? `(${coefficient})` : `(${inner} * ${x} + ${coefficient})`), "");
}

function unique(pairs: readonly (readonly number[])[]): number[][] {
  return [...new Set(pairs.map((pair) => pair.join()))].map((pair) => pair.split(",").map(Number));
}
