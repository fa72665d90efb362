import { createHash } from "node:crypto";
import { frameNameOf } from "../../io/image-file.js";
import { readBinaryFile } from "../../io/files.js";
import { InputError } from "../../ndarray/errors.js";
import type { ReadFile, Report } from "../../view/report.js";
import type { StatedFact } from "../../view/stated-fact.js";
import { quotedArgument } from "../argument-file.js";
import { fromFolder } from "../input-files.js";
import type { Given } from "../parse-flags.js";
import { version } from "../version.js";
import type { RefineFlag } from "./flags.js";

/** Options that name a file to be read. */
const inputFlags: ReadonlySet<string> = new Set<RefineFlag>(["hkl", "mtz", "pdb", "dump", "mat", "mask", "img", "geometry", "sourcefile", "stol", "4stol", "Q"]);

/** What a result comes from. */
export type Origin = Pick<Report, "provenance" | "facts" | "files">;

/** What the result comes from: the command, who said what, and the files that it has read. */
export async function originOf(given: Given<RefineFlag>, images: readonly string[], facts: readonly StatedFact[], cwd: string): Promise<Origin> {
  const options = optionsOf(given);
  return {
    provenance: [
      ["program", `braggtape ${version()}, Node ${process.versions.node}`],
      ["command", ["braggtape refine", ...images.map(quotedArgument), ...options].join(" ")],
    ],
    facts,
    files: await readFiles([...images, ...given.occurrences.filter(({ name }) => inputFlags.has(name)).flatMap(({ words }) => words)], cwd),
  };
}

/** The options of a command line, one by one. */
export function optionsOf(given: Given<RefineFlag>): string[] {
  return given.occurrences.map(({ name, words }) => [`-${name}`, ...words].map(quotedArgument).join(" "));
}

/** The command, its options and the files of an origin, as the file of a refinement's numbers has them. */
export function provenanceOf({ provenance, files }: Origin, given: Given<RefineFlag>): object {
  return { ...Object.fromEntries(provenance), options: optionsOf(given), files: files.map(({ name, bytes, checksum }) => ({ name, bytes, sha256: checksum })) };
}

async function readFiles(names: readonly string[], cwd: string): Promise<ReadFile[]> {
  const files = new Set(names.map((name) => frameNameOf(name).file));
  const found: ReadFile[] = [];
  for (const name of files) {
    // What was read a minute ago may be gone, and that is no reason to lose the result.
    const content = await contentOf(fromFolder(cwd, name));
    if (content) found.push({ name, bytes: content.length, checksum: createHash("sha256").update(content).digest("hex") });
  }
  return found;
}

async function contentOf(path: string): Promise<Uint8Array | undefined> {
  return readBinaryFile(path).catch((error: unknown) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
}
