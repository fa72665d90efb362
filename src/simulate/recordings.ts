import type { Executor } from "../autodiff/executor.js";
import { knownArguments, openProgram, type Known } from "../autodiff/open-program.js";
import { runNumbers } from "../autodiff/intermediates.js";
import type { RepeatedTape } from "../autodiff/repeated-tape.js";
import { structureOf, type Program, type Quantity, type Variable } from "../autodiff/tape.js";
import type { Experiment } from "../models/experiment.js";
import type { Data, FloatDType } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { LookupMode } from "./image.js";
import type { ImagePlan } from "./image-plan.js";
import type { Reach } from "./live/reach.js";
import { recordQuestion, type Question, type RecordedQuestion } from "./question.js";
import type { TileJob, TileRun } from "./tile-run.js";
import { TileRunner } from "./tiles.js";

/** What a call computes, and from which numbers. */
export interface Plan extends ImagePlan {
  /** of any dtype: executors round them, if at all, to the memory that they are written to */
  readonly inputs: readonly NdArray[];
  /** of panels: numbers that the last inputs have instead on each, by which nothing is differentiated; shape [panels, numbers] */
  readonly ofPanels?: NdArray;
}

/** The inputs that a question has derivatives by. */
export function refinedInputs({ inputs, ofPanels }: Plan): readonly NdArray[] {
  return ofPanels ? inputs.slice(0, inputs.length - ofPanels.shape[1]) : inputs;
}

/** What is recorded of a question. */
export interface Asked {
  /** what a run of it needs */
  readonly run: Pick<TileRun, "job" | "known" | "reach" | "darkKnown">;
  /** of intermediates, where it has derivatives by these: those of each by all parameters */
  readonly chain: readonly Data[] | undefined;
}

/** What is recorded. */
export interface Inquiry {
  readonly question: Question;
  readonly plan: Plan;
  /** number of images that the question compares with */
  readonly images: number;
  /** the experiment for recorded parameters */
  experimentOf(parameters: readonly Variable[]): Experiment<Quantity>;
}

/** What a recording led to. */
interface Prepared {
  /** what its program has in common with others of the job */
  readonly structure: string;
  readonly job: TileJob;
  readonly known: readonly Known[];
  /** derivatives of intermediates by the parameters, without its literals */
  readonly chain: Program | undefined;
  /** literals that its derivatives added to those of the recording */
  readonly added: readonly NdArray[];
  /** what bounds its steps, where that is to be known */
  readonly reach: { readonly bounds: Reach; readonly known: readonly Known[]; readonly leavesZero: boolean } | undefined;
  /** of what dark pixels cost */
  readonly dark: readonly Known[] | undefined;
}

/** Compiled questions, and recordings that lead to them, that are kept; of more, the oldest is forgotten. */
const mostJobs = 32;
let jobs = 0;

/** Records questions, and keeps what was compiled for them: it serves again where only numbers and arrays differ. */
export class Recordings {
  readonly #dtype: FloatDType;
  readonly #executor: Executor;
  /** by what the recorded programs have in common */
  readonly #jobs = new Map<string, TileJob>();
  /** by their spelling */
  readonly #recordings = new Map<string, Prepared>();
  /** the latest one of each kind of question */
  readonly #tapes = new Map<string, RepeatedTape>();
  readonly #runners = new WeakMap<TileJob, TileRunner>();

  constructor(dtype: FloatDType, executor: Executor) {
    this.#dtype = dtype;
    this.#executor = executor;
  }

  /** Lends what works on a job's tiles in this thread: a call from within another one that works on them has one of its own. */
  lend<R>(job: TileJob, work: (runner: TileRunner) => R): R {
    const runner = this.#runners.get(job) ?? new TileRunner(job);
    this.#runners.delete(job);
    try {
      return work(runner);
    } finally {
      this.#runners.set(job, runner);
    }
  }

