import { allocate, bytesPerElement, overBuffer, type Data } from "../../ndarray/dtype.js";
import { assign, full, NdArray, zeros } from "../../ndarray/ndarray.js";
import type { Shape } from "../../ndarray/shape.js";
import { runNode } from "../interpreter.js";
import type { Program } from "../tape.js";
import type { GridPlace, Loop, Nest, Place, Plan, Stage } from "./plan.js";
import { planLoops } from "./planner.js";
import { pageBytes, sharedMemoryOf, type SharedMemory } from "./shared-memory.js";
import { loadWebAssembly, type LoadedNests, type Pages } from "./webassembly.js";

/** A program made ready to be run again and again in memory of its own. */
export interface Workspace {
  /** where the arguments of a run are written, of their dtype or float64; those that stand for one axis are contiguous */
  readonly inputs: readonly NdArray[];
  /** of the memory that is kept between runs, about */
  readonly bytes: number;
  /** of the arguments, the one that is read where it was given, and must not be written; undefined where there is none */
  readonly inPlace?: number | undefined;
  /** what the caller should be warned of */
  readonly warning?: string | undefined;
  /** The results, of their dtype or float64, which last until the next run. */
  run(): readonly NdArray[];
}

/**
 * Prepares a program as loops that a person would write by hand: nothing of the loops' size is stored but what a sum or the caller
 * needs.
 * @param given arguments that are known already: a grid in a memory that threads see is looked up in its place
 */
export function fuse(program: Program, given: readonly (NdArray | undefined)[] = []): Workspace {
  return inSharedMemory(program, given) ?? machineOf(program, planLoops(program));
}

function machineOf(program: Program, plan: Plan): Machine {
  const nests = nestsOf(plan);
  return new Machine(program, plan, nests.length > 0 ? loadWebAssembly(plan, nests) : undefined);
}

const nestsOf = (plan: Plan): Nest[] => plan.stages.filter((stage): stage is Nest => !("node" in stage));

/** The program beside a grid that it looks up, in the grid's memory; undefined where there is no such grid or no room. */
function inSharedMemory(program: Program, given: readonly (NdArray | undefined)[]): Machine | undefined {
  for (const [input, grid] of given.entries()) {
    const shared = grid && sharedMemoryOf(grid.data);
    const node = program.nodes.findIndex(({ primitive, attributes }) => primitive === "input" && Number(attributes.index) === input);
    if (!grid || !shared || node < 0 || !grid.isContiguous) continue;
    try {
      const machine = besideGrid(program, shared, { input, node, grid });
      if (machine) return machine;
    } catch (error) {
      // The memory cannot grow further: the program has one of its own then.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return undefined;
}

interface GivenGrid {
  readonly input: number;
  readonly node: number;
  readonly grid: NdArray;
}

function besideGrid(program: Program, shared: SharedMemory, { input, node, grid }: GivenGrid): Machine | undefined {
  let pages: Pages = { shared, first: shared.memory.grow(0), count: undefined };
  for (;;) {
    const plan = planLoops(program, { node, offset: grid.offset, base: (pages.first * pageBytes) / bytesPerElement.float64 });
    const nests = nestsOf(plan);
    if (plan.dtype !== grid.dtype || !plan.grids.has(node) || plan.opOf.has(node) || nests.length === 0) return undefined;
    const loaded = loadWebAssembly(plan, nests, pages);
    if ("loops" in loaded) return new Machine(program, plan, loaded, input);
    pages = loaded;
  }
}

/** A plan, its heap, and the code that works on it. */
class Machine implements Workspace {
  readonly program: Program;
  readonly plan: Plan;
  readonly heap: Data;
  /** the heap as numbers of the grids' dtype */
  readonly grids: Data;
  readonly inputs: readonly NdArray[];
  readonly inPlace: number | undefined;
  readonly #loops = new Map<Stage, Loop>();
  /** of nodes that are no op of the plan, their numbers */
  readonly #arrays: (NdArray | undefined)[] = [];
  readonly #views: (NdArray | undefined)[] = [];
  /** of interpreted nodes, the memory of the last run, which the next one uses again */
  readonly #results: NdArray[] = [];
  /** nodes whose arguments the loops read elsewhere than where they are written */
  readonly #moved: number[] = [];

  constructor(program: Program, plan: Plan, loaded: LoadedNests | undefined, inPlace?: number) {
    this.program = program;
    this.plan = plan;
    this.inPlace = inPlace;
    this.heap = loaded?.heap ?? allocate("float64", plan.heapSize);
    this.grids = overBuffer(plan.dtype, this.heap.buffer);
    nestsOf(plan).forEach((nest, i) => {
      const loop = loaded?.loops[i];
      if (loop) this.#loops.set(nest, loop);
    });
    plan.ops.forEach((op, id) => {
      if (op.kind === "constant") this.heap[this.#place(id).offset] = op.value;
    });
    program.nodes.forEach(({ primitive, attributes, shape, dtype }, node) => {
      if (primitive === "literal") this.#load(node, program.literals[Number(attributes.index)]);
      else if (primitive === "constant" && !plan.opOf.has(node)) this.#load(node, full(shape, Number(attributes.value), dtype));
    });
    for (const [node, { offset, shape }] of plan.scatters) this.#arrays[node] = new NdArray(this.heap, shape, undefined, offset);
    const nodeOfInput = new Map(program.nodes.flatMap(({ primitive, attributes }, node) => (primitive === "input" ? [[Number(attributes.index), node]] : [])));
    this.inputs = program.inputs.map(({ shape, dtype }, index) => this.#home(nodeOfInput.get(index)) ?? zeros(shape, dtype));
  }

  get bytes(): number {
    return this.heap.byteLength;
  }

  /** Where an argument is written: in the heap, if the loops read it there and nowhere else. */
  #home(node: number | undefined): NdArray | undefined {
    if (node === undefined) return undefined;
    const grid = this.plan.grids.get(node);
    const isOp = this.plan.opOf.has(node);
    if (grid && !isOp) this.#arrays[node] = this.#gridView(grid);
    if (isOp !== (grid !== undefined)) return this.#read(node);
    this.#moved.push(node);
    return undefined;
  }

  run(): readonly NdArray[] {
    const { program, plan } = this;
    for (const node of this.#moved) this.#load(node, this.inputs[Number(program.nodes[node].attributes.index)]);
    for (const stage of plan.stages) {
      if ("node" in stage) this.#interpret(stage.node);
      else this.#loops.get(stage)?.();
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

