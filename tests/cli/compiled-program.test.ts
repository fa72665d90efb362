import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { codeOf, runCompiled } from "../../src/cli/compiled-program.js";

/** A program that leaves beside it what it found. */
const text = `
const { writeFileSync } = require("node:fs");
const { basename } = require("node:path");
function late(x) { return x * 3; }
module.importPackage("node:os").then(({ EOL }) => writeFileSync(__filename + ".out", [basename(__filename), late(14), JSON.stringify(EOL)].join(" ")));
`;

async function outputOf(program: string): Promise<string> {
  const out = `${program}.out`;
  while (!existsSync(out)) await new Promise((resolve) => setTimeout(resolve, 2));
  return readFileSync(out, "latin1");
}

test("a program runs the same without the engine's code, with it, and with code that is another engine's or cut short", async () => {
  const folder = await mkdtemp(join(tmpdir(), "braggtape-"));
  try {
    const program = join(folder, "small.cjs");
    writeFileSync(program, text);
    const told = runCompiled(program);
    const wanted = await outputOf(program);
    assert.is(wanted, 'small.cjs 42 "\\n"');
    const code = told();
    const foreign = Uint8Array.from(code);
    foreign.fill(0x5a, 0, 16);
    for (const kept of [code, foreign, code.subarray(0, code.length >> 1), new Uint8Array(0)]) {
      await rm(`${program}.out`);
      writeFileSync(codeOf(program), kept);
      runCompiled(program);
      assert.is(await outputOf(program), wanted);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
