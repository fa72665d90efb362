import { prepareWorkspace, type Executor, type Workspace } from "../../autodiff/executor.js";
import { knownArguments, openProgram } from "../../autodiff/open-program.js";
import { structureOf, type Program } from "../../autodiff/tape.js";
import { assign } from "../../ndarray/ndarray.js";

/** A workspace that serves for all programs of one structure; its last arguments are what each of them knew when it was recorded. */
export interface OpenWorkspace {
  readonly workspace: Workspace;
  /** Writes them: another program may have had the workspace in the meantime. */
  readonly writeKnown: () => void;
}

/** To make loops takes longer than a step of a refinement, each stage of which records anew what it refines. */
const mostKept = 8;
const kept = new Map<string, Workspace>();

/** What a program runs in: of a structure that there was not long ago, what was made for that. */
export function openWorkspace(program: Program, executor: Executor): OpenWorkspace {
  const { program: open, known } = openProgram(program);
  const structure = [executor, ...open.inputs.map(({ shape, dtype }) => `${dtype} ${shape.join("x")}`), structureOf(open)].join();
  const workspace = kept.get(structure) ?? prepareWorkspace(open, executor);
  kept.delete(structure);
  kept.set(structure, workspace);
  for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
  const { inputs } = workspace;
  const given = knownArguments(known, program.literals);
  const first = inputs.length - given.length;
  return { workspace, writeKnown: () => given.forEach((array, i) => assign(inputs[first + i], array)) };
}
