import { inflateSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/io/png.js";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
  readonly crc: number;
}

/** The chunks of a PNG, behind its signature. */
function chunksOf(png: Uint8Array): Chunk[] {
  assert.equal([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    const content = png.subarray(at + 8, at + 8 + length);
    chunks.push({ type: new TextDecoder().decode(png.subarray(at + 4, at + 8)), content, crc: view.getUint32(at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

async function pixelsOf(image: NdArray): Promise<number[]> {
  const [, data] = chunksOf(await encodePng(image));
  return [...inflateSync(data.content)];
}

test("a PNG is a header, the pixels and an end, each with the check sum that other programs find in such chunks", async () => {
  const [header, data, end] = chunksOf(await encodePng(array([[7]], "int32")));
  assert.equal([header.type, data.type, end.type], ["IHDR", "IDAT", "IEND"]);
  assert.equal([...header.content], [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  assert.is(header.crc, 0x3a7e9b55);
  assert.is(end.crc, 0xae426082);
});

test("an RGB image has color type 2", async () => {
  const [header] = chunksOf(await encodePng(array([[[1, 2, 3]]], "int32")));
  assert.equal([...header.content], [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  assert.is(header.crc, 0x907753de);
});

test("the rows of a grey image follow one another, unfiltered, through any strides", async () => {
  const image = array([[0, 1, 2], [253, 254, 255]], "int32");
  assert.equal(await pixelsOf(image), [0, 0, 1, 2, 0, 253, 254, 255]);
  assert.equal(await pixelsOf(transpose(image)), [0, 0, 253, 0, 1, 254, 0, 2, 255]);
});

test("the colors of a pixel stand together", async () => {
  assert.equal(await pixelsOf(array([[[1, 2, 3], [4, 5, 6]]], "int32")), [0, 1, 2, 3, 4, 5, 6]);
});

test("an image larger than one compressed block keeps every pixel", async () => {
  const image = zeros([300, 400], "int32");
  for (let i = 0; i < image.size; i++) image.data[i] = (i * i) % 256;
  const pixels = await pixelsOf(image);
  assert.is(pixels.length, 300 * 401);
  assert.ok(image.data.every((value, i) => pixels[Math.floor(i / 400) * 401 + 1 + (i % 400)] === value));
});

async function failureOf(image: NdArray): Promise<unknown> {
  return encodePng(image).catch((error: unknown) => error);
}

test("a shape that is not an image's is refused", async () => {
  for (const shape of [[4], [0, 4], [2, 2, 4], [2, 2, 1], [1, 2, 2, 3]]) {
    assert.instance(await failureOf(zeros(shape, "int32")), ShapeError);
  }
});

test("a value that 8 bits cannot hold is refused, with its row", async () => {
  for (const value of [256, -1, 0.5, NaN]) {
    const failure = await failureOf(array([[0], [value]]));
    assert.instance(failure, InputError);
    assert.match(String(failure), /row 1 of the image holds/);
  }
});

test.run();
