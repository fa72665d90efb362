import { InputError } from "../ndarray/errors.js";

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The bytes that a gzip file holds.
 * @param name what error messages call the file
 * @throws InputError when the file is cut short or its checksum is wrong
 */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const unpacked = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (error) {
    throw new InputError(`${name} cannot be unpacked: the gzip file is cut short or damaged`, { cause: error });
  }
}

/** Packs bytes as a gzip file. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
