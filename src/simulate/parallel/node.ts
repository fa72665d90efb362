import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { CallerPort } from "./caller-port.js";
import type { Message, Report } from "./messages.js";
import { startWorkers, type Port, type WorkerPool } from "./pool.js";

/** The worker's program; where this file is still TypeScript, so is that, and its thread needs the same loader. */
function entry(): URL {
  if (!import.meta.url.endsWith(".ts")) return new URL("./node-worker.js", import.meta.url);
  const source = new URL("./node-worker.ts", import.meta.url).href;
  const program = `import { register } from "${import.meta.resolve("tsx/esm/api")}"; register(); await import("${source}");`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

/**
 * Workers in threads of Node. They do not keep the process alive while they wait.
 * @param threads as many as the machine has cores unless given
 * @throws InputError when the number is not a whole one of at least 1
 */
export function nodeWorkers(threads: number = availableParallelism()): WorkerPool {
  return startWorkers(threads, () => new NodePort());
}

/**
 * Threads of Node, of which the first is the calling one: it works, too, and listens now and then.
 * @throws InputError when the number is not a whole one of at least 1
 */
export function callerAndWorkers(threads: number): WorkerPool {
  let isFirst = true;
  return startWorkers(threads, () => {
    const port = isFirst ? new CallerPort() : new NodePort();
    isFirst = false;
    return port;
  });
}

class NodePort implements Port {
  readonly #worker = new Worker(entry());

  constructor() {
    this.#worker.unref();
  }

  post(message: Message): void {
    this.#worker.postMessage(message);
  }

  listen(onReport: (report: Report) => void, onFailure: (error: Error) => void): void {
    this.#worker.on("message", onReport);
    this.#worker.on("error", onFailure);
  }

  hold(isBusy: boolean): void {
    if (isBusy) this.#worker.ref();
    else this.#worker.unref();
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
