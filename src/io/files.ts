import { access, constants, open, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../ndarray/errors.js";
import { uniqueName } from "../ndarray/unique-name.js";
import { gzip, isGzip } from "./gzip.js";

/** A file that is to be written. */
export interface OutputFile {
  /** where it is written, from the working folder */
  readonly path: string;
  /** what it shall hold */
  readonly bytes: Uint8Array;
}

/**
 * The text (UTF-8) of a file.
 * @throws InputError when it cannot be read
 */
export async function readTextFile(path: string): Promise<string> {
  return attempt("read", path, async () => new TextDecoder().decode(await readFile(path)));
}

/**
 * The bytes of a file.
 * @throws InputError when it cannot be read
 */
export async function readBinaryFile(path: string): Promise<Uint8Array> {
  return attempt("read", path, async () => {
    const content = await readFile(path);
    return new Uint8Array(content.buffer, content.byteOffset, content.length);
  });
}

/**
 * The bytes of a file, however long it is, in pieces of one length, of which the last is shorter.
 * @param length bytes of a piece
 * @throws InputError when it cannot be read
 */
export async function* piecesOfFile(path: string, length: number): AsyncGenerator<Uint8Array> {
  const file = await attempt("read", path, () => open(path));
  try {
    for (;;) {
      const piece = new Uint8Array(length);
      let filled = 0;
      for (let last = -1; last !== 0 && filled < length; filled += last) {
        last = (await attempt("read", path, () => file.read(piece, filled, length - filled))).bytesRead;
      }
      if (filled > 0) yield piece.subarray(0, filled);
      if (filled < length) return;
    }
  } finally {
    await file.close();
  }
}

/** Whether two names are those of one file, over links as well; a name that no file has is only its own. */
export async function isSameFile(first: string, second: string): Promise<boolean> {
  const [a, b] = await Promise.all([first, second].map((path) => realpath(path).catch(() => resolve(path))));
  return a === b;
}

/**
 * Writes a file beside its name and renames it, so that a stop half way leaves the old one.
 * A device or a pipe is written to directly; of a symbolic link the file that it names is replaced.
 * @throws InputError when it cannot be written; nothing is left behind then
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  return writeAllAtomically([{ path, bytes }]);
}

/**
 * Writes several files, all of them beside their names before the first one is renamed.
 * @throws InputError when one cannot be written, or two are the same file; nothing is left behind then and, unless it was a renaming
 *   that failed, every old file is what it was
 */
export async function writeAllAtomically(files: readonly OutputFile[]): Promise<void> {
  const together = new FilesTogether();
  for (const file of files) void together.add(file);
  await together.commit();
}

/** Files that are written beside their names, each as soon as it is there, and take their names together. */
export class FilesTogether {
  readonly #files: { readonly path: string; readonly content: Promise<Uint8Array>; readonly target: Promise<Target>; readonly written: Promise<void> }[] = [];

  /**
   * Begins to write a file, packed where its name ends in .gz; its bytes stay as they are until the end.
   * @returns when it is being written, which goes on while this thread computes; what fails is told when the files are to take their names
   */
  async add({ path, bytes }: OutputFile): Promise<void> {
    const content = /\.gz$/i.test(path) && !isGzip(bytes) ? gzip(bytes) : Promise.resolve(bytes);
    const target = attempt("write", path, () => findTarget(path));
    await new Promise<void>((begun) => {
      const written = target.then(({ temporary, mode }) => attempt("write", path, async () => {
        if (temporary !== undefined) await writeNew(temporary, await content, mode, begun);
      }));
      written.then(begun, () => begun());
      this.#files.push({ path, content, target, written });
    });
  }

  /**
   * Gives all files their names.
   * @throws InputError as `writeAllAtomically`
   */
  async commit(): Promise<void> {
    try {
      const targets = await Promise.all(this.#files.map(({ target }) => target));
      targets.forEach(({ final, temporary }, i) => {
        const first = targets.findIndex((other) => other.final === final);
        if (first < i && temporary !== undefined) {
          throw new InputError(`cannot write ${this.#files[i].path}: ${this.#files[first].path} is to be written to the same file`);
        }
      });
      for (const { written } of this.#files) await written;
      for (const [i, { path, content }] of this.#files.entries()) {
        const { final, temporary } = targets[i];
        await attempt("write", path, async () => (temporary === undefined ? writeFile(final, await content) : rename(temporary, final)));
      }
    } finally {
      await this.discard();
    }
  }

  /** Takes back what has no name yet. */
  async discard(): Promise<void> {
    for (const { target, written } of this.#files.splice(0)) {
      await written.catch(() => undefined);
      const temporary = await target.then((found) => found.temporary, () => undefined);
      if (temporary !== undefined) await rm(temporary, { force: true });
    }
  }
}

/**
 * Writes a file that is not there yet, in one piece: `writeFile` would come back to this thread after each half a megabyte.
 * @param begun called when it is being written
 */
async function writeNew(path: string, bytes: Uint8Array, mode: number, begun: () => void): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    for (let at = 0; at < bytes.length; ) {
      const writing = file.write(bytes, at);
      begun();
      at += (await writing).bytesWritten;
    }
  } finally {
    await file.close();
  }
}

interface Target {
  readonly final: string;
  /** undefined where the bytes go to what is there, a device or a pipe */
  readonly temporary: string | undefined;
  readonly mode: number;
}

async function findTarget(path: string): Promise<Target> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isDirectory()) throw new InputError(`cannot write ${path}: it is a folder`);
  if (found) await access(path, constants.W_OK);
  if (found && !found.isFile()) return { final: path, temporary: undefined, mode: found.mode };
  const final = found ? await realpath(path) : resolve(path);
  return { final, temporary: `${final}.${uniqueName()}.partial`, mode: found?.mode ?? 0o666 };
}

/** What an action gives, its failure told as an InputError. */
async function attempt<T>(verb: "read" | "write", path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const missing = verb === "read" ? "there is no such file" : "its folder does not exist";
    const code = codeOf(error);
    const reason = code === "ENOENT" ? missing : (reasons.get(code) ?? (error instanceof Error ? error.message : String(error)));
    throw new InputError(`cannot ${verb} ${path}: ${reason}`, { cause: error });
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "what stands before the last / is not a folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the disk is read-only"],
  ["ENOSPC", "the disk is full"],
  ["ENAMETOOLONG", "the name is too long"],
]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
