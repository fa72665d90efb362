/** Runs of programs that are recorded anew every time, as those of the operators are: what has the structure of an earlier one is not prepared again. */
import type { NdArray } from "../ndarray/ndarray.js";
import { sizeOf } from "../ndarray/shape.js";
import { allowedExecutor, prepareWorkspace, runIn, type Workspace } from "./executor.js";
import { interpret, type Run } from "./interpreter.js";
import { knownArguments, openProgram } from "./open-program.js";
import { runBy } from "./run.js";
import { checkInputs, structureOf, type Program } from "./tape.js";

/** Elements of a value from which on it is worth the milliseconds to make loops of a program. */
const elementsOfLoops = 2 ** 10;
/** Loops read from memory of their own: what is copied there may be so many times as large as they are. */
const mostCopied = 2 ** 8;
/** Elements that the loops' memory, which takes 4 GB at most, has room for besides what they make on the way. */
const mostHeld = 2 ** 27;
/** Of what is kept prepared. */
const mostBytes = 2 ** 26;

const kept = new Map<string, Workspace>();

/** The results of a program, which are the caller's own. */
export function runRecorded(program: Program, inputs: readonly NdArray[]): NdArray[] {
  return runOf(program)(inputs);
}

/** Prepares a program to be run more than once; literals that have changed meanwhile are seen. */
export function runOf(program: Program): Run {
  if (!deservesLoops(program)) return interpret(program);
  const { program: read, inputs: taken } = withoutUnread(program);
  const { program: open, known } = openProgram(read);
  const structure = structureOf(open);
  return (inputs) => {
    checkInputs(program, inputs);
    const present = kept.get(structure);
    const workspace = present ?? prepareWorkspace(open, "webassembly");
    if (present === undefined && workspace.warning !== undefined) console.warn(workspace.warning);
    const results = runIn(workspace, open, [...taken.map((index) => inputs[index]), ...knownArguments(known, program.literals)]);
    keep(structure, workspace);
    return results;
  };
}

function deservesLoops({ nodes, inputs, literals, outputs }: Program): boolean {
  const largest = nodes.reduce((size, { primitive, shape }) => (primitive === "input" || primitive === "literal" ? size : Math.max(size, sizeOf(shape))), 0);
  const copied = [...inputs, ...literals].reduce((size, { shape }) => size + sizeOf(shape), 0);
  const held = outputs.reduce((size, output) => size + sizeOf(nodes[output].shape), copied);
  return largest >= elementsOfLoops && copied <= mostCopied * largest && held <= mostHeld && allowedExecutor("webassembly") !== "interpreter";
}

/** The program without the arguments that it does not read, and which of them remain. */
function withoutUnread(program: Program): { readonly program: Program; readonly inputs: readonly number[] } {
  const inputs: number[] = [];
  const nodes = program.nodes.map((node) => {
    if (node.primitive !== "input") return node;
    return { ...node, attributes: { index: inputs.push(Number(node.attributes.index)) - 1 } };
  });
  return { program: { ...program, nodes, inputs: inputs.map((index) => program.inputs[index]) }, inputs };
}

/** Makes a workspace the newest of those that are kept, and gives the oldest up. */
function keep(structure: string, workspace: Workspace): void {
  kept.delete(structure);
  if (workspace.bytes > mostBytes) return;
  kept.set(structure, workspace);
  let bytes = [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
  for (const [oldest, given] of kept) {
    if (bytes <= mostBytes) return;
    kept.delete(oldest);
    bytes -= given.bytes;
  }
}

/**
 * Lets `grad`, `evaluate` and the other operators make loops of WebAssembly for large arrays. They do so by themselves in Node, and
 * wherever structure factors are looked up. A bundle that only differentiates functions leaves the loops out, being half as large, and
 * runs everything by the interpreter; with this call it has them.
 */
export function useLoops(): void {
  runBy(runRecorded);
}

useLoops();
