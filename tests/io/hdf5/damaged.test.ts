import { mkdtemp, rm, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as h5wasm from "h5wasm/node";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readAnyImage } from "../../../src/io/image-file.js";
import { InputError } from "../../../src/ndarray/errors.js";
import { byteDamages } from "../damage.js";

const module = await h5wasm.ready;
module.insert_plugin_search_path(join(dirname(createRequire(import.meta.url).resolve("h5wasm-plugins")), "plugins"), 0);
const folder = await mkdtemp(join(tmpdir(), "braggtape-h5-"));
test.after(() => rm(folder, { recursive: true }));

/** A stack of two frames, packed by bitshuffle, with the distance and the wavelength. */
async function small(): Promise<Uint8Array> {
  const path = join(folder, "good.h5");
  const file = new h5wasm.File(path, "w");
  const entry = file.create_group("entry");
  entry.create_group("data").create_dataset({ name: "data", data: Uint32Array.from({ length: 24 }, (_, i) => 10 * i), shape: [2, 3, 4], dtype: "<I", chunks: [1, 3, 4], compression: 32008, compression_opts: [0, 2] });
  const instrument = entry.create_group("instrument");
  instrument.create_group("beam").create_dataset({ name: "incident_wavelength", data: new Float64Array([0.9763]), shape: [1], dtype: "<d" });
  instrument.create_group("detector").create_dataset({ name: "detector_distance", data: new Float64Array([0.125]), shape: [1], dtype: "<d" });
  file.close();
  return readFile(path);
}

test("of HDF5 files, too, 40 damages and more are refused in one sentence, and none ends otherwise", async () => {
  const good = await small();
  let refused = 0;
  for (const [i, { what, file }] of byteDamages(good, good.length, 40).entries()) {
    // A name of its own: the library keeps what it has read of a file.
    const path = join(folder, `${i}.h5`);
    await writeFile(path, file);
    try {
      await readAnyImage(path, "f.h5");
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
      assert.ok(error.message.length > 10 && error.message.length < 400 && !error.message.includes("\n"), `${what}: ${error.message}`);
      refused++;
    }
    await rm(path);
  }
  assert.ok(refused >= 40, `only ${refused} damages are refused`);
});

test.run();
