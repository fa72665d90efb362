import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFloatImage } from "../../src/io/float-image.js";
import type { NdArray } from "../../src/ndarray/ndarray.js";
import { goldenCases, goldenFile, runCase, type GoldenCase, type GoldenFile } from "./cases.js";
import { leftOutPart, parity, type Bars, type Parity } from "./parity.js";

const headerBytes = 512;

const bars = { ofMaximum: 1e-6, relative: 2e-5 };
const float32Bars = { ofMaximum: 2e-5, relative: Infinity };

let leftOut = 0;

function mustHave(files: ReadonlyMap<GoldenFile, Uint8Array>, file: GoldenFile): Uint8Array {
  const bytes = files.get(file);
  if (bytes === undefined) throw new Error(`${file} was not written`);
  return bytes;
}

/** How far the float image of a run is from the reference program's. */
function imageParity({ name, pixels }: GoldenCase, files: ReadonlyMap<GoldenFile, Uint8Array>, wanted: Bars): Parity {
  const reference = goldenFile(name, "image.bin");
  if (reference === undefined) throw new Error("the case has no image");
  const read = (bytes: Uint8Array): NdArray => parseFloatImage(bytes, [1, pixels], name);
  return parity(read(mustHave(files, "image.bin")), read(reference), wanted);
}

/** Asserts that the headers are equal, and all counts but at most 0.1 %, which may be one off. */
function assertSameSmv(ours: Uint8Array, reference: Uint8Array): void {
  const text = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes.subarray(0, headerBytes));
  assert.is(text(ours), text(reference));
  assert.is(ours.length, reference.length);
  const count = (bytes: Uint8Array, at: number): number => bytes[at] + 256 * bytes[at + 1];
  let different = 0;
  for (let at = headerBytes; at < ours.length; at += 2) {
    const difference = Math.abs(count(ours, at) - count(reference, at));
    assert.ok(difference <= 1, `pixel ${(at - headerBytes) / 2} differs by ${difference} counts`);
    if (difference > 0) different++;
  }
  assert.ok(different <= leftOutPart * (ours.length / 2), `${different} pixels differ`);
}

for (const golden of goldenCases) {
  test(`the image of ${golden.name} is the reference program's`, async () => {
    const files = await runCase(golden);
    const found = imageParity(golden, files, bars);
    leftOut += found.leftOut;
    assert.ok(found.ofMaximum <= bars.ofMaximum, `differs by ${found.ofMaximum} of the maximum`);
    assert.ok(found.relative <= bars.relative, `differs by ${found.relative} of a bright pixel`);
    for (const file of ["image.img", "noise.img"] as const) {
      const smv = goldenFile(golden.name, file);
      if (smv) assertSameSmv(mustHave(files, file), smv);
    }
    const pgm = goldenFile(golden.name, "image.pgm");
    if (pgm) assert.equal(mustHave(files, "image.pgm"), pgm);
  });

  test(`the image of ${golden.name} is the reference program's by the interpreter`, async () => {
    const found = imageParity(golden, await runCase(golden, "--executor", "interpreter"), bars);
    assert.ok(found.ofMaximum <= bars.ofMaximum && found.relative <= bars.relative && found.leftOut === 0, JSON.stringify(found));
  });

  test(`the image of ${golden.name} is the reference program's in float32, within 2e-5 of the maximum`, async () => {
    const found = imageParity(golden, await runCase(golden, "--dtype", "float32"), float32Bars);
    assert.ok(found.ofMaximum <= float32Bars.ofMaximum && found.leftOut === 0, JSON.stringify(found));
  });
}

test("no image needs a pixel left out", () => {
  assert.is(leftOut, 0);
});

test.run();
