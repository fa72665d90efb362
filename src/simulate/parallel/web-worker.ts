import type { RunMessage } from "./messages.js";
import { server } from "./serve.js";

const answer = server((report) => postMessage(report));
addEventListener("message", (event: MessageEvent<RunMessage>) => answer(event.data));
// Thrown outside of any run, it reaches the page as a broken worker.
addEventListener("messageerror", () => {
  throw new Error("a worker could not read what it was sent");
});
