import { availableParallelism } from "node:os";
import { callerAndWorkers } from "../simulate/parallel/node.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { selectPixels } from "../simulate/pixels.js";
import type { Request } from "./experiment-from-flags.js";

const termsOfWorkers = 2 ** 25;

/** Workers, which take a tenth of a second to begin, are worth it for as many terms of the pixels' sums as take longer. */
export function threadsFor({ experiment: { detector: { pixels } }, options, steps }: Request, cores: number): number {
  const { size } = selectPixels([pixels.slow, pixels.fast], options);
  return size * steps.points * steps.sources * steps.orientations >= termsOfWorkers ? cores : 1;
}

/** The workers of a command. Where their number is given they begin at once, beside what reads the command's files. */
export class Workers {
  readonly #threads: number | undefined;
  #pool: WorkerPool | undefined;

  /** @throws InputError when the number is not a whole one of at least 1 */
  constructor(threads: number | undefined) {
    this.#threads = threads;
    if (threads !== undefined) this.#start(threads);
  }

  /** @returns undefined where a single thread is enough */
  poolFor(request: Request): WorkerPool | undefined {
    if (this.#threads === undefined) this.#start(threadsFor(request, availableParallelism()));
    return this.#pool;
  }

  /** Ends the workers, which takes a while that nobody has to wait for. */
  close(): void {
    void this.#pool?.close();
    this.#pool = undefined;
  }

  #start(threads: number): void {
    if (threads !== 1) this.#pool = callerAndWorkers(threads);
  }
}
