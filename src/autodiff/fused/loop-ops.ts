/**
 * What the nodes of a program are to its loops. Whatever is made number by number, along axes of the loops, is an op, and so are sums of
 * such numbers and lookups at them, with their transposes. What is neither is left to the interpreter's kernel.
 */
import type { DType } from "../../ndarray/dtype.js";
import { broadcastShapes, sizeOf, type Shape } from "../../ndarray/shape.js";
import { primitiveNamed } from "../primitives/registry.js";
import type { Node, Program, Typed } from "../tape.js";
import { HeapLayout, isWholeVectors, wholeVectors, type Beside } from "./heap-layout.js";
import { has, isComputed, isSink, sizeAlong, type Axes, type Op, type LoopMask } from "./plan.js";
import { isZero, vanishes } from "./vanishing.js";

export class LoopOps {
  /** of the loops, slowest axis of the program first */
  readonly extents: Shape;
  readonly dtype: DType;
  /** the axis along which vectors run */
  readonly vector: number;
  readonly ops: Op[] = [];
  /** the op that holds a node's numbers */
  readonly opOf = new Map<number, number>();
  /** of nodes that the interpreter runs, the pass */
  readonly interpreted = new Map<number, number>();
  /** with room for the grids of lookups and scatters */
  readonly layout: HeapLayout;
  readonly #program: Program;
  /** of nodes that add to a grid, the op */
  readonly #scattered = new Map<number, number>();
  readonly #constants = new Map<number, number>();
  /** the one that loops obey */
  mask: LoopMask | undefined;
  /** ops to compute that are 0 outside of it: only sums, and what vanishes likewise, read them */
  readonly vanishing = new Set<number>();
  /** of vanishing ops, the same with the zeros in the heap */
  readonly #withZeros = new Map<number, number>();

