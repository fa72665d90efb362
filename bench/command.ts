/**
 * The whole command as it is installed: what it takes to start, beside Node without a program, and what two threads gain, from the first
 * instruction to the last byte on the disk. The commands that are compared run in turn.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleCommand } from "../scripts/bundle-command.js";
import { fastestInTurn, type Row } from "./measure.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const crystal = "-cell 34.77 39.17 48.31 90 90 90 -hkl 1orc_P1.hkl -N 10 -distance 100 -pixel 0.1 -seed 1";
const rounds = 3;

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
  const times = fastestInTurn([1, 2].map((threads) => () => simulate(folder, edge, `${options} -threads ${threads}`)), rounds);
  return times.map(({ nanoseconds, runs }, i): Row => ({
    name: `command, image, ${what}, ${i + 1} thread${i === 0 ? "" : "s"}`,
    items: edge ** 2,
    nsPerItem: nanoseconds / edge ** 2,
    runs,
    remark: `${seconds(nanoseconds)} s${i === 0 ? "" : `, ${(times[0].nanoseconds / nanoseconds).toFixed(2)} times as fast as 1`}`,
  }));
}

const seconds = (nanoseconds: number): string => (nanoseconds / 1e9).toFixed(2);

function simulate(folder: string, edge: number, options: string): void {
  runNode(folder, "dist/cli/main.js", ...`simulate ${crystal} -detpixels ${edge} ${options}`.split(" "));
}

function runNode(folder: string, ...words: readonly string[]): void {
  execFileSync(process.execPath, words, { cwd: folder, stdio: "ignore" });
}
