import { allocate, type Data } from "../../ndarray/dtype.js";
import { assign, copy, NdArray } from "../../ndarray/ndarray.js";
import type { Shape } from "../../ndarray/shape.js";
import { interpret, runNode, type Run } from "../interpreter.js";
import { checkInput, type Program } from "../tape.js";
import { compileJavaScript, type Kernel } from "./javascript.js";
import { planLoops, type Place, type Plan, type Stage } from "./plan.js";

/**
 * Prepares a program as loops that a person would write by hand: nothing of the loops' size is stored but what a sum or the caller
 * needs. Where the surroundings forbid to make code, the interpreter runs it.
 * @returns a function whose results are the caller's own
 */
export function fuse(program: Program): Run {
  const plan = planLoops(program);
  const heap = allocate(plan.dtype, plan.heapSize);
  const machine = new Machine(program, plan, heap);
  return machine.isComplete ? (inputs) => machine.run(inputs) : interpret(program);
}

class Machine {
  readonly isComplete: boolean;
  readonly #kernels = new Map<Stage, Kernel>();
  readonly #arrays: (NdArray | undefined)[] = [];

  constructor(
    readonly program: Program,
    readonly plan: Plan,
    readonly heap: Data,
  ) {
    let isComplete = true;
    for (const stage of plan.stages) {
      if ("node" in stage) continue;
      const kernel = compileJavaScript(plan, stage, heap);
      if (kernel) this.#kernels.set(stage, kernel);
      else isComplete = false;
    }
    this.isComplete = isComplete;
    plan.ops.forEach((op, id) => {
      if (op.kind === "constant") heap[this.#place(id).offset] = op.value;
    });
    program.nodes.forEach(({ primitive, attributes }, node) => {
      if (primitive === "literal") this.#load(node, program.literals[Number(attributes.index)]);
    });
  }

  run(inputs: readonly NdArray[]): NdArray[] {
    const { program, plan } = this;
    program.inputs.forEach((wanted, index) => checkInput(index, wanted, inputs[index]));
    program.nodes.forEach(({ primitive, attributes }, node) => {
      if (primitive === "input") this.#load(node, inputs[Number(attributes.index)]);
    });
    for (const stage of plan.stages) {
      if ("node" in stage) this.#interpret(stage.node);
      else this.#kernels.get(stage)?.();
    }
    return program.outputs.map((node) => copy(this.#read(node)));
  }

  /** Puts an array where the loops, the lookups and the interpreter find it. */
  #load(node: number, array: NdArray): void {
    const { grids, opOf } = this.plan;
    const grid = grids.get(node);
    if (grid) assign(new NdArray(this.heap, grid.shape, undefined, grid.offset), array);
    const op = opOf.get(node);
    if (op !== undefined) assign(this.#view(op, array.shape), array);
    else this.#arrays[node] = array;
  }

  #interpret(node: number): void {
    const entry = this.program.nodes[node];
    this.#load(node, runNode(entry, entry.inputs.map((input) => this.#read(input))));
  }

  #read(node: number): NdArray {
    const { shape } = this.program.nodes[node];
    const op = this.plan.opOf.get(node);
    const array = this.#arrays[node];
    if (array) return array;
    if (op === undefined) throw new TypeError(`value ${node} was not computed`);
    return this.#view(op, shape);
  }

  #view(op: number, shape: Shape): NdArray {
    const { offset, strides } = this.#place(op);
    const added = strides.length - shape.length;
    return new NdArray(this.heap, shape, shape.map((_, axis) => strides[axis + added] ?? 0), offset);
  }

  #place(op: number): Place {
    const place = this.plan.places.get(op);
    if (place === undefined) throw new TypeError(`value ${op} has no place in the heap`);
    return place;
  }
}

