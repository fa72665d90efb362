import { writeSmvCounts } from "../intensity-scale.js";
import { blockOf, blocksOf, TileRunner } from "../tiles.js";
import { asArray, firstWorker, remember, type Message, type Report, type RunMessage } from "./messages.js";

const millisecondsBetweenReports = 50;

/**
 * What a worker does with messages: of a run, it takes blocks of tiles until there are none left.
 * @param post sends a report back
 * @returns works on a message, a tile a turn
 */
export function server(post: (report: Report) => void): (message: Message) => Iterator<undefined, void> {
  const runners = new Map<number, TileRunner>();
  return function* (message) {
    try {
      if (message.kind === "count") {
        writeSmvCounts(asArray(message.image), message.scale, message.adcOffset, message.roi, message.counts);
        post({ kind: "done" });
      } else {
        const { warning } = yield* serve(message, runners, post);
        post({ kind: "done", warning });
      }
    } catch (error) {
      if (message.kind === "run") runners.delete(message.jobId);
      post({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** Works on a message to its end. */
export function finish(tiles: Iterator<undefined, void>): void {
  while (tiles.next().done !== true);
}

function* serve({ jobId, job, state, worker, ...message }: RunMessage, runners: Map<number, TileRunner>, post: (report: Report) => void): Generator<undefined, TileRunner> {
  if (job) {
    remember(runners, jobId, new TileRunner(job));
  }
  const runner = runners.get(jobId);
  if (runner === undefined || !(state instanceof Int32Array)) throw new Error(`job ${jobId} has not arrived at the worker`);
  const run = {
    ...message,
    job: runner.job,
    parameters: message.parameters.map(asArray),
    known: message.known.map(asArray),
    data: message.data.map(asArray),
    ofPanels: message.ofPanels && asArray(message.ofPanels),
    reach: message.reach && runner.job.reach && { ...message.reach, reach: runner.job.reach, known: message.reach.known.map(asArray) },
    darkKnown: message.darkKnown?.map(asArray),
    image: message.image && asArray(message.image),
    leaving: asArray(message.leaving),
    rows: asArray(message.rows),
  };
  const { end } = blocksOf(run);
  let reported = performance.now();
  const takeBlock = (): number => {
    const block = Math.min(Atomics.add(state, 0, 1), end);
    Atomics.store(state, firstWorker + worker, block);
    return block;
  };
  for (let block = takeBlock(); block < end; block = takeBlock()) {
    const { firstTile, endTile } = blockOf(run, block);
    for (let tile = firstTile; tile < endTile; tile++) {
      if (Atomics.load(state, 2) !== 0) return runner;
      runner.run(run, tile);
      Atomics.add(state, 1, 1);
      if (performance.now() - reported >= millisecondsBetweenReports) {
        reported = performance.now();
        post({ kind: "progress" });
      }
      yield;
    }
  }
  runner.finish();
  return runner;
}
