import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** What an engine calls relaxed vectors that does not have them from the start. */
const flag = "--experimental-wasm-relaxed-simd";
const isKnown = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" }).includes(flag);

for (const name of ["elementwise", "executors"]) {
  test(`where the engine multiplies and adds at once, ${name}.test.ts passes, too`, () => {
    const file = fileURLToPath(new URL(`./${name}.test.ts`, import.meta.url));
    const runner = fileURLToPath(new URL("../../lane.ts", import.meta.url));
    const output = execFileSync(process.execPath, [...(isKnown ? [flag] : []), "--import", "tsx", runner], { input: `${file}\n`, encoding: "utf8" });
    const [total, passed] = ["Total", "Passed"].map((what) => new RegExp(`${what}:\\s+(\\d+)`).exec(output)?.[1]);
    assert.ok(Number(total) > 0);
    assert.is(passed, total);
  });
}

test.run();
