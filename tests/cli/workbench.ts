import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/cli/command.js";

/** What came of a command line. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own for command lines that run in this process. */
export class Workbench {
  private constructor(readonly folder: string) {}

  static async make(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Workbench> {
    const bench = new Workbench(await mkdtemp(join(tmpdir(), "braggtape-cli-")));
    await bench.put(files);
    return bench;
  }

  async put(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) await writeFile(join(this.folder, name), content);
  }

  /** Runs a command line, its words parted by blanks. */
  async run(line: string, isTerminal = false): Promise<Outcome> {
    let stdout = "";
    let stderr = "";
    const code = await runCommand(line.split(" ").filter((word) => word !== ""), {
      cwd: this.folder,
      stdout: (text) => (stdout += text),
      stderr: (text) => (stderr += text),
      isTerminal,
      seconds: () => 1_700_000_000,
    });
    return { code, stdout, stderr };
  }

  async read(name: string): Promise<Uint8Array> {
    return new Uint8Array(await readFile(join(this.folder, name)));
  }

  /** Every file's content by its name. */
  async contents(): Promise<Readonly<Record<string, string>>> {
    const names = (await readdir(this.folder)).sort();
    const entries = await Promise.all(names.map(async (name) => [name, await readFile(join(this.folder, name), "latin1")] as const));
    return Object.fromEntries(entries);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Runs an action in a folder that is removed afterwards. */
export async function withBench<T>(files: Files, action: (bench: Workbench) => Promise<T>): Promise<T> {
  const bench = await Workbench.make(files);
  try {
    return await action(bench);
  } finally {
    await bench.remove();
  }
}

/** A command line that simulates a small image at once. */
export const small = "simulate -cell 34 45 56 75 85 100 -default_F 10 -N 3 -detpixels 8 -pixel 2 -oversample 1";

/** The bytes of a small SMV image. */
export function smv(entries: string, pixels: readonly number[]): Uint8Array {
  const header = `{\nHEADER_BYTES=512;\nDIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\n${entries}}\f`.padEnd(512, " ");
  const bytes = new Uint8Array(512 + 2 * pixels.length);
  bytes.set(new TextEncoder().encode(header));
  pixels.forEach((pixel, i) => bytes.set([pixel & 255, pixel >> 8], 512 + 2 * i));
  return bytes;
}
