/**
 * The whole command as it is installed: what it takes to start, beside Node without a program, and what two threads gain, from the first
 * instruction to the last byte on the disk, beside what the machine has to give: two commands of one thread at once. The commands that are
 * compared run in turn.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleCommand } from "../scripts/bundle-command.js";
import { fastestInTurn, type Row } from "./measure.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const crystal = "-cell 34.77 39.17 48.31 90 90 90 -hkl 1orc_P1.hkl -N 10 -distance 100 -pixel 0.1 -seed 1";
const rounds = 3;

/** Runs what its arguments say twice at once, each in a folder of its own. */
const twice = `
const { spawn } = require("node:child_process");
const [first, second, ...words] = process.argv.slice(2);
for (const cwd of [first, second]) spawn(process.execPath, words, { cwd, stdio: "ignore" });
`;

interface Scene {
  readonly what: string;
  readonly edge: number;
  readonly options: string;
}

const scenes: readonly Scene[] = [
  { what: "2048², 30 domains, sub-pixels as the spots need", edge: 2048, options: "-mosaic 0.5 -mosaic_dom 30" },
  { what: "2048², 30 domains, one point a pixel", edge: 2048, options: "-mosaic 0.5 -mosaic_dom 30 -oversample 1" },
];

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "braggtape-"));
  try {
    await bundleCommand(join(folder, "dist/cli"));
    copyFileSync(join(root, "package.json"), join(folder, "package.json"));
    copyFileSync(join(root, "scripts/data/1orc_P1.hkl"), join(folder, "1orc_P1.hkl"));
    writeFileSync(join(folder, "nothing.js"), "");
    writeFileSync(join(folder, "twice.cjs"), twice);
    for (const name of ["first", "second"]) {
      mkdirSync(join(folder, name));
      copyFileSync(join(folder, "1orc_P1.hkl"), join(folder, name, "1orc_P1.hkl"));
    }
    return [...startRows(folder), ...(availableParallelism() > 1 ? scenes.flatMap((scene) => threadRows(folder, scene)) : [])];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function startRows(folder: string): Row[] {
  const [alone, small] = fastestInTurn([() => runNode(folder, "nothing.js"), () => simulate(folder, 256, "-threads 1")], rounds);
  return [
    { name: "start of Node without a program", items: 1, nsPerItem: alone.nanoseconds, runs: alone.runs, remark: `${seconds(alone.nanoseconds)} s` },
    { name: "command, image, 256², 1 domain, 1orc_P1.hkl", items: 256 ** 2, nsPerItem: small.nanoseconds / 256 ** 2, runs: small.runs, remark: `${seconds(small.nanoseconds)} s` },
  ];
}

function threadRows(folder: string, { what, edge, options }: Scene): Row[] {
  const [one, two, both] = fastestInTurn([() => simulate(folder, edge, `${options} -threads 1`), () => simulate(folder, edge, `${options} -threads 2`), () => simulateTwice(folder, edge, options)], rounds);
  const row = (name: string, { nanoseconds, runs }: typeof one, images: number, isCompared: boolean): Row => ({
    name: `command, image, ${what}, ${name}`,
    items: images * edge ** 2,
    nsPerItem: nanoseconds / images / edge ** 2,
    runs,
    remark: `${seconds(nanoseconds)} s${isCompared ? `, ${((images * one.nanoseconds) / nanoseconds).toFixed(2)} times as many pixels a second as 1 thread` : ""}`,
  });
  return [row("1 thread", one, 1, false), row("2 threads", two, 1, true), row("two such commands of 1 thread at once", both, 2, true)];
}

const seconds = (nanoseconds: number): string => (nanoseconds / 1e9).toFixed(2);

const words = (edge: number, options: string): string[] => `simulate ${crystal} -detpixels ${edge} ${options}`.split(" ");

function simulate(folder: string, edge: number, options: string): void {
  runNode(folder, "dist/cli/main.js", ...words(edge, options));
}

function simulateTwice(folder: string, edge: number, options: string): void {
  runNode(folder, "twice.cjs", join(folder, "first"), join(folder, "second"), join(folder, "dist/cli/main.js"), ...words(edge, `${options} -threads 1`));
}

function runNode(folder: string, ...words: readonly string[]): void {
  execFileSync(process.execPath, words, { cwd: folder, stdio: "ignore" });
}
