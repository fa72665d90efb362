import { readFileSync } from "node:fs";
import { packageRoot } from "./package-root.js";

/** The package's version, as its package.json says. */
export function version(): string {
  const text = readFileSync(new URL("package.json", packageRoot), "utf8");
  const found = /"version":\s*"([^"]+)"/.exec(text);
  return found ? found[1] : "unknown";
}