  constructor(program: Program, beside?: Beside) {
    this.#program = program;
    const { shape, dtype } = largestLoop(program);
    this.extents = shape;
    this.dtype = dtype;
    this.vector = maskedAxis(program, shape) ?? vectorAxis(shape);
    this.layout = new HeapLayout(shape, this.vector, dtype, beside);
    program.nodes.forEach((node, id) => this.#addNode(node, id));
    for (const output of program.outputs) this.#keepZeros(output);
  }

  #addNode(node: Node, id: number): void {
    const { primitive, inputs } = node;
    if (primitive === "constant") {
      if (node.dtype === this.dtype) this.opOf.set(id, this.#constant(roundedTo(this.dtype, Number(node.attributes.value))));
    } else if (inputs.length === 0) {
      if (node.dtype === this.dtype && this.#fits(node.shape)) this.opOf.set(id, this.#add({ kind: "array", node: id, inputs: [], axes: this.#axesOf(node.shape), pass: 0 }));
    } else if (!this.#addFused(node, id)) this.#interpret(node, id);
  }

  /** Whether the node could become part of a loop nest. */
  #addFused(node: Node, id: number): boolean {
    const { primitive, attributes, shape } = node;
    if (node.dtype !== this.dtype) return false;
    if (primitive === "nearestScatter") return this.#addScatter(node, id, "nearest");
    if (primitive === "tricubicScatter") return this.#addScatter(node, id, "tricubic");
    if (!this.#fits(shape)) return false;
    if (primitive === "masked") return this.#addMasked(node, id);
    const isLookup = primitive === "nearest" || primitive === "tricubic";
    const inputs: number[] = [];
    for (const input of isLookup ? node.inputs.slice(0, 3) : node.inputs) {
      const op = this.opOf.get(input);
      if (op === undefined) return false;
      inputs.push(isLookup ? this.#zeroed(op) : op);
    }
    const from = this.#program.nodes[node.inputs[0]];
    if (isLookup) {
      const grid = node.inputs[3];
      if (this.#program.nodes[grid].inputs.length > 0) return false;
      this.layout.reserveGrid(grid, this.#program.nodes[grid].shape);
      this.opOf.set(id, this.#add({ kind: "lookup", primitive, grid, attributes, inputs, axes: this.#axesOfAll(inputs), pass: this.#passOf(inputs) }));
    } else if (primitive === "broadcast" || isIdentity(primitive) || (primitive === "reshape" && isSameAligned(from.shape, shape))) {
      this.opOf.set(id, inputs[0]);
    } else if (primitive === "sum" && Array.isArray(attributes.axes)) {
      this.opOf.set(id, this.#addSum(inputs[0], from.shape, attributes.axes));
    } else if (primitiveNamed(primitive).kernel.kind === "elementwise") {
      this.opOf.set(id, this.#elementwise(primitive, inputs));
    } else return false;
    return true;
  }

  /** Whatever is not 0 where its inputs are reads their zeros from the heap. */
  #elementwise(primitive: string, inputs: readonly number[]): number {
    const isZeroAt = (input: number): boolean => this.vanishing.has(input) || isZero(this.ops[input]);
    const readsVanishing = this.vanishing.size > 0 && inputs.some((input) => this.vanishing.has(input));
    const isVanishing = readsVanishing && vanishes(primitive, inputs, isZeroAt);
    const read = readsVanishing && !isVanishing ? inputs.map((input) => this.#zeroed(input)) : inputs;
    const op = this.#add({ kind: "elementwise", primitive, inputs: read, axes: this.#axesOfAll(read), pass: this.#passOf(read) });
    if (isVanishing) this.vanishing.add(op);
    return op;
  }

  /** An op, with its zeros where it has some that are not computed. */
  #zeroed(op: number): number {
    if (!this.vanishing.has(op)) return op;
    const known = this.#withZeros.get(op) ?? this.#add({ kind: "sum", inputs: [op], axes: this.ops[op].axes, pass: this.ops[op].pass });
    this.#withZeros.set(op, known);
    return known;
  }

  /** Lets others than loops see a node's zeros. */
  #keepZeros(node: number): void {
    const op = this.opOf.get(node);
    if (op !== undefined) this.opOf.set(node, this.#zeroed(op));
  }

  #addMasked({ inputs: [input, node], attributes, shape }: Node, id: number): boolean {
    const x = this.opOf.get(input);
    const { primitive, shape: ofMask } = this.#program.nodes[node];
    const unit = Number(attributes.unit);
    if (x === undefined || primitive === "constant" || this.#program.nodes[node].inputs.length > 0) return false;
    if (this.mask && (this.mask.node !== node || this.mask.unit !== unit)) return false;
    const first = this.extents.length - shape.length;
    if (first !== this.vector || shape[0] !== this.extents[first] || !isWholeVectors(unit)) return false;
    if (!this.mask) {
      const strides = this.extents.map((_, axis) => (axis <= first || this.extents[axis] === 1 ? 0 : sizeOf(ofMask.slice(axis - first))));
      this.layout.reserveGrid(node, ofMask);
      this.mask = { node, strides, axes: this.#axesOf(shape) & ~(1 << this.vector), groups: ofMask[ofMask.length - 1], unit };
    }
    const axes = this.ops[x].axes | this.#axesOf(shape);
    const op = this.#add({ kind: "masked", inputs: [x], axes, pass: this.#passAfter(x) });
    this.vanishing.add(op);
    this.opOf.set(id, op);
    return true;
  }

  /** Numbers that do not vary along an axis are added as often as it is long. */
  #addScatter({ inputs, attributes, shape }: Node, id: number, primitive: "nearest" | "tricubic"): boolean {
    const looked = lookedShape(inputs.map((input) => this.#program.nodes[input]));
    const ops = inputs.map((input) => this.opOf.get(input));
    if (!this.#fits(looked) || !ops.every((op) => op !== undefined)) return false;
    const axes = this.#axesOfAll(ops);
    const repeats = sizeAlong(this.extents, this.#axesOf(looked) & ~axes);
    const [h, k, l] = ops.slice(0, 3).map((op) => this.#zeroed(op));
    const source = ops[3];
    const from = [h, k, l, this.#scaled(source, repeats)];
    this.layout.reserveScatter(id, shape);
    this.#scattered.set(id, this.#add({ kind: "scatter", primitive, node: id, attributes, inputs: from, axes, pass: this.#passOf(from) }));
    return true;
  }

  #scaled(op: number, factor: number): number {
    if (factor === 1) return op;
    return this.#elementwise("mul", [op, this.#constant(factor)]);
  }

  /** Along an axis that the input does not vary along, a sum is a product with the extent. */
  #addSum(input: number, shape: Shape, summed: readonly number[]): number {
    const rank = this.extents.length;
    let over = 0;
    let repeats = 1;
    for (const axis of summed) {
      const aligned = axis + rank - shape.length;
      if (has(this.ops[input].axes, aligned)) over |= 1 << aligned;
      else repeats *= shape[axis];
    }
    const { axes } = this.ops[input];
    const scaled = this.#scaled(input, repeats);
    if (over === 0) return scaled;
    return this.#add({ kind: "sum", inputs: [scaled], axes: axes & ~over, pass: this.#passAfter(scaled) });
  }

  #interpret(node: Node, id: number): void {
    node.inputs.forEach((input) => this.#keepZeros(input));
    const before = node.inputs.map((input) => {
      const op = this.opOf.get(input);
      const scatter = this.#scattered.get(input);
      if (scatter !== undefined) return this.#passAfter(scatter);
      if (op === undefined) return this.interpreted.get(input) ?? 0;
      return isComputed(this.ops[op]) ? this.ops[op].pass + 1 : this.#passAfter(op);
    });
    const pass = Math.max(...before);
    this.interpreted.set(id, pass);
    if (node.dtype === this.dtype && this.#fits(node.shape)) {
      this.opOf.set(id, this.#add({ kind: "array", node: id, inputs: [], axes: this.#axesOf(node.shape), pass: pass + 1 }));
    }
  }

  #add(op: Op): number {
    return this.ops.push(op) - 1;
  }

  #constant(value: number): number {
    const known = this.#constants.get(value);
    if (known !== undefined && value !== 0) return known;
    const op = this.#add({ kind: "constant", value, inputs: [], axes: 0, pass: 0 });
    this.#constants.set(value, op);
    return op;
  }

  /** The axes along which one of some ops varies. */
  #axesOfAll(ops: readonly number[]): Axes {
    let axes = 0;
    for (let i = 0; i < ops.length; i++) axes |= this.ops[ops[i]].axes;
    return axes;
  }

  /** The pass of what needs some ops. */
  #passOf(ops: readonly number[]): number {
    let pass = 0;
    for (let i = 0; i < ops.length; i++) pass = Math.max(pass, this.#passAfter(ops[i]));
    return pass;
  }

  #passAfter(op: number): number {
    return this.ops[op].pass + (isSink(this.ops[op]) ? 1 : 0);
  }

  #fits(shape: Shape): boolean {
    const added = this.extents.length - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      if (shape[axis] !== 1 && (axis + added < 0 || shape[axis] !== this.extents[axis + added])) return false;
    }
    return true;
  }

  #axesOf(shape: Shape): Axes {
    const added = this.extents.length - shape.length;
    let axes = 0;
    for (let axis = 0; axis < shape.length; axis++) if (shape[axis] !== 1) axes |= 1 << (axis + added);
    return axes;
  }
}

/** A number as an array of the dtype holds it: the same, whatever digits the loops themselves have. */
function roundedTo(dtype: DType, value: number): number {
  return dtype === "float32" ? Math.fround(value) : value;
}

/** Shape and dtype of most of the loops. */
function largestLoop({ nodes }: Program): Typed {
  let largest: Typed | undefined;
  let most = 0;
  for (const node of nodes) {
    if (node.dtype === "int32" || !isLoop(node)) continue;
    const shape = isScatter(node) ? lookedShape(node.inputs.map((input) => nodes[input])) : node.shape;
    const size = sizeOf(shape);
    if (size <= most) continue;
    most = size;
    largest = { shape, dtype: node.dtype };
  }
  return largest ?? { shape: [], dtype: nodes.find(({ dtype }) => dtype !== "int32")?.dtype ?? "float64" };
}

function isLoop(node: Node): boolean {
  const { primitive, inputs } = node;
  if (inputs.length === 0) return false;
  return primitive === "nearest" || primitive === "tricubic" || isScatter(node) || primitiveNamed(primitive).kernel.kind === "elementwise";
}

function isIdentity(primitive: string): boolean {
  const { kernel } = primitiveNamed(primitive);
  return kernel.kind === "view" && kernel.isIdentity === true;
}

function isScatter({ primitive }: Node): boolean {
  return primitive === "nearestScatter" || primitive === "tricubicScatter";
}

/** The shape of the lookups whose grid a scatter adds to, from its inputs. */
function lookedShape([h, k, l]: readonly Typed[]): Shape {
  return broadcastShapes(h.shape, k.shape, l.shape);
}

/**
 * The first axis that is a whole number of vectors, and many of them, as that of an image's pixels is; else the longest of more than a few,
 * or of all.
 */
function vectorAxis(extents: Shape): number {
  const whole = extents.filter((extent) => extent % wholeVectors === 0 && extent >= 16);
  const first = extents.findIndex((extent) => extent % wholeVectors === 0 && extent >= 64);
  if (first >= 0) return first;
  return Math.max(0, extents.indexOf(Math.max(...(whole.length > 0 ? whole : extents))));
}

/** The axis along which a program is masked. */
function maskedAxis({ nodes }: Program, extents: Shape): number | undefined {
  const node = nodes.find(({ primitive }) => primitive === "masked");
  const axis = node && extents.length - node.shape.length;
  return axis !== undefined && axis >= 0 && node?.shape[0] === extents[axis] ? axis : undefined;
}

/** Whether two shapes differ in leading extents of 1 only. */
function isSameAligned(a: Shape, b: Shape): boolean {
  const stripped = (shape: Shape): string => shape.slice(shape.findIndex((extent) => extent !== 1)).join();
  const size = sizeOf(a);
  return size === 1 || stripped(a) === stripped(b);
}
