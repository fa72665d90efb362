import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "../ndarray/errors.js";

/**
 * Makes a folder and those above it. Level by level: where nothing can be made, as in /proc, the file system's own way to make all of them
 * does not end.
 * @throws InputError when it cannot be made
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch((error: unknown) => {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const isInTheWay = reason === "EEXIST" || reason === "ENOTDIR";
    throw new InputError(`--out: the folder ${folder} cannot be made: ${isInTheWay ? "a file has that name" : reason}`, { cause: error });
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
