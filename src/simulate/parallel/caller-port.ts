import type { Message, Report } from "./messages.js";
import type { Port } from "./pool.js";
import { server } from "./serve.js";

const millisecondsOfTurn = 10;

/** The thread that asks, as one of its own workers; between tiles it listens to the others. */
export class CallerPort implements Port {
  readonly #serve = server((report) => this.#onReport?.(report));
  #onReport: ((report: Report) => void) | undefined;

  post(message: Message): void {
    void this.#work(this.#serve(message));
  }

  listen(onReport: (report: Report) => void): void {
    this.#onReport = onReport;
  }

  hold(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #work(tiles: Iterator<undefined, void>): Promise<void> {
    for (let turn = -Infinity; ; ) {
      if (performance.now() - turn >= millisecondsOfTurn) {
        await new Promise((resolve) => void setImmediate(resolve));
        turn = performance.now();
      }
      if (tiles.next().done) return;
    }
  }
}
