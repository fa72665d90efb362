import { webWorkers } from "../simulate/parallel/web.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";

let pool: WorkerPool | undefined;

/** The page's workers, one a core; none where it may not share memory with them, or there is one core. */
export function pageWorkers(): WorkerPool | undefined {
  if (!globalThis.crossOriginIsolated || navigator.hardwareConcurrency < 2) return undefined;
  return (pool ??= webWorkers());
}
