import { gunzip, isGzip } from "../io/gzip.js";
import { piecesOfFile } from "../io/files.js";
import { HklReader, type Reflections } from "../io/hkl.js";
import { beginsAsHkl } from "./scatterers.js";

/** The bytes of a list or of coordinates as text has them: unpacked where they are packed by gzip, and without a byte order mark. */
export async function listContent(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const content = isGzip(bytes) ? await gunzip(bytes, name) : bytes;
  return content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? content.subarray(3) : content;
}

/** Longer lists are read piece by piece. */
const usualPiece = 2 ** 26;

/** What was read of a list of reflections. */
export interface ReadList {
  /** the whole file, or its beginning where it was read in pieces */
  readonly bytes: Uint8Array;
  /** of a plain list of h k l F that was read in pieces, however long it is */
  readonly reflections: Reflections | undefined;
}

/**
 * Reads a list of reflections: one of h k l F that is longer than a piece without ever holding more than a piece of its text.
 * @param name what error messages call it
 * @param pieceBytes bytes of a piece
 * @throws InputError when it cannot be read, or a line of a plain list is none
 */
export async function readReflectionFile(path: string, name: string, pieceBytes = usualPiece): Promise<ReadList> {
  const pieces: Uint8Array[] = [];
  let reader: HklReader | undefined;
  for await (const piece of piecesOfFile(path, pieceBytes)) {
    if (pieces.length === 0 && piece.length === pieceBytes && beginsAsHkl(piece)) reader = new HklReader(name);
    if (reader === undefined || pieces.length === 0) pieces.push(piece);
    reader?.add(piece);
  }
  const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  return { bytes: reader ? bytes : await listContent(bytes, name), reflections: reader?.end() };
}
