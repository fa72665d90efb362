/** Runs a bundled program on a small image and keeps the code that the engine made of it; arguments: the program, and a folder for the image. */
import { rmSync, writeFileSync } from "node:fs";
import { codeOf, runCompiled } from "../src/cli/compiled-program.js";

const [program, folder] = process.argv.slice(1);
rmSync(codeOf(program), { force: true });
process.chdir(folder);
const image = "simulate -cell 50 60 70 90 90 90 -default_F 100 -N 5 -distance 100 -detpixels 16 -pixel 0.5 -seed 1";
process.argv = [process.execPath, program, ...image.split(" ")];
const code = runCompiled(program);
process.on("exit", () => writeFileSync(codeOf(program), code()));
