import { existsSync } from "node:fs";
import { readTextFile } from "../../io/files.js";
import { InputError } from "../../ndarray/errors.js";
import type { Parameter } from "../../refine/parameter.js";
import type { RefinementProgress, RefineOptions } from "../../refine/refine.js";
import { stateText, type Summary } from "../../refine/summary.js";

/** What a folder keeps of a refinement. */
export interface State {
  readonly image: string;
  readonly values: Readonly<Record<string, number>>;
  /** how many times wider the spots were; missing when it has ended */
  readonly blur?: number;
  /** of a refinement that has ended */
  readonly summary: Summary | undefined;
  /** why the image could not be refined, where it could not */
  readonly failed?: string;
  /** steps that were taken */
  readonly history: readonly RefinementProgress[];
  /** of the command, one by one; undefined where it is not known */
  readonly options?: readonly string[];
}

/** A refinement that is under way, as text. */
export function unfinishedState(image: string, parameters: readonly Parameter[], history: readonly RefinementProgress[]): string {
  const { blur, values } = history[history.length - 1];
  return stateText({ image, blur, values: Object.fromEntries(parameters.map(({ name }, i) => [name, values[i]])), history });
}

/** An image that could not be refined, as text. */
export function failedState(image: string, failed: string): string {
  return stateText({ image, failed, values: {} });
}

/** Whether a refinement of the same parameters has ended where nothing is left to be done. */
export function isFinished({ summary }: State, parameters: readonly Parameter[]): boolean {
  if (!summary?.converged) return false;
  const names = Object.keys(summary.parameters);
  return names.length === parameters.length && parameters.every(({ name }) => names.includes(name));
}

/** Where a refinement goes on. */
export interface ResumedStart {
  readonly values: readonly number[];
  /** how many times wider the spots were; 1 where it had ended */
  readonly blur: number;
  /** where it had ended */
  readonly finished: Summary | undefined;
  readonly history: readonly RefinementProgress[];
}

/**
 * Where a refinement stood, for parameters that it had too; the others' starts.
 * @param mayBeMissing whether one that has not been begun is no error
 * @returns undefined when it has not been begun
 * @throws InputError when the file is not one of a refinement
 */
export async function resumedStart(path: string, parameters: readonly Parameter[], mayBeMissing: boolean): Promise<ResumedStart | undefined> {
  if (mayBeMissing && !existsSync(path)) return undefined;
  const state = await stateToResume(path);
  if (state.failed !== undefined) return undefined;
  const { values, blur = 1, history } = state;
  return { blur, history, finished: isFinished(state, parameters) ? state.summary : undefined, values: parameters.map(({ name, start, lower, upper }) => Math.min(Math.max(values[name] ?? start, lower), upper)) };
}

/** @throws InputError that names the option, when the file cannot be read or holds no refinement */
async function stateToResume(path: string): Promise<State> {
  return readState(path).catch((error: unknown) => {
    throw error instanceof InputError ? new InputError(`--resume: ${error.message}`, { cause: error }) : error;
  });
}

/** Options that change nothing of what a refinement comes to. */
const aside = /^-(resume|progress|noprogress|json|threads|out|list|shard)( |$)/;

/**
 * What the same command has come to, where it was on boxes and nothing is left to be done.
 * @param options of the command, one by one
 * @param mayBeMissing whether one that has not been begun is no error
 * @returns undefined where the refinement has to be done, which begins anew
 * @throws InputError when the file is not one of a refinement
 */
export async function finishedBefore(path: string, options: readonly string[], mayBeMissing: boolean): Promise<Summary | undefined> {
  if (mayBeMissing && !existsSync(path)) return undefined;
  const { summary, options: before = [] } = await stateToResume(path);
  const [own, others] = [options, before].map((list) => list.filter((option) => !aside.test(option)).sort().join("\n"));
  return summary?.converged && own === others ? summary : undefined;
}

/** The options with which a refinement goes on: of the widths of spots, those that it has not finished with. */
export function resumedOptions({ values, blur }: ResumedStart, { coarseToFine = [] }: RefineOptions): RefineOptions {
  return { from: values, coarseToFine: coarseToFine.filter((times) => blur > 1 && times <= blur) };
}

/** @throws InputError when the file cannot be read or holds no refinement */
export async function readState(path: string): Promise<State> {
  const state = parsed(await readTextFile(path), path);
  if (!isStored(state)) throw new InputError(`${path} does not hold a refinement`);
  const { image, values, blur, failed, history, provenance } = state;
  const options = isRecord(provenance) && Array.isArray(provenance.options) ? provenance.options.filter((option) => typeof option === "string") : undefined;
  return {
    image,
    values,
    ...(blur !== undefined && { blur }),
    ...(typeof failed === "string" && { failed }),
    summary: isSummary(state) ? state : undefined,
    history: Array.isArray(history) ? history.filter(isStep) : [],
    ...(options && { options }),
  };
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} does not hold a refinement: it is no JSON`, { cause: error });
  }
}

interface Stored extends Pick<State, "image" | "values" | "blur"> {
  readonly failed?: unknown;
  readonly history?: unknown;
  readonly provenance?: unknown;
}

function isStep(step: unknown): step is RefinementProgress {
  if (!isRecord(step) || !Array.isArray(step.values) || !step.values.every(isNumber)) return false;
  return [step.blur, step.oversample, step.step, step.loss].every(isNumber);
}

function isStored(state: unknown): state is Stored {
  if (!isRecord(state) || typeof state.image !== "string" || !isRecord(state.values)) return false;
  if (state.blur !== undefined && !isNumber(state.blur)) return false;
  return Object.values(state.values).every(isNumber);
}

function isSummary(state: object): state is Summary {
  if (!isRecord(state) || !isRecord(state.parameters) || typeof state.converged !== "boolean") return false;
  const isParameter = (parameter: unknown): boolean =>
    isRecord(parameter) && isNumber(parameter.value) && (parameter.esd === null || isNumber(parameter.esd));
  if (typeof state.why !== "string" || !isNumber(state.steps) || !isNumber(state.seconds)) return false;
  if (!Array.isArray(state.warnings) || !state.warnings.every((warning) => typeof warning === "string")) return false;
  return isNumber(state.loss) && (state.reducedChiSquare === null || isNumber(state.reducedChiSquare)) && Object.values(state.parameters).every(isParameter);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
