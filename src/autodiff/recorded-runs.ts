/** Runs of programs that are recorded anew every time, as those of the operators are: what has the structure of an earlier one is not prepared again. */
import type { NdArray } from "../ndarray/ndarray.js";
import { sizeOf } from "../ndarray/shape.js";
import { allowedExecutor, prepareWorkspace, runIn, type Workspace } from "./executor.js";
import { interpret, type Run } from "./interpreter.js";
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
  const { program: open, argumentsFrom } = opened(program);
  const structure = structureOf(open);
  return (inputs) => {
    checkInputs(program, inputs);
    const present = kept.get(structure);
    const workspace = present ?? prepareWorkspace(open, "webassembly");
    if (present === undefined && workspace.warning !== undefined) console.warn(workspace.warning);
    const results = runIn(workspace, open, argumentsFrom(inputs));
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

interface OpenProgram {
  readonly program: Program;
  readonly argumentsFrom: (inputs: readonly NdArray[]) => NdArray[];
}

/** The program as one of the arrays that it reads, be they arguments or literals, and of no others. */
function opened({ nodes, inputs, literals, outputs }: Program): OpenProgram {
  const read: { readonly isLiteral: boolean; readonly index: number }[] = [];
  const open = nodes.map((node) => {
    if (node.primitive !== "input" && node.primitive !== "literal") return node;
    const index = read.push({ isLiteral: node.primitive === "literal", index: Number(node.attributes.index) }) - 1;
    return { ...node, primitive: "input", attributes: { index } };
  });
  const wanted = read.map(({ isLiteral, index }) => (isLiteral ? literals : inputs)[index]);
  return {
    program: { nodes: open, literals: [], inputs: wanted, outputs },
    argumentsFrom: (given) => read.map(({ isLiteral, index }) => (isLiteral ? literals : given)[index]),
  };
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
