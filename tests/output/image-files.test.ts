import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFdump } from "../../src/io/fdump.js";
import { parseFloatImage } from "../../src/io/float-image.js";
import { parseHkl } from "../../src/io/hkl.js";
import { parseSmv } from "../../src/io/smv.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { equals } from "../../src/ndarray/ndarray.js";
import { cbfFile, differencePngFile, fdumpFile, pgmFile, pngFile, smvFile, smvHeaderOf } from "../../src/output/image-files.js";
import { withBench } from "../cli/workbench.js";

/** The experiment of the command line below. */
const experiment = {
  beam: { wavelengthA: 1.1, fluence: 1e24 },
  crystal: { lattice: { a: 34, b: 45, c: 56, alpha: 90, beta: 90, gamma: 90 }, cells: [3, 3, 3], scan: { phiDeg: 10, stepDeg: 0.5, steps: 2 } },
  detector: { pixels: { fast: 8, slow: 6 }, pixelSizeMm: 2, distanceMm: 70 },
  structureFactors: 10,
} as const;
const line = "simulate -cell 34 45 56 -hkl list.hkl -N 3 -lambda 1.1 -fluence 1e24 -detpixels_x 8 -detpixels_y 6 -pixel 2 -distance 70 -phi 10 -osc 1 -oversample 1 -nonoise --png p.png -cbffile c.cbf -mosaic_spread 0";
const near = [-1, 0, 1];
const list = near.flatMap((h) => near.flatMap((k) => near.map((l) => `${h} ${k} ${l} 7\n`))).join("");

test("the library writes every image file that the command writes, byte for byte, from the experiment and the image", () =>
  withBench({ "list.hkl": list }, async (bench) => {
    const { code, stderr } = await bench.run(line);
    assert.is(code, 0, stderr);
    const image = parseFloatImage(await bench.read("floatimage.bin"), [6, 8], "image");
    assert.equal(smvFile(experiment, image), await bench.read("intimage.img"));
    assert.equal(pgmFile(image), await bench.read("image.pgm"));
    assert.equal(await pngFile(image), await bench.read("p.png"));
    assert.equal(cbfFile(experiment, image), await bench.read("c.cbf"));
    const structureFactors = StructureFactors.fromReflections(parseHkl(list, "list.hkl"));
    assert.equal(fdumpFile(structureFactors), await bench.read("Fdump.bin"));
    assert.ok(equals(parseFdump(fdumpFile(structureFactors), "dump").values, structureFactors.grid));
    assert.ok((await differencePngFile(image)).length > 0);
  }));

test("counts are written as they are, and the header states the whole turn of a scan", () => {
  const header = smvHeaderOf(experiment);
  assert.equal([header.phiDeg, header.oscRangeDeg, header.wavelengthA], [10, 1, 1.1]);
  const counts = parseFloatImage(new Uint8Array(4 * 48), [6, 8], "dark");
  counts.data[5] = 17;
  assert.is(parseSmv(smvFile(experiment, counts, { scale: 1, adcOffset: 0 }), "s").image.get(0, 5), 17);
});

test.run();
