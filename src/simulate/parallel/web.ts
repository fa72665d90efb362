import type { Report, RunMessage } from "./messages.js";
import { WorkerPool, type Port } from "./pool.js";

/**
 * Workers of a browser. Memory is shared with them, so the page has to be cross-origin isolated.
 * @param threads as many as the browser says that there are cores unless given
 */
export function webWorkers(threads: number = navigator.hardwareConcurrency): WorkerPool {
  return new WorkerPool(Array.from({ length: threads }, () => new WebPort()));
}

class WebPort implements Port {
  readonly #worker = new Worker(new URL("./web-worker.js", import.meta.url), { type: "module" });

  post(message: RunMessage): void {
    this.#worker.postMessage(message);
  }

  listen(onReport: (report: Report) => void, onFailure: (error: Error) => void): void {
    this.#worker.addEventListener("message", (event: MessageEvent<Report>) => onReport(event.data));
    this.#worker.addEventListener("error", (event) => onFailure(new Error(event.message)));
  }

  /** A page outlives its workers anyway. */
  hold(): void {}

  close(): Promise<void> {
    this.#worker.terminate();
    return Promise.resolve();
  }
}
