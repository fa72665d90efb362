/** How much a page has to load. */
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../../scripts/bundle-page.js";
import { programSources } from "../../src/cli/view/page-program.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the page's program is below 200 thousand bytes as it is sent, and so are the report's and the workers'", async () => {
  for (const entry of Object.values(programSources)) {
    const { length } = gzipSync(await bundle(entry));
    assert.ok(length > 5_000 && length < 200_000, `${entry}: ${length} bytes`);
  }
});

/** A small program that uses a part of the library, minified. */
async function minified(contents: string): Promise<string> {
  const { outputFiles } = await build({ stdin: { contents, resolveDir: root }, bundle: true, minify: true, format: "esm", target: "es2022", write: false, logLevel: "error" });
  return outputFiles[0].text;
}

test("the tape, its primitives, their derivatives and the interpreter are below 60 thousand bytes", async () => {
  const text = await minified(`import { Tape } from "./src/autodiff/tape.js";
    import { interpret } from "./src/autodiff/interpreter.js";
    import { pullBack } from "./src/autodiff/reverse.js";
    import * as ops from "./src/autodiff/operations.js";
    console.log(Tape, interpret, pullBack, ops);`);
  assert.ok(text.length > 10_000 && text.length < 60_000, `${text.length} bytes`);
});

const energy = `const energy = ({ x, k }) => ops.total(ops.mul(0.5, k, x, x));
  console.log(grad(energy)({ x: array([1, 2, 3]), k: array(4) }), evaluate((y) => ops.sqrt(y))(array([4])));`;

test("who differentiates functions gets less than 60 thousand bytes, nothing of crystals, and loops when asking for them", async () => {
  const text = await minified(`import { array, evaluate, grad, ops } from "./src/index.js"; ${energy}`);
  assert.ok(text.length > 10_000 && text.length < 60_000, `${text.length} bytes`);
  assert.not.match(text, /HEADER_BYTES|nanobragg|wavelength|WebAssembly/);
  const withLoops = await minified(`import { array, evaluate, grad, ops, useLoops } from "./src/index.js"; useLoops(); ${energy}`);
  assert.match(withLoops, /WebAssembly/);
  assert.not.match(withLoops, /HEADER_BYTES|nanobragg|wavelength/);
});

test.run();
