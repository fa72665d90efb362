/** A program that brings its own model, operation, loss and restraint, and has nothing but the library's public face. */
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

const path = new URL("../../scripts/fit-spectrum.ts", import.meta.url);

test("a program of 60 lines fits a model of its own with its own operation, from the public API, without a cast", async () => {
  const source = readFileSync(path, "utf8");
  assert.ok(source.trim().split("\n").length <= 60);
  assert.equal([...source.matchAll(/from "([^"]+)"/g)].map(([, module]) => module), ["../src/index.js"]);
  assert.not.match(source, /\bas (?!of\b)\w|\bany\b|\w!|@ts-/);

  const said: string[] = [];
  const log = console.log;
  console.log = (...words: unknown[]) => void said.push(words.join(" "));
  try {
    await import(path.href);
  } finally {
    console.log = log;
  }
  const numbers = said.map((line) => (line.match(/-?\d+(\.\d+)?/g) ?? []).map(Number));
  const [[reverse, numerical], , [area, deviation, truth]] = numbers;
  assert.ok(Math.abs(reverse - numerical) < 1e-6 * Math.abs(reverse), said[0]);
  assert.match(said[1], /\((gradient|value)\)$/);
  assert.ok(Math.abs(area - truth) < 3 * deviation, said[2]);
  // 17,000 photons alone scatter by 130; the fit of the background adds to that.
  assert.ok(deviation > 130 && deviation < 180, said[2]);
});

test.run();
