import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateFlags } from "../../src/cli/flags.js";
import { namesOf } from "../../src/cli/parse-flags.js";
import { withBench } from "./workbench.js";

test("the help lists every option with its group", () =>
  withBench({}, async (bench) => {
    const { code, stdout } = await bench.run("simulate --help");
    assert.is(code, 0);
    for (const name of namesOf(simulateFlags)) {
      assert.match(stdout, new RegExp(`^  -${name}( |$)`, "m"));
      for (const alias of simulateFlags[name].aliases ?? []) assert.match(stdout, new RegExp(`-${alias}( |$)`, "m"));
    }
    for (const group of ["Structure factors", "Crystal", "Beam", "Detector", "Sampling", "Output"]) {
      assert.match(stdout, new RegExp(`^${group}$`, "m"));
    }
    assert.ok(stdout.split("\n").every((line) => line.length <= 120));
    assert.equal(await bench.contents(), {});
  }));

test("no two options share a spelling", () => {
  const spellings = namesOf(simulateFlags).flatMap((name) => [name, ...(simulateFlags[name].aliases ?? [])]);
  assert.is(new Set(spellings).size, spellings.length);
});

test("help and version are there without a command, too", () =>
  withBench({}, async (bench) => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.is((await bench.run("--version")).stdout, `${version}\n`);
    assert.is((await bench.run("simulate -version")).stdout, `${version}\n`);
    for (const line of ["", "--help", "-h"]) assert.match((await bench.run(line)).stdout, /braggtape convert IN OUT/);
    assert.match((await bench.run("convert --help")).stdout, /--?from/);
    for (const name of ["simulate", "refine", "convert", "view", "describe", "noisify", "add", "compare", "example"]) {
      const { code, stdout } = await bench.run(`${name} --help`);
      assert.is(code, 0, name);
      assert.match(stdout, new RegExp(`^braggtape ${name}`));
    }
    assert.match((await bench.run("compare --help")).stdout, /--?png/);
  }));

test.run();