  /**
   * Records a question, and finds what was compiled for it.
   * @param isMasked whether its steps are left out that need not be worked on; else it is only known what bounds them
   */
  ask({ question, plan, images, experimentOf }: Inquiry, mode: LookupMode, isMasked = plan.negligible !== undefined): Asked {
    const hasReach = plan.negligible !== undefined;
    const kind = [question.kind, mode, isMasked, hasReach, plan.tileSize, images].join();
    const recorded = recordQuestion(question, {
      experimentOf,
      fixed: plan.inputs.length - refinedInputs(plan).length,
      parameters: plan.inputs.map(({ shape }) => ({ shape, dtype: this.#dtype })),
      sampling: { ...plan.sampling, lookup: mode, isMasked },
      hasReach,
      dtype: this.#dtype,
      tileSize: plan.tileSize,
      images,
      // Runs of several lookups are summed up, and have derivatives by the same numbers.
      chains: plan.ofPanels === undefined && (plan.lookup === "nearest" || plan.structureFactors?.policy !== "sequential"),
    }, this.#tapes.get(kind));
    keep(this.#tapes, kind, recorded.tape);
    const literals = [...recorded.literals];
    const spelling = `${hasReach ? "bounded " : ""}${recorded.spelling}`;
    const prepared = this.#recordings.get(spelling) ?? this.#prepared(recorded, question, mode, plan.tileSize, isMasked);
    keep(this.#recordings, spelling, prepared);
    keep(this.#jobs, prepared.structure, prepared.job);
    const { job, chain, reach: bounded } = prepared;
    const { negligible } = plan;
    const reach = bounded && negligible && {
      reach: job.reach ?? bounded.bounds,
      known: knownArguments(bounded.known, literals, "float64"),
      leavesZero: bounded.leavesZero,
      negligible,
    };
    const darkKnown = prepared.dark && knownArguments(prepared.dark, literals, "float64");
    literals.push(...prepared.added);
    return {
      run: { job, known: knownArguments(prepared.known, literals, "float64"), reach, darkKnown },
      chain: chain && runNumbers({ ...chain, literals }, plan.inputs.map((input) => input.item()), plan.inputs.length),
    };
  }

  #prepared({ program, literals, reach: reachOf, leavesZero, dark: darkOf }: RecordedQuestion, { kind }: Question, mode: LookupMode, size: number, isMasked: boolean): Prepared {
    const first = literals.length;
    const bounds = reachOf();
    const bounded = bounds && openProgram(bounds.program);
    const reach = bounds && bounded && { ...bounds, program: bounded.program };
    const costs = darkOf();
    const dark = costs && openProgram(costs);
    const { program: recorded, chain } = program();
    const { program: open, known } = openProgram(recorded);
    const ofJob = isMasked ? reach : undefined;
    const structure = [kind, mode, ...open.inputs.map(({ shape }) => shape.join("x")), structureOf(open), dark && structureOf(dark.program), ofJob && spellingOf(ofJob)].join();
    const job: TileJob = this.#jobs.get(structure) ?? {
      id: jobs++,
      program: open,
      executor: this.#executor,
      size,
      hasLatch: mode === "latched",
      hasImage: kind === "image" || kind === "leaving",
      hasDerivatives: kind === "normal",
      reach: ofJob,
      dark: dark?.program,
    };
    return { structure, job, known, chain, added: literals.slice(first), reach: bounded && reach && { bounds: reach, known: bounded.known, leavesZero }, dark: dark?.known };
  }
}

/** What reaches have in common that bound steps alike. */
function spellingOf({ program, ...bounds }: Reach): string {
  return [JSON.stringify(bounds), program.inputs.map(({ shape }) => shape.join("x")), structureOf(program)].join();
}

/** Makes an entry the newest, and forgets the oldest of too many. */
function keep<V>(known: Map<string, V>, key: string, value: V): void {
  known.delete(key);
  known.set(key, value);
  for (const oldest of known.keys()) {
    if (known.size <= mostJobs) return;
    known.delete(oldest);
  }
}
