/**
 * How a program becomes loops. Everything that is made number by number runs in loop nests; a sum ends a nest, and what depends on
 * it comes in a later pass. Within a nest each value stands at the level of the loops that it varies along, as the strides of 0
 * tell, and is computed again in a later pass rather than stored; but lookups and sines are kept where there is room. What is neither
 * elementwise, a sum nor a lookup is left to the interpreter's kernel.
 */
import type { DType } from "../../ndarray/dtype.js";
import { broadcastShapes, sizeOf, type Shape } from "../../ndarray/shape.js";
import { primitiveNamed } from "../primitives/registry.js";
import type { Node, Program, Typed } from "../tape.js";
import { HeapLayout, wholeVectors } from "./heap-layout.js";
import { has, isSink, sizeAlong, type Axes, type Level, type Nest, type Op, type Place, type Plan, type Stage } from "./plan.js";

/** Numbers of full size that may be kept from one pass to the next: more would take too much memory, and leave many a processor's cache. */
const mostKept = 2 ** 19;

/** Which loop nest of a pass. */
interface NestKey {
  readonly pass: number;
  /**
   * "vector": whatever varies along the vector axis; "apart": sums that the loops of that one would repeat, and that run after it;
   * "small": what does not vary along the vector axis
   */
  readonly nest: "small" | "vector" | "apart";
  /** of its loops; 0 for the vector nest, which has those of all its ops */
  readonly axes: Axes;
}

const countOf = (axes: Axes): number => (axes === 0 ? 0 : (axes & 1) + countOf(axes >> 1));

export function planLoops(program: Program): Plan {
  return new Planner(program).plan();
}

class Planner {
  readonly #program: Program;
  readonly #extents: Shape;
  readonly #dtype: DType;
  readonly #vector: number;
  readonly #ops: Op[] = [];
  readonly #opOf = new Map<number, number>();
  /** of nodes that the interpreter runs, the pass */
  readonly #interpreted = new Map<number, number>();
  /** of nodes that add to a grid, the op */
  readonly #scattered = new Map<number, number>();
  readonly #constants = new Map<number, number>();
  readonly #places = new Map<number, Place>();
  readonly #layout: HeapLayout;
  readonly #axesOfPass: Axes[] = [];
  readonly #nestKeys = new Map<string, NestKey>();
  /** of ops, once all are known */
  readonly #nests: NestKey[] = [];
  #room: number | undefined;

  constructor(program: Program) {
    this.#program = program;
    const { shape, dtype } = largestLoop(program);
    this.#extents = shape;
    this.#dtype = dtype;
    this.#vector = vectorAxis(this.#extents);
    this.#layout = new HeapLayout(this.#extents, this.#vector, this.#dtype);
  }

  plan(): Plan {
    this.#program.nodes.forEach((node, id) => this.#addNode(node, id));
    const stored = this.#storedOps();
    for (const op of stored) this.#places.set(op, this.#layout.reserve(this.#ops[op].axes));
    const stages = this.#stages(stored);
    return {
      dtype: this.#dtype,
      extents: this.#extents,
      padded: this.#layout.padded,
      ops: this.#ops,
      stages,
      places: this.#places,
      grids: this.#layout.grids,
      scatters: this.#layout.scatters,
      opOf: this.#opOf,
      heapSize: this.#layout.size,
    };
  }

