/** Bundles the command into one file, and the program of its workers into another, in place of the many files of dist/cli: to find and open these takes longer than to read them. */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @param folder receives the programs */
export async function bundleCommand(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts", "src/simulate/parallel/node-worker.ts"],
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    minifyWhitespace: true,
    minifySyntax: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCommand(`${root}dist/cli`);
