/**
 * Bundles the command into one file, and the program of its workers into another, in place of the many files of dist/cli: to find and
 * open these takes longer than to read them. Beside the command lies the code that this engine makes of it.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const bundled = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  packages: "external",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "error",
} satisfies BuildOptions;

/** In CommonJS a module does not know its own address. */
const ownAddress: BuildOptions = {
  format: "cjs",
  define: { "import.meta.url": "ownAddress" },
  banner: { js: 'const ownAddress = require("node:url").pathToFileURL(__filename).href;' },
  logOverride: { "empty-import-meta": "silent" },
};

/** @param folder receives the programs */
export async function bundleCommand(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const command = join(folder, "command.cjs");
  await build({ ...bundled, entryPoints: [{ in: "src/cli/start.ts", out: "main" }, "src/simulate/parallel/node-worker.ts"], outdir: folder, entryNames: "[name]", format: "esm" });
  await build({ ...bundled, ...ownAddress, entryPoints: ["src/cli/main.ts"], outfile: command });
  const { outputFiles: [compiler] } = await build({ ...bundled, entryPoints: ["scripts/compile-command.ts"], format: "cjs", write: false });
  const images = await mkdtemp(join(tmpdir(), "braggtape-"));
  try {
    execFileSync(process.execPath, ["-e", compiler.text, command, images], { stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    await rm(images, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCommand(`${root}dist/cli`);
