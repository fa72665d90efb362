import { InputError } from "../../ndarray/errors.js";
import { Bits } from "./bits.js";
import { checkCount, checkRest, littleEndian } from "./packed.js";

/** Where no code ends, the places of the two branches; where one ends, its symbol below 0, as -1 - symbol. */
type CodeTree = readonly (readonly [zero: number, one: number])[];

/** The longest code that is read: more pixels than 2 ** 28 are none, and no symbol of theirs has a longer one. */
const longestCode = 64;

/**
 * Unpacks differences between neighbouring pixels, which are written in codes of as many bits as they are rare: a table of the codes' lengths
 * stands in front. Differences that are too large for the table follow a code that states their bits.
 * @param packed four numbers of 64 bits, of which the first counts the pixels, the table, and the codes
 * @param count of the pixels
 * @param bytes of a pixel
 * @param range lowest and highest value that a pixel can have
 * @param name what error messages call the bytes
 * @returns the pixels as the header's element type has them, little-endian
 * @throws InputError when the bytes end early, some are left over, they count other pixels, a pixel leaves the range, or the lengths are those of no code
 *
 * Source: the format as CBFlib reads and writes it (cbf_canonical.c).
 */
export function decodeCanonical(packed: Uint8Array, count: number, bytes: 1 | 2 | 4, [lowest, highest]: readonly [number, number], name: string): Uint8Array {
  const bits = new Bits(packed, name);
  checkCount(bits, count, name);
  // The minimum, the maximum and the reserved number.
  for (let part = 0; part < 6; part++) bits.next(32);
  const width = bits.next(8);
  const widest = bits.next(8);
  if (width > 15 || widest > 65 || widest < width) throw new InputError(`${name}: the table of codes is for differences of ${width} to ${widest} bits; it can be for up to 15 and up to 65`);
  const end = 1 << width;
  const lengths = Array.from({ length: end + widest + 1 }, (_, symbol) => (symbol <= end || symbol > end + width ? bits.next(8) : 0));
  const tree = treeOf(lengths, name);
  const next = (): number => {
    let at = 0;
    while (at >= 0) at = tree[at][bits.next(1)];
    return -1 - at;
  };
  const pixels = new Int32Array(count);
  let value = 0;
  for (let i = 0; i < count; i++) {
    const symbol = next();
    if (symbol === end) throw new InputError(`${name}: the packed pixels end within number ${i} of ${count}`);
    const difference = symbol > end ? bits.signed(symbol - end) : symbol < end / 2 ? symbol : symbol - end;
    value = (value + difference) | 0;
    // Numbers of 32 bits go round.
    if (bytes < 4 && !(value >= lowest && value <= highest)) throw new InputError(`${name}: pixel ${i} is ${value}, outside of ${lowest} to ${highest}`);
    pixels[i] = value;
  }
  if (next() !== end) throw new InputError(`${name}: more pixels are packed than the ${count} of the header`);
  checkRest(bits, name);
  return littleEndian(pixels, bytes);
}

/**
 * The tree of the canonical codes of given lengths: codes of one length are consecutive numbers in the order of their symbols, and the longest
 * ones begin at 0.
 * @param lengths in bits, of every symbol; 0 where it has no code
 * @throws InputError when no set of codes has these lengths
 */
function treeOf(lengths: readonly number[], name: string): CodeTree {
  const broken = (): InputError => new InputError(`${name} is damaged: the lengths in the table are those of no code`);
  const used = lengths.map((length, symbol) => ({ length, symbol })).filter(({ length }) => length > 0);
  if (used.length < 2 || used.some(({ length }) => length > longestCode)) throw broken();
  // From the longest codes up: at each length the codes, and pairs of what is longer.
  let nodes: number[] = [];
  const tree: [number, number][] = [];
  for (let length = longestCode; length > 0; length--) {
    if (nodes.length % 2 !== 0) throw broken();
    const joined: number[] = [];
    for (let i = 0; i < nodes.length; i += 2) joined.push(tree.push([nodes[i], nodes[i + 1]]) - 1);
    // Numbers of one length begin with those that lead to longer codes.
    nodes = [...joined, ...used.filter((code) => code.length === length).map(({ symbol }) => -1 - symbol)];
  }
  if (nodes.length !== 2) throw broken();
  // The root stands first.
  const root = tree.push([nodes[0], nodes[1]]) - 1;
  const moved = (at: number): number => (at < 0 ? at : root - at);
  return tree.reverse().map(([zero, one]): [number, number] => [moved(zero), moved(one)]);
}
