import { InputError } from "../../ndarray/errors.js";
import { Bits } from "./bits.js";

/** How an image is packed, besides its bits. */
export interface PackedImage {
  /** of the image, in pixels */
  readonly shape: readonly [slow: number, fast: number];
  /** bytes of a pixel: 1, 2 or 4 */
  readonly bytes: 1 | 2 | 4;
  /** of x-CBF_PACKED_V2, or of x-CBF_PACKED */
  readonly version: 1 | 2;
  /** whether a pixel is predicted by the one before alone, and not by its neighbours in the row before as well */
  readonly isFlat: boolean;
}

/** Bits of a difference, by the number that stands for them; the last number stands for a whole pixel. */
const widths = {
  1: [0, 4, 5, 6, 7, 8, 16],
  2: [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
} as const;

/** Bits of a difference that may be as long as a pixel, where neighbours do not predict it. */
const unclipped = 65;

/**
 * Unpacks an image after J. P. Abrahams: chunks of 1 to 128 differences from what the neighbours predict, with one number of bits each.
 * @param packed four numbers of 64 bits, of which the first counts the pixels, and the chunks
 * @param name what error messages call the bytes
 * @returns the pixels as the header's element type has them, little-endian
 * @throws InputError when the bytes end early, some are left over, or they count other pixels
 *
 * Source: the format as CBFlib reads and writes it (cbf_packed.c), after J. P. Abrahams, Joint CCP4 + ESF-EACBM Newsletter 28 (1993).
 */
export function decodePacked(packed: Uint8Array, { shape: [slow, fast], bytes, version, isFlat }: PackedImage, name: string): Uint8Array {
  const count = slow * fast;
  const bits = new Bits(packed, name);
  checkCount(bits, count, name);
  // What the minimum, the maximum and the reserved number say is not used, as by CBFlib, which writes zeros.
  for (let part = 0; part < 6; part++) bits.next(32);
  if (fast === 1 && slow > 1 && !isFlat) throw new InputError(`${name}: the pixels are a column that is packed by its neighbours to the right, which are not there`);
  const [head, full] = [version === 2 ? 4 : 3, isFlat ? unclipped : 8 * bytes];
  // Differences and predictions are of the pixel's width; the largest unsigned numbers count as negative ones.
  const unused = 32 - 8 * bytes;
  const pixels = new Int32Array(count);
  const mask = bytes === 4 ? -1 : (1 << (8 * bytes)) - 1;
  for (let at = 0; at < count; ) {
    const chunk = 1 << bits.next(3);
    const width = widths[version][bits.next(head)] ?? full;
    const end = Math.min(at + chunk, count);
    for (; at < end; at++) {
      const sum = predicted(pixels, at, fast, isFlat, mask, unused) + bits.signed(width);
      pixels[at] = (sum << unused) >> unused;
    }
  }
  checkRest(bits, name);
  return littleEndian(pixels, bytes);
}

/** What the pixels before predict of a pixel: the one before it, or the mean with those in the row before. */
function predicted(pixels: Int32Array, at: number, fast: number, isFlat: boolean, mask: number, unused: number): number {
  const column = at % fast;
  if (at === 0) return 0;
  if (isFlat || at < fast) return pixels[at - 1];
  const above = at - fast;
  const [sum, shift] =
    column === 0
      ? [(pixels[above] & mask) + (pixels[above + 1] & mask), 1]
      : column === fast - 1
        ? [(pixels[at - 1] & mask) + (pixels[above] & mask), 1]
        : [(pixels[at - 1] & mask) + (pixels[above - 1] & mask) + (pixels[above] & mask) + (pixels[above + 1] & mask), 2];
  // The sum is cut to the pixel's width, too, before its mean is rounded; half of 2 is 1, and half of 4 is 2, as are the shifts.
  return ((((sum << unused) >> unused) + shift) | 0) >> shift;
}

/** @throws InputError when packed pixels are of another number than the header says */
export function checkCount(bits: Bits, count: number, name: string): void {
  const [stated, above] = [bits.next(32), bits.next(32)];
  if (stated !== count || above !== 0) throw new InputError(`${name}: the packed pixels are ${stated + above * 2 ** 32}, and the header says ${count}`);
}

/** @throws InputError when more bytes are left over than a writer rounds up to */
export function checkRest(bits: Bits, name: string): void {
  if (bits.unread >= 8) throw new InputError(`${name}: ${bits.unread} bytes are left over behind the last pixel`);
}

/** Pixels of 1, 2 or 4 bytes. */
export function littleEndian(pixels: Int32Array, bytes: 1 | 2 | 4): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes * pixels.length));
  for (let i = 0; i < pixels.length; i++) {
    if (bytes === 1) view.setInt8(i, pixels[i]);
    else if (bytes === 2) view.setInt16(2 * i, pixels[i], true);
    else view.setInt32(4 * i, pixels[i], true);
  }
  return new Uint8Array(view.buffer);
}
