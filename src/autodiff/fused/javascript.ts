/** A loop nest as the source of a JavaScript function. */
import { has, sizeAlong, type Kernel, type Level, type Nest, type Place, type Plan } from "./plan.js";
import { cosPi, sineOfHalfTurn, sinPi } from "./polynomials.js";
import { shortcutsIn, type HalfTurnShortcuts } from "./half-turns.js";
import { lagrangeCubics } from "../primitives/lagrange.js";
import { lookupGroups, type LookupGroup } from "./lookups.js";
import type { Data } from "../../ndarray/dtype.js";

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
function expressionOf(primitive: string, { isWithinHalf, isSignless }: HalfTurnShortcuts): Expression {
  if (primitive === "sinPi" && isWithinHalf) return (x) => `sineOfHalfTurn(${x})`;
  if (primitive === "sinPi" && isSignless) return (x) => `sineOfHalfTurn(${x} - Math.round(${x}))`;
  if (primitive === "cosPi" && isWithinHalf) return (x) => `sineOfHalfTurn(0.5 - Math.abs(${x}))`;
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
    for (const { sums } of this.#nest.levels) {
      for (const sum of sums) {
        const { offset } = this.#place(sum);
        this.#lines.push(`heap.fill(0, ${offset}, ${offset + sizeAlong(this.#plan.padded, this.#plan.ops[sum].axes)});`);
      }
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
    const { scalars, vectors, computed, stored, sums } = level;
    if (computed.length + sums.length === 0) return;
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
    if (vector !== undefined) lines.push("}");
    for (const sum of inRegister) lines.push(`heap[${this.#at(sum)}] += s${sum};`);
    lines.push("}");
  }

  /** All lookups at one place: a neighbourhood is read once for the value and its slopes. */
  #lookup({ primitive, inputs, grid: { shape, offset }, min, defaultF, members, orders }: LookupGroup): void {
    const lines = this.#lines;
    const [strideH, strideK] = [shape[1] * shape[2], shape[2]];
    const name = `g${members[0]}`;
    const axes = ["h", "k", "l"];
    const node = (x: string): string => (primitive === "nearest" ? `Math.ceil(${x} - 0.5)` : `Math.floor(${x})`);
    const places = axes.map((axis, i) => `const ${name}${axis} = ${node(`v${inputs[i]}`)} - (${min[i]});`);
    if (primitive === "nearest") {
      const inside = axes.map((axis, i) => `${name}${axis} >= 0 && ${name}${axis} < ${shape[i]}`).join(" && ");
      const at = `${offset} + ${name}h * ${strideH} + ${name}k * ${strideK} + ${name}l`;
      lines.push(...places, `const v${members[0]} = ${inside} ? grids[${at}] : ${defaultF};`);
      return;
    }
    lines.push(...members.map((member, i) => `let v${member} = ${orders[i].every((order) => order === 0) ? defaultF : 0};`), ...places);
    lines.push(`if (${axes.map((axis, i) => `${name}${axis} >= 1 && ${name}${axis} < ${shape[i] - 2}`).join(" && ")}) {`);
    lines.push(`const n = ${offset} + (${name}h - 1) * ${strideH} + (${name}k - 1) * ${strideK} + ${name}l - 1;`);
    axes.forEach((axis, i) => {
      lines.push(`const t${axis} = v${inputs[i]} - Math.floor(v${inputs[i]});`);
      for (const order of new Set(orders.map((each) => each[i]))) {
        lagrangeCubics(order).forEach((cubic, node) => lines.push(`const ${axis}${order}_${node} = ${horner(cubic, `t${axis}`)};`));
      }
    });
    const nodes = [0, 1, 2, 3];
    const orderL = [...new Set(orders.map(([, , l]) => l))];
    const orderKL = unique(orders.map(([, k, l]) => [k, l]));
    for (const l of orderL) {
      for (const i of nodes) {
        for (const j of nodes) {
          const row = i * strideH + j * strideK;
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
    lines.push("}");
  }

  #place(op: number): Place {
    const place = this.#plan.places.get(op);
    if (place === undefined) throw new TypeError(`value ${op} has no place in the heap`);
    return place;
  }

  #at(op: number): string {
    const { offset, strides } = this.#place(op);
    const axes = [...this.#nest.outer, ...(this.#nest.vector === undefined ? [] : [this.#nest.vector])];
    return [String(offset), ...axes.filter((axis) => strides[axis] !== 0).map((axis) => `i${axis} * ${strides[axis]}`)].join(" + ");
  }
}

function horner(coefficients: readonly number[], x: string): string {
  return [...coefficients].reverse().reduce((inner, coefficient) => (inner === "" ? `(${coefficient})` : `(${inner} * ${x} + ${coefficient})`), "");
}

function unique(pairs: readonly (readonly number[])[]): number[][] {
  return [...new Set(pairs.map((pair) => pair.join()))].map((pair) => pair.split(",").map(Number));
}
