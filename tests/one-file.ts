/**
 * Runs one test file. Properties draw from one fixed seed, or from that in BRAGGTAPE_SEED. Drawing and shrinking end after a minute,
 * so that a failure is reported soon; what fails prints its seed.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";

const [file] = process.argv.slice(2);
fc.configureGlobal({ seed: Number(process.env.BRAGGTAPE_SEED ?? 1), interruptAfterTimeLimit: 60_000 });
await import(pathToFileURL(resolve(file)).href);
