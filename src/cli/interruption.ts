/** What ends a long run: Ctrl-C, and a batch system whose time is over. */
const endings = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs what ends in order when somebody interrupts it. A second Ctrl-C ends the program as usual.
 * @param told what to do when that happens
 * @param run with a signal that is aborted then
 */
export async function untilInterrupted<T>(told: () => void, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const stopListening = (): void => {
    for (const name of endings) process.off(name, interrupt);
  };
  const interrupt = (name: NodeJS.Signals): void => {
    if (interruption.signal.aborted) {
      stopListening();
      process.kill(process.pid, name);
      return;
    }
    told();
    interruption.abort();
    // What came meanwhile, while the program computed, is heard in the same turn of the event loop; what comes later ends the program by itself.
    setImmediate(stopListening);
  };
  for (const name of endings) process.on(name, interrupt);
  try {
    return await run(interruption.signal);
  } finally {
    stopListening();
  }
}

/** A turn of the event loop, or Ctrl-C would not be heard. */
export async function otherTasks(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
