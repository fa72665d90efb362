import type { Message, Report } from "./messages.js";
import { startWorkers, type Port, type WorkerPool } from "./pool.js";

/** The browser does not say why. */
const notLoaded =
  "a worker could not be loaded: its program, web-worker.js, has to be found where the library's address or the bundler puts it, " +
  "be allowed by the page's Content-Security-Policy, and be served with the page's Cross-Origin-Embedder-Policy";

/**
 * Workers of a browser. Memory is shared with them, so the page has to be cross-origin isolated.
 * @param threads as many as the browser says that there are cores unless given
 * @throws InputError when the number is not a whole one of at least 1, or the page is not cross-origin isolated
 */
export function webWorkers(threads: number = navigator.hardwareConcurrency): WorkerPool {
  return startWorkers(threads, () => new WebPort());
}

class WebPort implements Port {
  readonly #worker = new Worker(new URL("./web-worker.js", import.meta.url), { type: "module" });

  post(message: Message): void {
    this.#worker.postMessage(message);
  }

  listen(onReport: (report: Report) => void, onFailure: (error: Error) => void): void {
    this.#worker.addEventListener("message", (event: MessageEvent<Report>) => onReport(event.data));
    this.#worker.addEventListener("error", ({ message }) => onFailure(new Error(message || notLoaded)));
  }

  /** A page outlives its workers anyway. */
  hold(): void {}

  close(): Promise<void> {
    this.#worker.terminate();
    return Promise.resolve();
  }
}
