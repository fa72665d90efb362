import type { Message } from "./messages.js";
import { finish, server } from "./serve.js";

const serve = server((report) => postMessage(report));
addEventListener("message", (event: MessageEvent<Message>) => finish(serve(event.data)));
// Thrown outside of any run, it reaches the page as a broken worker.
addEventListener("messageerror", () => {
  throw new Error("a worker could not read what it was sent");
});
