import { readFileSync } from "node:fs";

/** The package's version, as its package.json says. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const found = /"version":\s*"([^"]+)"/.exec(text);
  return found ? found[1] : "unknown";
}
