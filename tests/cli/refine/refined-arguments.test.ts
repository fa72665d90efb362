import { test } from "uvu";
import * as assert from "uvu/assert";
import { withArgumentFiles } from "../../../src/cli/argument-file.js";
import { requestFromFlags } from "../../../src/cli/experiment-from-flags.js";
import { simulateFlags } from "../../../src/cli/flags.js";
import { readInputFiles } from "../../../src/cli/input-files.js";
import { namesOf, parseFlags } from "../../../src/cli/parse-flags.js";
import { asSimulateFlags, refineFlags } from "../../../src/cli/refine/flags.js";
import { refinedArguments } from "../../../src/cli/refine/refined-arguments.js";
import { refineRequest, type RefineRequest } from "../../../src/cli/refine/request.js";
import type { Quantity } from "../../../src/autodiff/tape.js";
import type { NdArray } from "../../../src/ndarray/ndarray.js";
import type { Experiment } from "../../../src/models/experiment.js";
import { refinableRecords } from "../../../src/refine/catalogue.js";
import { experimentAt, valueAt } from "../../../src/refine/parameter.js";
import { ImageModel } from "../../../src/simulate/image-model.js";
import type { ImageOptions } from "../../../src/simulate/image-options.js";
import { simulate } from "../../../src/simulate/simulate.js";
import { smv, Workbench } from "../workbench.js";

const header = "SIZE1=12;\nSIZE2=12;\nPIXEL_SIZE=4;\nDISTANCE=80;\nWAVELENGTH=1;\nPHI=3;\nOSC_RANGE=0.5;\nCLOSE_DISTANCE=80;\n";
const pixels = Array.from({ length: 144 }, (_, i) => i % 9);
const bench = await Workbench.make({
  "still.img": smv(header, pixels),
  "mask.img": smv(header, pixels),
  "curve.txt": "0 3\n0.1 4\n0.2 3\n0.4 2\n0.8 1\n",
  "a.mat": "0.04 0.02 0.01\n-0.02 0.035 0.01\n0.001 -0.01 0.03\n0 0 0\n",
});

const beam = "-default_F 50 -fluence 1e27 -oversample 1 -threads 1";
const sampled = "-hdivrange 2 -hdivsteps 2 -vdivrange 1 -vdivstep 0.4 -dispersion 0.5 -dispsteps 3 -mosaic_spread 0.5 -mosaic_domains 3 -mosaic_seed 5";
const sensor = "-detector_thick 300 -detector_abs 200 -detector_thicksteps 3";
/** Every way in which options say where the crystal and the detector are. */
const lines: readonly string[] = [
  `${beam} ${sampled} ${sensor} -cell 20 24 28 85 95 103 -misset 10 20 30 -N 3 -gauss_xtal -fudge 0.8 -distance 80 -polar 0.4 -water 5 -background 0.5 0.1 -twotheta 4 -detector_rotx 2`,
  `${beam} -divergence 2 -divsteps 3 -square_div -mat a.mat -xtal_size 0.00001 -round_xtal -xds -ORGX 4 -ORGY 5 -close_distance 90 -detector_roty 3 -nopolar -energy 12000`,
  `${beam} ${sensor} -cell 20 24 28 -misset random -misset_seed 3 -cells 3.5 4 5 -fdet_vector 0 0 1 -sdet_vector 0 -1 0 -twotheta 8 -Xclose 20 -flux 1e18 -exposure 2 -mask mask.img`,
  `${beam} -spots closed -cell 20 24 28 85 95 103 -N 4 -block 0 0 0 1 -block 1 2 3 0.5 -block -2 1 0 -eta 1 -bandwidth 1 -beam_divergence 5 -footprint 1 -bfactor 10 -distance 80`,
  `${beam} -spots closed -cell 20 24 28 85 95 103 -domain 80 90 100 5 -6 7 -eta 1 1.2 0.8 0.1 0.2 -0.1 -beam_divergence 5 4 -footprint 1 2 0.3 -bfactor 10 12 9 1 2 -1`,
  `${beam} -cell 20 24 28 -N 3 -stol curve.txt -bg_thick 0.2 -bg_air 30 -bg_water 0.1 -bg_ice 0.05 -distance 80`,
  `${beam} -img still.img -cell 20 24 28 90 100 90 -Na 3 -Nb 4 -adxv -Xbeam 20 -Ybeam 22`,
];

