import { describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { flatData, type NdArray } from "../ndarray/ndarray.js";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const grey = 0;
const rgb = 2;

/**
 * Writes an 8-bit PNG, grey or RGB.
 * @param image whole numbers 0 to 255, shape [height, width] for grey or [height, width, 3] for RGB
 * @throws ShapeError when it has another shape, or no pixel
 * @throws InputError when 8 bits cannot hold a value
 * Source: PNG specification (W3C, third edition); the pixels are one zlib stream, rows unfiltered.
 */
export async function encodePng(image: NdArray): Promise<Uint8Array> {
  const [height, width, channels = 1] = image.shape;
  const isImage = image.size > 0 && (image.rank === 2 || (image.rank === 3 && channels === 3));
  if (!isImage) throw new ShapeError(`a PNG needs the shape [height, width] or [height, width, 3], not ${describeShape(image.shape)}`);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, image.rank === 2 ? grey : rgb, 0, 0, 0], 8);
  const pixels = await deflate(scanlines(image, height, width * channels));
  return concatenate([new Uint8Array(signature), chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", new Uint8Array(0))]);
}

/** The rows one after another, each behind a byte that says that it is not filtered. */
function scanlines(image: NdArray, rows: number, rowBytes: number): Uint8Array<ArrayBuffer> {
  const data = flatData(image);
  const bytes = new Uint8Array(rows * (rowBytes + 1));
  for (let row = 0, from = 0; row < rows; row++) {
    const start = row * (rowBytes + 1) + 1;
    for (let i = 0; i < rowBytes; i++, from++) {
      const value = data[from];
      if (!(value >= 0 && value <= 255 && Number.isInteger(value))) {
        throw new InputError(`row ${row} of the image holds ${value}; an 8-bit PNG holds whole numbers from 0 to 255`);
      }
      bytes[start + i] = value;
    }
  }
  return bytes;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** The cyclic redundancy check of ISO 3309, which ends every chunk. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
