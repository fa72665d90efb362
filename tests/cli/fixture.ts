import { readFileSync } from "node:fs";

/** An input file of the golden images, by its name. */
export const fixture = (name: string): Uint8Array => readFileSync(new URL(`../golden/inputs/${name}`, import.meta.url));
