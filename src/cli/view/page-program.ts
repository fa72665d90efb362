import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readTextFile } from "../../io/files.js";
import { InputError } from "../../ndarray/errors.js";
import { packageRoot } from "../package-root.js";

/** Programs of the page: the file that they are served as, and the source that they are made of. */
export const programSources = { "page.js": "src/view/page.ts", "report.js": "src/view/report-page.ts", "web-worker.js": "src/simulate/parallel/web-worker.ts" } as const;
export type ProgramName = keyof typeof programSources;

/**
 * A program of the page: as it was bundled when the package was built; from source, bundled now, so that it is never older than the source.
 * @throws InputError when there is none
 */
export async function pageProgram(name: ProgramName): Promise<string> {
  const bundler = new URL("scripts/bundle-page.ts", packageRoot);
  if (import.meta.url.endsWith(".ts") && existsSync(bundler)) {
    const { bundle }: { readonly bundle: (entry: string) => Promise<string> } = await import(bundler.href);
    return bundle(programSources[name]);
  }
  const built = fileURLToPath(new URL(`dist/page/${name}`, packageRoot));
  if (!existsSync(built)) throw new InputError(`the page's program ${built} is missing; npm run build makes it`);
  return readTextFile(built);
}

/** What a page's policy knows a program by. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
