/**
 * Bundles the command into one file, `simulate` alone into another, and the program of its workers into a third, in place of the many
 * files of dist/cli: to find and open these takes longer than to read them, and Node starts CommonJS sooner than modules. Beside the
 * commands lies the code that this engine makes of them.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const bundled = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  packages: "external",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "error",
} satisfies BuildOptions;

/** In CommonJS a module does not know its own address; and code that is kept cannot import, which the program that runs it does instead. */
const ownAddress: BuildOptions = {
  define: { "import.meta.url": "ownAddress" },
  banner: { js: 'const ownAddress = require("node:url").pathToFileURL(__filename).href, importPackage = module.importPackage ?? ((name) => import(name));' },
  logOverride: { "empty-import-meta": "silent" },
};

/** Those that are kept with their code. */
const programs = ["command.js", "simulate.js"];

/** @param folder receives the programs */
export async function bundleCommand(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const entryPoints = { main: "src/cli/start.ts", command: "src/cli/main.ts", simulate: "src/cli/main-simulate.ts", "node-worker": "src/simulate/parallel/node-worker.ts" };
  await build({ ...bundled, ...ownAddress, entryPoints, outdir: folder });
  for (const program of programs) {
    const text = await readFile(join(folder, program), "utf8");
    await writeFile(join(folder, program), text.replace(/\bimport\("([@a-z][^"]*)"\)/g, 'importPackage("$1")'));
  }
  await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  const { outputFiles: [compiler] } = await build({ ...bundled, entryPoints: ["scripts/compile-command.ts"], write: false });
  const images = await mkdtemp(join(tmpdir(), "braggtape-"));
  try {
    for (const program of programs) {
      execFileSync(process.execPath, ["-e", compiler.text, join(folder, program), images], { stdio: ["ignore", "ignore", "inherit"] });
    }
  } finally {
    await rm(images, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCommand(`${root}dist/cli`);
