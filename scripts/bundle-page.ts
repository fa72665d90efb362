/** Bundles the program of the page, and that of its workers, into dist/page, where the command finds them. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { programSources } from "../src/cli/view/page-program.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A source file with all that it needs, as one module. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(`${root}dist/page`, { recursive: true });
  for (const [name, entry] of Object.entries(programSources)) await writeFile(`${root}dist/page/${name}`, await bundle(entry));
}
