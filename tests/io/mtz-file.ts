import type { Reflections } from "../../src/io/hkl.js";

/** What an MTZ file is made of. */
export interface Contents {
  readonly records: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly littleEndian?: boolean;
  /** the header's position in the 8 bytes that large files use */
  readonly longPosition?: boolean;
}

/** The bytes of an MTZ file. */
export function mtzFile({ records, rows, littleEndian = true, longPosition = false }: Contents): Uint8Array {
  const values = rows.flat();
  const headerStart = 80 + 4 * values.length;
  const header = [...records, "END", "MTZHIST   1", "made by a test", "MTZENDOFHEADERS"].map((record) => record.padEnd(80)).join("");
  const bytes = new Uint8Array(headerStart + header.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("MTZ "));
  bytes.set(littleEndian ? [0x44, 0x41] : [0x11, 0x11], 8);
  const word = headerStart / 4 + 1;
  view.setInt32(4, longPosition ? -1 : word, littleEndian);
  if (longPosition) view.setBigInt64(12, BigInt(word), littleEndian);
  values.forEach((value, i) => view.setFloat32(80 + 4 * i, value, littleEndian));
  bytes.set(new TextEncoder().encode(header), headerStart);
  return bytes;
}

/** The reflections as a sorted list of "h k l F". */
export function listed({ h, k, l, f }: Reflections): string[] {
  return Array.from({ length: h.size }, (_, i) => `${h.get(i)} ${k.get(i)} ${l.get(i)} ${f.get(i)}`).sort();
}
