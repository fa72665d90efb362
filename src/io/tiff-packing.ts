import { InputError } from "../ndarray/errors.js";

/** How the strips of a TIFF are packed, by the number in the file. */
const packings: ReadonlyMap<number, string> = new Map([
  [1, "none"], [2, "CCITT fax, modified Huffman"], [3, "CCITT fax, group 3"], [4, "CCITT fax, group 4"], [5, "LZW"], [6, "JPEG, old form"], [7, "JPEG"], [8, "deflate"],
  [9, "JBIG"], [10, "JBIG, colour"], [32766, "NeXT"], [32773, "PackBits"], [32809, "ThunderScan"], [32946, "deflate"], [34661, "JBIG"], [34712, "JPEG 2000"],
  [34887, "LERC"], [34925, "LZMA"], [50000, "Zstandard"], [50001, "WebP"], [50002, "JPEG XL"],
]);

/** Unpacks a strip, whose length when unpacked is known. */
export type Unpack = (packed: Uint8Array, length: number) => Uint8Array | Promise<Uint8Array>;

/**
 * What unpacks the strips of a TIFF.
 * @param compression the number in the file
 * @param name what error messages call the file
 * @throws InputError when they are packed in a way that is not read
 *
 * Source: Adobe, TIFF revision 6.0, sections 9 (PackBits) and 13 (LZW); Adobe Photoshop TIFF Technical Notes, 2002 (deflate).
 */
export function unpackingOf(compression: number, name: string): Unpack {
  switch (compression) {
    case 1:
      return (packed) => packed;
    case 5:
      return (packed, length) => unpackLzw(packed, length, name);
    case 8:
    case 32946:
      return (packed) => inflate(packed, name);
    case 32773:
      return unpackBits;
    default:
      throw new InputError(`${name}: the TIFF is packed by ${packings.get(compression) ?? "an unknown method"} (compression ${compression}); read are PackBits, LZW, deflate and pixels that are not packed`);
  }
}

/** A count n from 0 to 127 precedes n + 1 bytes, one from -127 to -1 a byte that stands for 1 - n of them. */
function unpackBits(packed: Uint8Array, length: number): Uint8Array {
  const unpacked = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < packed.length && at < length; ) {
    const count = (packed[i++] << 24) >> 24;
    if (count >= 0) {
      unpacked.set(packed.subarray(i, i + Math.min(count + 1, length - at)), at);
      at += Math.min(count + 1, packed.length - i);
      i += count + 1;
    } else if (count !== -128 && i < packed.length) {
      unpacked.fill(packed[i++], at, Math.min(at + 1 - count, length));
      at += 1 - count;
    }
  }
  return unpacked.subarray(0, Math.min(at, length));
}

const [clearCode, endCode, mostCodes] = [256, 257, 4096];

/** Codes of 9 to 12 bits, the highest bit first; the width grows one code before it has to. */
function unpackLzw(packed: Uint8Array, length: number, name: string): Uint8Array {
  const unpacked = new Uint8Array(length);
  // Of each code: where what it stands for was last written, and how long it is.
  const start = new Int32Array(mostCodes);
  const size = new Int32Array(mostCodes);
  let [next, width, at, bit, before] = [endCode + 1, 9, 0, 0, -1];
  const code = (): number => {
    if (bit + width > 8 * packed.length) return endCode;
    let value = 0;
    for (let i = 0; i < width; i++, bit++) value = 2 * value + ((packed[bit >> 3] >> (7 - (bit & 7))) & 1);
    return value;
  };
  for (let found = code(); found !== endCode && at < length; found = code()) {
    if (found === clearCode) {
      [next, width, before] = [endCode + 1, 9, -1];
      continue;
    }
    const isByte = found < clearCode;
    if (!isByte && (before < 0 || found > next || found < endCode)) throw new InputError(`${name} is damaged: the LZW code ${found} stands for nothing yet`);
    const from = at;
    const [previousStart, previousSize] = before < 0 ? [0, 0] : before < clearCode ? [at - 1, 1] : [at - size[before], size[before]];
    if (isByte) unpacked[at++] = found;
    else {
      const [first, count] = found === next ? [previousStart, previousSize + 1] : [start[found], size[found]];
      for (let i = 0; i < count && at < length; i++) unpacked[at++] = unpacked[first + i];
    }
    if (before >= 0 && next < mostCodes) {
      // What stood before, and the first byte of this one behind it: they stand there already.
      start[next] = from - previousSize;
      size[next] = previousSize + 1;
      next++;
    }
    if (next + 1 >= 2 ** width && width < 12) width++;
    before = found;
  }
  return unpacked.subarray(0, at);
}

async function inflate(packed: Uint8Array, name: string): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new InputError(`${name} is damaged: a strip of the TIFF cannot be inflated`, { cause: error });
  }
}
