import { readTextFile } from "../../io/files.js";
import { InputError } from "../../ndarray/errors.js";
import type { Parameter } from "../../refine/parameter.js";
import type { Refinement } from "../../refine/refine.js";
import { summaryOf, type Summary } from "./report.js";

/** What a folder keeps of a refinement. */
export interface State extends Partial<Summary> {
  readonly image: string;
  readonly values: Readonly<Record<string, number>>;
}

/** A refinement that is under way, as text. */
export function unfinishedState(image: string, parameters: readonly Parameter[], values: readonly number[]): string {
  return formatted({ image, values: Object.fromEntries(parameters.map(({ name }, i) => [name, values[i]])) });
}

/** A refinement that has ended, as text. */
export function finishedState(image: string, refinement: Refinement, warnings: readonly string[]): string {
  const { parameters, correlations, history } = refinement;
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  return formatted({ image, ...summaryOf(refinement), values, correlations, warnings, history });
}

function formatted(state: object): string {
  return `${JSON.stringify(state, undefined, 1)}\n`;
}

/**
 * The values where a refinement ended, for parameters that it had too; the others' starts.
 * @throws InputError when the file is not one of a refinement
 */
export async function resumedValues(path: string, parameters: readonly Parameter[]): Promise<number[]> {
  const state = await readState(path);
  return parameters.map(({ name, start, lower, upper }) => Math.min(Math.max(state.values[name] ?? start, lower), upper));
}

export async function readState(path: string): Promise<State> {
  const text = await readTextFile(path);
  const state = parsed(text, path);
  if (!isState(state)) throw new InputError(`${path} does not hold a refinement`);
  return state;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} does not hold a refinement: it is no JSON`, { cause: error });
  }
}

function isState(state: unknown): state is State {
  if (typeof state !== "object" || state === null || !("values" in state) || !("image" in state)) return false;
  const { values, image } = state;
  if (typeof image !== "string" || typeof values !== "object" || values === null) return false;
  return Object.values(values).every((value) => typeof value === "number" && Number.isFinite(value));
}
