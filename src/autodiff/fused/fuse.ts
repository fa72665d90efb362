import { allocate, bytesPerElement, overBuffer, type Data } from "../../ndarray/dtype.js";
import { assign, full, NdArray, zeros } from "../../ndarray/ndarray.js";
import type { Shape } from "../../ndarray/shape.js";
import { runNode } from "../interpreter.js";
import type { Program } from "../tape.js";
import { compileJavaScript, type Kernel } from "./javascript.js";
import { compileWebAssembly, importsFor } from "./webassembly.js";
import { planLoops, type GridPlace, type Nest, type Place, type Plan, type Stage } from "./plan.js";

const pageBytes = 65536;

/** A program made ready to be run again and again in memory of its own. */
export interface Workspace {
  /** where the arguments of a run are written, of their dtype or float64; those that stand for one axis are contiguous */
  readonly inputs: readonly NdArray[];
  /** The results, of their dtype or float64, which last until the next run. */
  run(): readonly NdArray[];
}

/**
 * Prepares a program as loops that a person would write by hand: nothing of the loops' size is stored but what a sum or the caller
 * needs.
 */
export function fuse(program: Program, target: "javascript" | "webassembly"): Workspace {
  return new Machine(program, planLoops(program), target === "webassembly");
}

function kernelIn(exports: WebAssembly.Exports, name: string): Kernel {
  const kernel = exports[name];
  if (typeof kernel !== "function") throw new TypeError(`the module has no function "${name}"`);
  return () => void kernel();
}

/** Of so many calls, the first four compare. */
const callsOfComparison = 64;

/** The faster of two ways to do the same, as comparisons tell from time to time: which one it is changes with what the engine does. */
function faster(...ways: readonly [Kernel, Kernel]): Kernel {
  let call = 0;
  let best = 0;
  const times = [Infinity, Infinity];
  return () => {
    const turn = call++ % callsOfComparison;
    if (turn >= 4) return ways[best]();
    if (turn === 0) times.fill(Infinity);
    const way = turn % 2;
    const start = performance.now();
    ways[way]();
    times[way] = Math.min(times[way], performance.now() - start);
    best = times[1] < times[0] ? 1 : 0;
  };
}

/** A plan, its heap, and the code that works on it. */
class Machine implements Workspace {
  readonly program: Program;
  readonly plan: Plan;
  readonly heap: Data;
  /** the heap as numbers of the grids' dtype */
  readonly grids: Data;
  readonly inputs: readonly NdArray[];
  readonly #kernels = new Map<Stage, Kernel>();
  /** of nodes that are no op of the plan, their numbers */
  readonly #arrays: (NdArray | undefined)[] = [];
  readonly #views: (NdArray | undefined)[] = [];
  /** of interpreted nodes, the memory of the last run, which the next one uses again */
  readonly #results: NdArray[] = [];
  /** nodes whose arguments the loops read elsewhere than where they are written */
  readonly #moved: number[] = [];

  constructor(program: Program, plan: Plan, isWebAssembly: boolean) {
    this.program = program;
    this.plan = plan;
    const nests = plan.stages.filter((stage): stage is Nest => !("node" in stage));
    this.heap = isWebAssembly && nests.length > 0 ? this.#compileWebAssembly(nests) : allocate("float64", plan.heapSize);
    this.grids = overBuffer(plan.dtype, this.heap.buffer);
    for (const nest of nests) {
      if (!this.#kernels.has(nest)) this.#kernels.set(nest, compileJavaScript(plan, nest, this.heap, this.grids));
    }
    plan.ops.forEach((op, id) => {
      if (op.kind === "constant") this.heap[this.#place(id).offset] = op.value;
    });
    program.nodes.forEach(({ primitive, attributes, shape, dtype }, node) => {
      if (primitive === "literal") this.#load(node, program.literals[Number(attributes.index)]);
      else if (primitive === "constant" && !plan.opOf.has(node)) this.#load(node, full(shape, Number(attributes.value), dtype));
    });
    this.inputs = program.inputs.map(({ shape, dtype }, index) => this.#home(index) ?? zeros(shape, dtype));
  }

  /** Where an argument is written: in the heap, if the loops read it there and nowhere else. */
  #home(index: number): NdArray | undefined {
    const { nodes } = this.program;
    const node = nodes.findIndex(({ primitive, attributes }) => primitive === "input" && attributes.index === index);
    if (node < 0) return undefined;
    const grid = this.plan.grids.get(node);
    const isOp = this.plan.opOf.has(node);
    if (grid && !isOp) this.#arrays[node] = this.#gridView(grid);
    if (isOp !== (grid !== undefined)) return this.#read(node);
    this.#moved.push(node);
    return undefined;
  }

  /** Makes the kernels of nests in WebAssembly, and its memory the heap. */
  #compileWebAssembly(nests: readonly Nest[]): Data {
    const { plan } = this;
    const { module, constants } = compileWebAssembly(plan, nests);
    const bytes = (plan.heapSize + constants.length) * bytesPerElement.float64;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    const { exports } = new WebAssembly.Instance(module, importsFor(memory));
    nests.forEach((nest, i) => {
      this.#kernels.set(nest, faster(kernelIn(exports, String(i)), kernelIn(exports, `${i} shifted`)));
    });
    const heap = overBuffer("float64", memory.buffer);
    constants.forEach((value, i) => (heap[plan.heapSize + i] = value));
    return heap;
  }

  run(): readonly NdArray[] {
    const { program, plan } = this;
    for (const node of this.#moved) this.#load(node, this.inputs[Number(program.nodes[node].attributes.index)]);
    for (const stage of plan.stages) {
      if ("node" in stage) this.#interpret(stage.node);
      else this.#kernels.get(stage)?.();
    }
    return program.outputs.map((node) => this.#read(node));
  }

  /** Puts an array where the loops, the lookups and the interpreter find it. */
  #load(node: number, array: NdArray): void {
    const { grids, opOf } = this.plan;
    const grid = grids.get(node);
    if (grid) assign(this.#gridView(grid), array);
    const op = opOf.get(node);
    if (op === undefined) this.#arrays[node] = array;
    else assign(this.#read(node), array);
  }

  #interpret(node: number): void {
    const entry = this.program.nodes[node];
    const result = runNode(entry, entry.inputs.map((input) => this.#read(input)), this.#results[node]);
    this.#results[node] = result;
    this.#load(node, result);
  }

  #read(node: number): NdArray {
    const op = this.plan.opOf.get(node);
    const array = this.#arrays[node];
    if (array) return array;
    if (op === undefined) throw new TypeError(`value ${node} was not computed`);
    return (this.#views[node] ??= this.#view(op, this.program.nodes[node].shape));
  }

  #gridView({ shape, offset }: GridPlace): NdArray {
    return new NdArray(this.grids, shape, undefined, offset);
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