interface Refined {
  readonly request: RefineRequest;
  readonly experiment: Experiment<Quantity>;
  /** of the refined experiment */
  readonly image: NdArray;
  readonly text: string;
}

/** A refinement of some names that ends a third of their doubt away from its start. */
async function refined(line: string, names: readonly string[]): Promise<Refined> {
  const given = parseFlags(`still.img ${line} --refine ${names.join()}`.split(" "), refineFlags);
  const request = await refineRequest(given, ["still.img"], bench.folder, 0);
  const { parameters, stills: [still] } = request;
  const values = parameters.map((parameter, i) => valueAt(parameter, 0.3 + 0.01 * i));
  const model = new ImageModel<readonly number[]>((moved) => experimentAt(still.experiment, parameters, moved), once(still.options));
  return {
    request,
    experiment: experimentAt(still.experiment, parameters, values),
    image: model.simulate(values).image,
    text: refinedArguments(asSimulateFlags(given), still, parameters, values, 0, 1, bench.folder),
  };
}

function once(options: ImageOptions): ImageOptions {
  return { ...options, oversample: 1 };
}

/** Names of what can be refined from a line's experiment. */
async function namesFor(line: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of refinableRecords) {
    const words = `still.img ${line} --refine ${name}`.split(" ");
    await refineRequest(parseFlags(words, refineFlags), ["still.img"], bench.folder, 0).then(() => names.push(name), () => undefined);
  }
  return names;
}

const tried = new Set<string>();
for (const [i, line] of lines.entries()) {
  const names = await namesFor(line);
  const first = names.filter((name) => !tried.has(name));
  for (const name of first) tried.add(name);
  test(`refined.args of experiment ${i + 1} gives the refined experiment back to simulate and to refine, and each number changes the image`, async () => {
    const { experiment: start, options } = (await refined(line, names)).request.stills[0];
    const unrefined = simulate(start, once(options)).image;
    for (const chosen of [...first.map((name) => [name]), names.filter((name) => name !== "scale")]) {
      const { image, text } = await refined(line, chosen);
      assert.ok(image.data.some((photons, at) => photons !== unrefined.data[at]), `${chosen.join()}: nothing has changed`);
      await bench.put({ "refined.args": text });
      const [words, refineWords] = await Promise.all([["@refined.args"], ["still.img", "@refined.args"]].map((argv) => withArgumentFiles(argv, bench.folder)));
      const flags = parseFlags(words, simulateFlags);
      const again = requestFromFlags(flags, await readInputFiles(flags, bench.folder), 0);
      const resumed = await refineRequest(parseFlags(refineWords, refineFlags), ["still.img"], bench.folder, 0);
      const brightest = Math.max(...image.data);
      for (const found of [again.experiment, resumed.stills[0].experiment]) {
        // The mosaic spread is rounded to float32, as in the reference program.
        simulate(found, once(options)).image.data.forEach((photons, at) =>
          assert.ok(Math.abs(photons - image.data[at]) < 1e-5 * brightest, `${chosen.join()}: ${photons} against ${image.data[at]}`),
        );
      }
    }
  });
}

test("everything that can be refined and that options carry has been tried", () => {
  assert.equal(refinableRecords.filter(({ carrier: { replaces } }) => replaces.length > 0).map(({ name }) => name).filter((name) => !tried.has(name)), []);
});

test("the options that a refinable quantity is carried by exist", async () => {
  const options: readonly string[] = namesOf(simulateFlags);
  for (const { name, carrier } of refinableRecords) {
    assert.equal(carrier.replaces.filter((option) => !options.includes(option)), [], name);
    for (const line of lines) {
      const { experiment } = await refined(line, ["cell"]);
      for (const [option] of carrier.words(experiment)) assert.ok(carrier.replaces.includes(option), `${name} writes -${option} beside a given one`);
    }
  }
});

test("no two names of refinable quantities are alike, aliases and single numbers among them", () => {
  const names = refinableRecords.flatMap(({ name, aliases = [], members = [] }) => [name, ...aliases, ...members]);
  assert.equal(names.filter((name, i) => names.indexOf(name) < i), []);
});

test("what the image's header says of the scan is kept, since simulate does not see that header", async () => {
  const { text } = await refined(lines[0], ["scale"]);
  assert.match(text, /^-phi 3/m);
  assert.match(text, /^-osc 0.5$/m);
});

test.after(() => bench.remove());
test.run();
