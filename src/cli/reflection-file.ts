import { piecesOfFile } from "../io/files.js";
import { HklReader, type Reflections } from "../io/hkl.js";
import { beginsAsHkl } from "./scatterers.js";

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
  return { bytes: pieces.length === 1 ? pieces[0] : Buffer.concat(pieces), reflections: reader?.end() };
}
