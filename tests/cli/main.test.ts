import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { small, withBench, type Outcome } from "./workbench.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

function spawned(command: string, words: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

test("the program writes where it is run, and ends with 0", () =>
  withBench({}, async (bench) => {
    const loader = `${root}node_modules/tsx/dist/esm/index.mjs`;
    const { code, stdout } = await spawned(process.execPath, ["--import", loader, main, ...small.split(" ")], bench.folder);
    assert.is(code, 0);
    assert.match(stdout, /maximum {5}/);
    assert.ok("floatimage.bin" in (await bench.contents()));
  }));

test("the npm script runs the program from its source, and a wrong option ends with 2", () =>
  withBench({}, async (bench) => {
    const words = [...small.split(" "), "-pixle", "1", "-floatfile", `${bench.folder}/x.bin`];
    const { code, stdout, stderr } = await spawned("npm", ["run", "-s", "braggtape", "--", ...words], root);
    assert.is(code, 2);
    assert.is(stdout, "");
    assert.match(stderr, /braggtape: "-pixle" is not an option; did you mean -pixel\?/);
    assert.equal(await bench.contents(), {});
  }));

test.run();
