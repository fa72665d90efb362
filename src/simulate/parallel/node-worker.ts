import { parentPort } from "node:worker_threads";
import { finish, server } from "./serve.js";

const serve = server((report) => parentPort?.postMessage(report));
parentPort?.on("message", (message) => finish(serve(message)));
