import type { RunMessage } from "./messages.js";
import { server } from "./serve.js";

const answer = server((report) => postMessage(report));
addEventListener("message", (event: MessageEvent<RunMessage>) => answer(event.data));
