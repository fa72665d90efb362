import { test } from "uvu";
import * as assert from "uvu/assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSmv } from "../../src/io/smv.js";
import { copy, flatData } from "../../src/ndarray/ndarray.js";
import { smv, Workbench } from "../cli/workbench.js";
import { nearSpots } from "../refine/near-spots.js";

const folder = fileURLToPath(new URL("inputs", import.meta.url));
const hkl = fileURLToPath(new URL("../../scripts/data/1orc_P1.hkl", import.meta.url));
const bench = await Workbench.make();

/** The crystal that the images were simulated with, before its orientation and distance; scale 2 is right. */
const crystal = `-hkl ${hkl} -lambda 1 -pixel 0.4 -oversample 1 -N 8 -fluence 1e26 -beamstop 64 64 4 --noprogress --threads 1 --coarse none --json`;
const right = `${crystal} -cell 34.85 39.09 48.18 90 90 90 -distance 120.25 -misset 10 20 30`;
const wrong = `${crystal} -cell 34.77 39.17 48.31 90 90 90 -distance 120 -misset 10 20 30`;
const truth = { a: 34.85, b: 39.09, c: 48.18, misset_x: 10.12, misset_y: 19.9, misset_z: 30.1, distance: 120.25, scale: 2 };

interface Told {
  readonly parameters: Readonly<Record<string, { readonly value: number; readonly esd: number | null }>>;
  readonly reducedChiSquare: number;
  readonly stderr: string;
}

async function refined(image: string, options: string): Promise<Told> {
  const { code, stdout, stderr } = await bench.run(`refine ${folder}/${image} ${options} --out ${image}.out`);
  assert.is(code, 0, stderr);
  return { ...JSON.parse(stdout), stderr };
}

function isWithin(found: Told["parameters"], name: keyof typeof truth, sigmas = 3.5): boolean {
  const { value, esd } = found[name];
  return Math.abs(value - truth[name]) < sigmas * (esd ?? 0);
}

for (const [image, turn] of [["osc200.img", 0.5], ["osc1.img", 1]] as const) {
  test(`a turn of ${turn} degrees during the exposure, as the header says it, leaves the orientation right`, async () => {
    const { parameters, stderr } = await refined(image, `${right} --refine misset,scale`);
    for (const name of ["misset_x", "misset_y", "misset_z", "scale"] as const) assert.ok(isWithin(parameters, name), `${name} ${parameters[name].value} +- ${parameters[name].esd}`);
    assert.not.match(stderr, /exposure/);
    if (turn < 1) return;
    const two = await refined(image, `${right} --refine misset,scale -phisteps 2`);
    assert.not(isWithin(two.parameters, "misset_z"));
    assert.match(two.stderr, /the exposure turns the crystal from 0 to .*, and the scan's steps stand on average at .*without -phistep and -phisteps/);
  });
}

test("a restraint that contradicts the data is told with what the data alone would have", async () => {
  const { stderr } = await refined("b.img", `${wrong} -restrain distance 122 0.05`);
  const [, sigmas, alone] = /the restraint for distance, 122 \+- 0.05, contradicts the data by (\S+) standard deviations: .* at about (\S+);/.exec(stderr) ?? [];
  assert.ok(Math.abs(Number(sigmas) - 14) < 1.5, stderr);
  assert.ok(Math.abs(Number(alone) - truth.distance) < 0.3, stderr);
});

test("a mosaicity that the crystal does not have leaves the orientation as certain as without it, and is told", async () => {
  const without = await refined("b.img", `${right} --refine misset,scale`);
  const { parameters, stderr } = await refined("b.img", `${right} --refine misset,scale,mosaic_spread -mosaic_spread 0.02 -mosaic_domains 9`);
  for (const name of ["misset_x", "misset_y", "misset_z"] as const) {
    assert.ok(isWithin(parameters, name), name);
    const [found, expected] = [parameters[name].esd ?? NaN, without.parameters[name].esd ?? NaN];
    assert.ok(Math.abs(found / expected - 1) < 0.02, `${name} ${found}, not ${expected}`);
  }
  assert.is(parameters.mosaic_spread.esd, null);
  assert.match(stderr, /mosaic_spread is not determined by the data: the image hardly changes with it, and the standard deviations of the others are those with mosaic_spread known/);
});

test("counts that are a multiple of the photons are told by the chi-square", async () => {
  const { reducedChiSquare, stderr } = await refined("gain24.img", `${right} --refine misset,scale`);
  assert.ok(reducedChiSquare > 1.8 && reducedChiSquare < 3);
  assert.match(stderr, /the model does not explain the image/);
});

test("reflections that never meet the detector are refused", async () => {
  const { code, stderr } = await bench.run(`refine ${folder}/b.img ${right} -dmin 100 --out nowhere`);
  assert.is(code, 2);
  assert.match(stderr, /no reflection with an amplitude above 0 meets a pixel of .*b.img that is used/);
});

test("from blurred spots that lead away, a crystal of a hundred cells along each edge is found by the pixels near its spots, which are narrower than these", async () => {
  const { image } = parseSmv(await readFile(join(folder, "hundred-cells.img")), "hundred-cells.img");
  const near = [...flatData(nearSpots(copy(image, "float64")))];
  await bench.put({ "near.img": smv("SIZE1=64;\nSIZE2=64;\nPIXEL_SIZE=0.4;\nWAVELENGTH=1;\n", near) });
  const found = await refined(
    "hundred-cells.img",
    `-hkl ${hkl} -lambda 1 -pixel 0.4 -cell 34.77 39.17 48.31 90 90 90 -misset 10.04 19.96 30.04 -N 100 -distance 120 -fluence 2.5e24 ` +
      "-beamstop 32 32 3 -mask near.img -oversample 24 -noprogress -threads 1 --json",
  );
  const { parameters, reducedChiSquare, stderr } = found;
  const expected = { ...truth, misset_x: 10.05, misset_y: 19.95, misset_z: 30.05 };
  for (const [name, value] of Object.entries(expected)) assert.ok(Math.abs(parameters[name].value - value) < 3.5 * (parameters[name].esd ?? 0), `${name} ${parameters[name].value}`);
  assert.ok(Math.abs(reducedChiSquare - 1) < 0.2, `${reducedChiSquare}`);
  assert.match(stderr, /blurred spots led away from a start that explains the image far better/);
});

test.after(() => bench.remove());
test.run();