  #addNode(node: Node, id: number): void {
    const { primitive, inputs } = node;
    if (primitive === "constant") {
      if (node.dtype === this.#dtype) this.#opOf.set(id, this.#constant(Number(node.attributes.value)));
    } else if (inputs.length === 0) {
      if (node.dtype === this.#dtype && this.#fits(node.shape)) this.#opOf.set(id, this.#add({ kind: "array", node: id, inputs: [], axes: this.#axesOf(node.shape), pass: 0 }));
    } else if (!this.#addFused(node, id)) this.#interpret(node, id);
  }

  /** Whether the node could become part of a loop nest. */
  #addFused(node: Node, id: number): boolean {
    const { primitive, attributes, shape } = node;
    if (node.dtype !== this.#dtype) return false;
    if (primitive === "nearestScatter") return this.#addScatter(node, id, "nearest");
    if (primitive === "tricubicScatter") return this.#addScatter(node, id, "tricubic");
    if (!this.#fits(shape)) return false;
    const isLookup = primitive === "nearest" || primitive === "tricubic";
    const inputs = (isLookup ? node.inputs.slice(0, 3) : node.inputs).map((input) => this.#opOf.get(input));
    if (!inputs.every((input) => input !== undefined)) return false;
    const from = this.#program.nodes[node.inputs[0]];
    const axes = inputs.reduce((all, input) => all | this.#ops[input].axes, 0);
    const pass = Math.max(...inputs.map((input) => this.#passAfter(input)));
    if (isLookup) {
      const grid = node.inputs[3];
      if (this.#program.nodes[grid].inputs.length > 0) return false;
      this.#layout.reserveGrid(grid, this.#program.nodes[grid].shape);
      this.#opOf.set(id, this.#add({ kind: "lookup", primitive, grid, attributes, inputs, axes, pass }));
    } else if (primitive === "broadcast" || primitive === "alias" || (primitive === "reshape" && isSameAligned(from.shape, shape))) {
      this.#opOf.set(id, inputs[0]);
    } else if (primitive === "sum" && Array.isArray(attributes.axes)) {
      this.#opOf.set(id, this.#addSum(inputs[0], from.shape, attributes.axes));
    } else if (primitiveNamed(primitive).kernel.kind === "elementwise") {
      this.#opOf.set(id, this.#add({ kind: "elementwise", primitive, inputs, axes, pass }));
    } else return false;
    return true;
  }

  /** Numbers that do not vary along an axis are added as often as it is long. */
  #addScatter({ inputs, attributes, shape }: Node, id: number, primitive: "nearest" | "tricubic"): boolean {
    const looked = lookedShape(inputs.map((input) => this.#program.nodes[input]));
    const ops = inputs.map((input) => this.#opOf.get(input));
    if (!this.#fits(looked) || !ops.every((op) => op !== undefined)) return false;
    const axes = ops.reduce((all, op) => all | this.#ops[op].axes, 0);
    const repeats = sizeAlong(this.#extents, this.#axesOf(looked) & ~axes);
    const [h, k, l, source] = ops;
    const from = [h, k, l, this.#scaled(source, repeats)];
    this.#layout.reserveScatter(id, shape);
    const pass = Math.max(...from.map((op) => this.#passAfter(op)));
    this.#scattered.set(id, this.#add({ kind: "scatter", primitive, node: id, attributes, inputs: from, axes, pass }));
    return true;
  }

  #scaled(op: number, factor: number): number {
    if (factor === 1) return op;
    return this.#add({ kind: "elementwise", primitive: "mul", inputs: [op, this.#constant(factor)], axes: this.#ops[op].axes, pass: this.#passAfter(op) });
  }

  /** Along an axis that the input does not vary along, a sum is a product with the extent. */
  #addSum(input: number, shape: Shape, summed: readonly number[]): number {
    const rank = this.#extents.length;
    let over = 0;
    let repeats = 1;
    for (const axis of summed) {
      const aligned = axis + rank - shape.length;
      if (has(this.#ops[input].axes, aligned)) over |= 1 << aligned;
      else repeats *= shape[axis];
    }
    const { axes } = this.#ops[input];
    const scaled = this.#scaled(input, repeats);
    if (over === 0) return scaled;
    return this.#add({ kind: "sum", inputs: [scaled], axes: axes & ~over, pass: this.#passAfter(scaled) });
  }

  #interpret(node: Node, id: number): void {
    const before = node.inputs.map((input) => {
      const op = this.#opOf.get(input);
      const scatter = this.#scattered.get(input);
      if (scatter !== undefined) return this.#passAfter(scatter);
      if (op === undefined) return this.#interpreted.get(input) ?? 0;
      return this.#isComputed(op) ? this.#ops[op].pass + 1 : this.#passAfter(op);
    });
    const pass = Math.max(...before);
    this.#interpreted.set(id, pass);
    if (node.dtype === this.#dtype && this.#fits(node.shape)) {
      this.#opOf.set(id, this.#add({ kind: "array", node: id, inputs: [], axes: this.#axesOf(node.shape), pass: pass + 1 }));
    }
  }

  #add(op: Op): number {
    return this.#ops.push(op) - 1;
  }

  #constant(value: number): number {
    const known = this.#constants.get(value);
    if (known !== undefined && value !== 0) return known;
    const op = this.#add({ kind: "constant", value, inputs: [], axes: 0, pass: 0 });
    this.#constants.set(value, op);
    return op;
  }

  #passAfter(op: number): number {
    return this.#ops[op].pass + (isSink(this.#ops[op]) ? 1 : 0);
  }

  #fits(shape: Shape): boolean {
    const added = this.#extents.length - shape.length;
    return shape.every((extent, axis) => extent === 1 || (axis + added >= 0 && extent === this.#extents[axis + added]));
  }

  #axesOf(shape: Shape): Axes {
    const added = this.#extents.length - shape.length;
    return shape.reduce((axes, extent, axis) => (extent === 1 ? axes : axes | (1 << (axis + added))), 0);
  }

  /** The nest that computes an op; the same object for all of its ops. */
  #nestOf(op: number): NestKey {
    return (this.#nests[op] ??= this.#findNest(op));
  }

  #findNest(op: number): NestKey {
    const { pass } = this.#ops[op];
    const axes = this.#axesIn(op);
    if (!has(axes, this.#vector)) return this.#shared({ pass, nest: "small", axes });
    const isApart = isSink(this.#ops[op]) && !this.#isOutermost(axes, pass);
    return this.#shared(isApart ? { pass, nest: "apart", axes } : { pass, nest: "vector", axes: 0 });
  }

  #shared(key: NestKey): NestKey {
    const name = `${key.pass} ${key.nest} ${key.axes}`;
    const known = this.#nestKeys.get(name) ?? key;
    this.#nestKeys.set(name, known);
    return known;
  }

  /** Whether no loop of the vector nest that a sum does not take part in, and would be repeated by, stands outside of its own. */
  #isOutermost(axes: Axes, pass: number): boolean {
    this.#axesOfPass[pass] ??= this.#ops.reduce((all, op, id) => {
      const here = this.#axesIn(id);
      return op.pass === pass && has(here, this.#vector) ? all | here : all;
    }, 0);
    const others = this.#axesOfPass[pass] & ~axes;
    return others === 0 || (axes & ~(1 << this.#vector)) < (others & -others);
  }

  #isComputed(op: number): boolean {
    const { kind } = this.#ops[op];
    return kind === "elementwise" || kind === "lookup";
  }

  /** Whether an op varies along the vector axis and more: too large to be kept from one pass to the next without need. */
  #isFull(op: number): boolean {
    const { axes } = this.#ops[op];
    return this.#isComputed(op) && has(axes, this.#vector) && countOf(axes) > 1;
  }

  /** Whether a nest computes a full-size op of an earlier pass once more. */
  #isRepeated(op: number): boolean {
    return this.#isFull(op) && !(isCostly(this.#ops[op]) && this.#keepsCostly());
  }

  /** Whether there is room to keep what is costly, of full size, until a later pass. */
  #keepsCostly(): boolean {
    this.#room ??= mostKept - this.#ops.reduce((sum, op, id) => (isCostly(op) && this.#isFull(id) ? sum + sizeAlong(this.#extents, op.axes) : sum), 0);
    return this.#room >= 0;
  }

  /** Ops whose numbers are kept for another nest, the interpreter or the caller. */
  #storedOps(): Set<number> {
    const stored = new Set<number>();
    const ops = this.#ops;
    const keep = (node: number): void => {
      const op = this.#opOf.get(node);
      if (op !== undefined) stored.add(op);
    };
    this.#program.outputs.forEach(keep);
    for (const node of this.#interpreted.keys()) this.#program.nodes[node].inputs.forEach(keep);
    ops.forEach(({ kind }, op) => {
      if (kind === "sum" || kind === "array" || kind === "constant") stored.add(op);
    });
    // Later passes first: what they repeat may need more of earlier ones.
    const nests = new Map<NestKey, Set<number>>();
    const demand = (op: number, nest: NestKey): void => {
      for (const input of ops[op].inputs) {
        if (!this.#isComputed(input) || this.#nestOf(input) === nest) continue;
        if (!this.#isRepeated(input)) stored.add(input);
        else if (!stored.has(input)) {
          const seen = nests.get(nest) ?? new Set<number>();
          nests.set(nest, seen);
          if (seen.has(input)) continue;
          seen.add(input);
          demand(input, nest);
        }
      }
    };
    for (let op = ops.length - 1; op >= 0; op--) if (this.#isComputed(op) || isSink(ops[op])) demand(op, this.#nestOf(op));
    return stored;
  }

  #stages(stored: ReadonlySet<number>): Stage[] {
    const byPass = new Map<number, Map<NestKey, Set<number>>>();
    this.#ops.forEach((op, id) => {
      if (!isSink(op) && !(this.#isComputed(id) && stored.has(id))) return;
      const nests = byPass.get(op.pass) ?? new Map<NestKey, Set<number>>();
      byPass.set(op.pass, nests);
      const nest = this.#nestOf(id);
      const members = nests.get(nest) ?? new Set<number>();
      nests.set(nest, members);
      this.#collect(id, nest, members, stored);
    });
    const last = Math.max(0, ...byPass.keys(), ...this.#interpreted.values());
    const stages: Stage[] = [];
    for (let pass = 0; pass <= last; pass++) {
      const nests = [...(byPass.get(pass) ?? [])].sort(([a], [b]) => this.#rank(a) - this.#rank(b));
      stages.push(...nests.map(([, members]) => this.#nest([...members].sort((a, b) => a - b))));
      for (const [node, at] of this.#interpreted) if (at === pass) stages.push({ node });
    }
    return stages;
  }

  /** Nests of a pass run in this order: what has fewer axes may be needed by what has more. */
  #rank({ nest, axes }: NestKey): number {
    if (nest === "small") return countOf(axes);
    return this.#extents.length + (nest === "vector" ? 1 : 2);
  }

  /** An op and whatever has to be computed in the same nest for it. */
  #collect(op: number, nest: NestKey, members: Set<number>, stored: ReadonlySet<number>): void {
    if (members.has(op)) return;
    members.add(op);
    for (const input of this.#ops[op].inputs) {
      const here = this.#nestOf(input) === nest;
      if (this.#isComputed(input) && (here || (this.#isRepeated(input) && !stored.has(input)))) this.#collect(input, nest, members, stored);
    }
  }

  /** The axes of the loops in which an op is computed. */
  #axesIn(op: number): Axes {
    const { kind, axes, inputs } = this.#ops[op];
    return kind === "sum" ? this.#ops[inputs[0]].axes : axes;
  }

  #nest(members: readonly number[]): Nest {
    const ops = this.#ops;
    const all = members.reduce((axes, op) => axes | this.#axesIn(op), 0);
    const axes = this.#extents.map((_, axis) => axis).filter((axis) => has(all, axis));
    const vector = has(all, this.#vector) ? this.#vector : axes[axes.length - 1];
    const outer = axes.filter((axis) => axis !== vector);
    const depths = new Map(members.map((op) => [op, outer.reduce((deepest, axis, i) => (has(this.#axesIn(op), axis) ? i + 1 : deepest), 0)]));
    const deepestUse = new Map<number, number>();
    for (const [op, depth] of depths) for (const input of ops[op].inputs) deepestUse.set(input, Math.max(depth, deepestUse.get(input) ?? 0));
    const levels = [undefined, ...outer].map((_, level): Level => {
      const here = members.filter((op) => depths.get(op) === level);
      const computed = here.filter((op) => !isSink(ops[op]));
      for (const op of computed) {
        const isUsedDeeper = (deepestUse.get(op) ?? 0) > level;
        if (isUsedDeeper && !this.#places.has(op)) this.#places.set(op, this.#layout.reserve(ops[op].axes & (1 << this.#vector)));
      }
      const computedHere = new Set(computed);
      const read = [...new Set(here.flatMap((op) => ops[op].inputs))].filter((op) => !computedHere.has(op));
      const isVector = (op: number): boolean => vector !== undefined && has(ops[op].axes, vector);
      return {
        scalars: read.filter((op) => !isVector(op)),
        vectors: read.filter(isVector),
        computed,
        stored: computed.filter((op) => this.#places.has(op)),
        sums: here.filter((op) => ops[op].kind === "sum"),
        scatters: here.filter((op) => ops[op].kind === "scatter"),
      };
    });
    return { outer, vector, levels };
  }
}

const costly: ReadonlySet<string> = new Set(["sinPi", "cosPi", "sin", "cos", "exp", "log", "atan2"]);

function isCostly(op: Op): boolean {
  return op.kind === "lookup" || (op.kind === "elementwise" && costly.has(op.primitive));
}

/** Shape and dtype of most of the loops. */
function largestLoop({ nodes }: Program): Typed {
  const loops = nodes
    .filter((node) => node.dtype !== "int32" && isLoop(node))
    .map((node): Typed => (isScatter(node) ? { shape: lookedShape(node.inputs.map((input) => nodes[input])), dtype: node.dtype } : node))
    .filter(({ shape }) => sizeOf(shape) > 0);
  const none: Typed = { shape: [], dtype: nodes.find(({ dtype }) => dtype !== "int32")?.dtype ?? "float64" };
  return loops.reduce<Typed>((largest, node) => (sizeOf(node.shape) > sizeOf(largest.shape) || largest === none ? node : largest), none);
}

function isLoop(node: Node): boolean {
  const { primitive, inputs } = node;
  if (inputs.length === 0) return false;
  return primitive === "nearest" || primitive === "tricubic" || isScatter(node) || primitiveNamed(primitive).kernel.kind === "elementwise";
}

function isScatter({ primitive }: Node): boolean {
  return primitive === "nearestScatter" || primitive === "tricubicScatter";
}

/** The shape of the lookups whose grid a scatter adds to, from its inputs. */
function lookedShape([h, k, l]: readonly Typed[]): Shape {
  return broadcastShapes(h.shape, k.shape, l.shape);
}

/** The longest axis that is a whole number of vectors, and of more than a few; the longest of all if there is none. */
function vectorAxis(extents: Shape): number {
  const whole = extents.filter((extent) => extent % wholeVectors === 0 && extent >= 16);
  return Math.max(0, extents.indexOf(Math.max(...(whole.length > 0 ? whole : extents))));
}

/** Whether two shapes differ in leading extents of 1 only. */
function isSameAligned(a: Shape, b: Shape): boolean {
  const stripped = (shape: Shape): string => shape.slice(shape.findIndex((extent) => extent !== 1)).join();
  const size = sizeOf(a);
  return size === 1 || stripped(a) === stripped(b);
}
