/** Loop nests as a module of WebAssembly. */
import { overBuffer, type Data } from "../../ndarray/dtype.js";
import { ConstantPool, numberBytes } from "./constant-pool.js";
import { emitNest } from "./nest-emitter.js";
import type { Loop, Nest, Plan } from "./plan.js";
import { preciseOps } from "./precision.js";
import { laneFunctionsOf } from "./vector-math.js";
import { float64Opcodes } from "./opcodes.js";
import { noteSharedMemory, pageBytes, type SharedMemory } from "./shared-memory.js";
import { FunctionBody, v128 } from "./function-body.js";
import { moduleBytes } from "./wasm-module.js";

/** Whether the surroundings know vectors of WebAssembly, and allow to make some. */
export const allowsWebAssembly = once(() => allows(() => undefined));

/** Whether they know relaxed ones, too. */
const allowsMultiplyAdd = once(() =>
  allows((body, vector) => {
    for (const operand of [vector, vector, vector]) body.get(operand);
    body.vector(float64Opcodes.relaxedMultiplyAdd);
    body.set(vector);
  }),
);

function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => (answer ??= ask());
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

export interface LoadedNests {
  readonly heap: Data;
  /** one for each nest */
  readonly loops: readonly Loop[];
}

/** Pages of a shared memory that a heap lies in: from the first on; undefined how many, where they are not yet its own. */
export interface Pages {
  readonly shared: SharedMemory;
  readonly first: number;
  readonly count: number | undefined;
}

/**
 * The nests as functions of a module, whose memory is the heap.
 * @param pages of a shared memory, behind which the plan's heap begins
 * @returns the pages that are the heap's own instead, where another thread took those; the plan has to be made for these
 */
export function loadWebAssembly(plan: Plan, nests: readonly Nest[]): LoadedNests;
export function loadWebAssembly(plan: Plan, nests: readonly Nest[], pages: Pages): LoadedNests | Pages;
export function loadWebAssembly(plan: Plan, nests: readonly Nest[], pages?: Pages): LoadedNests | Pages {
  const pool = new ConstantPool(plan.heapSize);
  const parts: FunctionBody[] = [];
  const laneFunctions = laneFunctionsOf(plan);
  const addFunction = (part: FunctionBody): number => laneFunctions.length + nests.length + parts.push(part) - 1;
  const context = { pool, precise: preciseOps(plan), hasMultiplyAdd: allowsMultiplyAdd(), laneFunctions, addFunction };
  const bodies = nests.map((nest) => emitNest(plan, nest, context));
  const module = new WebAssembly.Module(moduleBytes(laneFunctions, bodies, parts, pages !== undefined));
  const bytes = (plan.heapSize + pool.values.length) * numberBytes;
  const end = Math.ceil(bytes / pageBytes);
  if (pages && pages.count === undefined) {
    const count = end - pages.first;
    const first = pages.shared.memory.grow(count);
    if (first !== pages.first) return { ...pages, first, count };
  }
  const memory = pages?.shared.memory ?? new WebAssembly.Memory({ initial: end });
  const imports = { m: { memory, ...Object.fromEntries(laneFunctions.map(({ name, apply }) => [name, apply])) } };
  const { exports } = new WebAssembly.Instance(module, imports);
  const heap = overBuffer("float64", memory.buffer);
  if (pages) noteSharedMemory(heap, pages.shared);
  heap.set(pool.values, plan.heapSize);
  return { heap, loops: nests.map((_, i) => faster(loopIn(exports, String(i)), loopIn(exports, `${i} shifted`))) };
}

function loopIn(exports: WebAssembly.Exports, name: string): Loop {
  const kernel = exports[name];
  if (typeof kernel !== "function") throw new TypeError(`the module has no function "${name}"`);
  return () => void kernel();
}

/** Of so many calls, the first four compare. */
const callsOfComparison = 64;

/** The faster of two ways to do the same, as comparisons tell from time to time: which one it is changes with what the engine does. */
function faster(...ways: readonly [Loop, Loop]): Loop {
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
