/** Spots in closed form against images that an independent program sampled by 16,384 quasi-random draws. */
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/cli/command.js";
import { parseFloatImage } from "../../src/io/float-image.js";

const folder = fileURLToPath(new URL("spots/", import.meta.url));
const inputs = fileURLToPath(new URL("inputs/", import.meta.url));
/** Without F(000), whose peak would hide the rest. */
const reflections = readFileSync(join(inputs, "1orc_P1.hkl"), "utf8").replace(/^\s*0\s+0\s+0\s.*\n/m, "");

interface SampledCase {
  readonly name: string;
  readonly args: string;
  /** largest difference of the means of two halves of the draws, of the maximum, and their correlation */
  readonly half_images_differ_by: number;
  readonly half_images_correlate: number;
}

const cases: readonly SampledCase[] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));

async function imageOf(args: readonly string[]): Promise<Uint8Array> {
  const cwd = await mkdtemp(join(tmpdir(), "braggtape-spots-"));
  try {
    await writeFile(join(cwd, "P1.hkl"), reflections);
    const lines: string[] = [];
    const environment = { cwd, stdout: () => undefined, stderr: (line: string) => lines.push(line), isTerminal: false, seconds: () => 1 };
    const code = await runCommand(["simulate", "-hkl", "P1.hkl", ...args, "-floatfile", "image.bin", "-nonoise", "-nopgm"], environment);
    if (code !== 0) throw new Error(`exit code ${code}: ${lines.join("")}`);
    return new Uint8Array(await readFile(join(cwd, "image.bin")));
  } finally {
    await rm(cwd, { recursive: true });
  }
}

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / Math.sqrt(xx * yy);
}

// The bars are what is left of the closed form's own approximation, 1e-5 and 0.2 % of the maximum, beside the noise of the draws.
for (const { name, args, half_images_differ_by: noise, half_images_correlate: halves } of cases) {
  for (const dtype of ["float64", "float32"] as const) {
    test(`spots in closed form are the mean of 16,384 draws: ${name}, ${dtype}`, async () => {
      const pixels: [number, number] = [128, 128];
      const ours = parseFloatImage(await imageOf([...args.split(" "), "-dtype", dtype]), pixels, name).data;
      const drawn = parseFloatImage(new Uint8Array(readFileSync(join(folder, `${name}.bin`))), pixels, name).data;
      const maximum = Math.max(...drawn);
      let worst = 0;
      for (let i = 0; i < drawn.length; i++) worst = Math.max(worst, Math.abs(ours[i] - drawn[i]) / maximum);
      assert.ok(1 - correlation(ours, drawn) < 1e-5 + 1.2 * (1 - halves), `correlation ${correlation(ours, drawn)}`);
      assert.ok(worst < 0.002 + 1.5 * noise, `they differ by ${worst} of the maximum`);
    });
  }
}

test.run();
