/** Loop nests as a module of WebAssembly. */
import { ConstantPool } from "./innermost-loop.js";
import { emitNest } from "./nest-emitter.js";
import type { Nest, Plan } from "./plan.js";
import { preciseOps } from "./precision.js";
import { laneFunctions } from "./vector-math.js";
import { float64Opcodes, FunctionBody, moduleBytes, v128 } from "./wasm-assembler.js";

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

export interface CompiledNests {
  readonly module: WebAssembly.Module;
  /** further constants, which stand in the heap behind the plan's numbers */
  readonly constants: readonly number[];
}

/** The nests as the functions "0", "1", ... of a module. */
export function compileWebAssembly(plan: Plan, nests: readonly Nest[]): CompiledNests {
  const pool = new ConstantPool(plan.heapSize);
  const context = { pool, precise: preciseOps(plan.ops), hasMultiplyAdd: allowsMultiplyAdd() };
  const bodies = nests.map((nest) => emitNest(plan, nest, context));
  return { module: new WebAssembly.Module(moduleBytes(laneFunctions, bodies)), constants: pool.values };
}

/** What a module imports. */
export function importsFor(memory: WebAssembly.Memory): WebAssembly.Imports {
  return { m: { memory, ...Object.fromEntries(laneFunctions.map(({ name, apply }) => [name, apply])) } };
}
