import { test } from "uvu";
import * as assert from "uvu/assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requestFromFlags } from "../../src/cli/experiment-from-flags.js";
import { simulateFlags, type SimulateFlag } from "../../src/cli/flags.js";
import { readInputFiles } from "../../src/cli/input-files.js";
import { namesOf, parseFlags } from "../../src/cli/parse-flags.js";
import { InputError } from "../../src/ndarray/errors.js";
import { shapeFlagNames } from "../../src/cli/shape-flags.js";
import { refineFlags } from "../../src/cli/refine/flags.js";
import { smv, Workbench } from "./workbench.js";

const pixels = Array.from({ length: 64 }, (_, i) => i % 3);
const bench = await Workbench.make({
  "f.hkl": "0 0 0 50\n0 0 1 90\n0 1 0 70\n1 0 0 80\n1 1 1 60\n-1 0 0 20\n0 -1 0 30\n0 0 -1 40\n",
  "a.mat": "0.04 0.02 0.01\n-0.02 0.035 0.01\n0.001 -0.01 0.03\n0 0 0\n",
  "half.img": smv("SIZE1=8;\nSIZE2=8;\nPIXEL_SIZE=2;\nDISTANCE=77;\nWAVELENGTH=1.1;\n", pixels),
  "a.pdb": `CRYST1   34.000   45.000   56.000  90.00  90.00  90.00 P 1           1\nATOM      1  S   ALA A   1       1.000   2.000   3.000  1.00 10.00           S\nEND\n`,
  "f.cns": "NREFlection=3\nINDE 1 2 3 FOBS= 10\nINDE 0 1 4 FOBS= 20\nINDE 2 0 1 FOBS= 30\n",
  "glass.stol": "0 4\n0.1 6\n0.2 5\n0.3 3\n",
  "sources.txt": "-10 0.1 0.2 1 1.1e-10\n",
});

const start = "-cell 34 45 56 75 85 100 -default_F 10 -N 3 -detpixels 8 -pixel 2 -oversample 1 -seed 1";
const listed = "-cell 34 45 56 75 85 100 -hkl f.hkl -N 3 -detpixels 8 -pixel 2 -oversample 1 -seed 1";
const atoms = "-pdb a.pdb -dmin 12 -N 3 -detpixels 8 -pixel 2 -oversample 1 -seed 1";
const measured = listed.replace("f.hkl", "f.cns").replace("75 85 100", "90 90 90");
const dispersed = `${start} -dispersion 5`;
const wide = `${start} -hdivrange 5 -hdivsteps 3 -vdivrange 5 -vdivsteps 3`;
const closed = `${start} -spots closed`;
const thick = `${start} -detector_thick 300 -detector_abs 200`;
const flux = `${start} -flux 1e20`;
const custom = `${start} -fdet_vector 0 0 1`;

/** More workers compute the same image, and some options are read or refused as the reference program does. */
type Quiet = "threads" | "coherent" | "printout" | "stolout";

/**
 * A command line for each option, and what is added to it. Whether the option has been heeded is seen in what is about to be computed
 * or, where that is the same, in what the command prints, in its files and in its exit code.
 */
const cases: Readonly<Record<Exclude<SimulateFlag, Quiet>, readonly [before: string, added: string]>> = {
  hkl: [start, "-hkl f.hkl"],
  pdb: [start, "-pdb missing.pdb"],
  spacegroup: [measured, "-spacegroup P212121"],
  solvent: [atoms, "-solvent 0.2 30"],
  nosolvent: [atoms, "-nosolvent"],
  fill: [`${measured} -spacegroup P212121`, "-fill"],
  mtz: [start, "-mtz missing.mtz"],
  column: [start, "-column F"],
  dump: [start, "-dump missing.bin"],
  default_F: [start, "-default_F 11"],
  interpolate: [listed, "-interpolate"],
  nointerpolate: [`${listed} -interpolate`, "-nointerpolate"],
  policy: [`${listed} -interpolate`, "-policy mask"],
  cell: [start, "-cell 35"],
  mat: [start, "-mat a.mat"],
  misset: [start, "-misset 1 2 3"],
  random_orientation: [start, "-random_orientation 5"],
  misset_seed: [`${start} -misset random`, "-misset_seed 3"],
  N: [start, "-N 4"],
  Na: [start, "-Na 4"],
  Nb: [start, "-Nb 4"],
  Nc: [start, "-Nc 4"],
  cells: [start, "-cells 3.5 3 3"],
  xtal_size: [start, "-xtal_size 0.00004"],
  sample_x: [start, "-sample_x 0.00004"],
  sample_y: [start, "-sample_y 0.00004"],
  sample_z: [start, "-sample_z 0.00004"],
  square_xtal: [`${start} -round_xtal`, "-square_xtal"],
  round_xtal: [start, "-round_xtal"],
  gauss_xtal: [start, "-gauss_xtal"],
  tophat_spots: [start, "-tophat_spots"],
  fudge: [`${start} -gauss_xtal`, "-fudge 0.5"],
  mosaic_spread: [start, "-mosaic_spread 1"],
  mosaic_domains: [`${start} -mosaic_spread 1`, "-mosaic_domains 3"],
  mosaic_seed: [`${start} -mosaic_spread 1`, "-mosaic_seed 3"],
  stol: [start, "-stol glass.stol"],
  "4stol": [`${start} -stol glass.stol`, "-4stol glass.stol"],
  Q: [`${start} -stol glass.stol`, "-Q glass.stol"],
  bg_thick: [`${start} -stol glass.stol`, "-bg_thick 0.3"],
  density: [`${start} -stol glass.stol`, "-density 2"],
  MW: [`${start} -stol glass.stol`, "-MW 60"],
  bg_air: [start, "-bg_air 20"],
  bg_water: [start, "-bg_water 0.2"],
  bg_ice: [start, "-bg_ice 0.1"],
  ice_grain: [`${start} -bg_ice 0.1`, "-ice_grain 200"],
  spots: [start, "-spots closed"],
  eta: [closed, "-eta 1"],
  domain: [closed, "-domain 100 120 90 5 6 7"],
  bandwidth: [closed, "-bandwidth 1"],
  beam_divergence: [closed, "-beam_divergence 5"],
  footprint: [closed, "-footprint 3"],
  draws: [`${start} -eta 1`, "-draws 5"],
  domain_xtal: [start, "-domain_xtal"],
  block: [start, "-block 1 2 3 0.5"],
  bfactor: [start, "-bfactor 20"],
  phi: [`${start} -osc 1`, "-phi 5"],
  osc: [start, "-osc 5"],
  phistep: [start, "-phistep 2"],
  phisteps: [`${start} -osc 5`, "-phisteps 7"],
  lambda: [start, "-lambda 1.1"],
  energy: [start, "-energy 12000"],
  fluence: [start, "-fluence 1e27"],
  flux: [start, "-flux 1e20"],
  exposure: [flux, "-exposure 2"],
  beamsize: [flux, "-beamsize 0.2"],
  polar: [start, "-polar 0.5"],
  nopolar: [start, "-nopolar"],
  dispersion: [start, "-dispersion 5"],
  dispsteps: [dispersed, "-dispsteps 5"],
  divergence: [start, "-divergence 3"],
  hdivrange: [start, "-hdivrange 3"],
  vdivrange: [start, "-vdivrange 3"],
  hdivstep: [`${start} -hdivrange 3`, "-hdivstep 1"],
  vdivstep: [`${start} -vdivrange 3`, "-vdivstep 1"],
  hdivsteps: [`${start} -hdivrange 3`, "-hdivsteps 5"],
  vdivsteps: [`${start} -vdivrange 3`, "-vdivsteps 5"],
  divsteps: [`${start} -divergence 3`, "-divsteps 5"],
  round_div: [`${wide} -square_div`, "-round_div"],
  square_div: [wide, "-square_div"],
  sourcefile: [start, "-sourcefile sources.txt"],
  distance: [start, "-distance 90"],
  close_distance: [start, "-close_distance 90"],
  pixel: [start, "-pixel 2.2"],
  detpixels: [start, "-detpixels 9"],
  detpixels_x: [start, "-detpixels_x 9"],
  detpixels_y: [start, "-detpixels_y 9"],
  detsize: ["-cell 34 -default_F 10 -pixel 20 -seed 1", "-detsize 60"],
  detsize_x: ["-cell 34 -default_F 10 -pixel 20 -seed 1", "-detsize_x 60"],
  detsize_y: ["-cell 34 -default_F 10 -pixel 20 -seed 1", "-detsize_y 60"],
  mosflm: [`${start} -adxv`, "-mosflm"],
  denzo: [`${start} -Xbeam 5`, "-denzo"],
  adxv: [start, "-adxv"],
  xds: [start, "-xds"],
  dials: [start, "-dials"],
  Xbeam: [start, "-Xbeam 5"],
  Ybeam: [start, "-Ybeam 5"],
  Xclose: [`${start} -xds -pivot beam`, "-Xclose 5"],
  Yclose: [`${start} -xds -pivot beam`, "-Yclose 5"],
  ORGX: [`${start} -xds`, "-ORGX 3"],
  ORGY: [`${start} -xds`, "-ORGY 3"],
  pivot: [`${start} -twotheta 10`, "-pivot sample"],
  detector_rotx: [start, "-detector_rotx 5"],
  detector_roty: [start, "-detector_roty 5"],
  detector_rotz: [start, "-detector_rotz 5"],
  twotheta: [start, "-twotheta 5"],
  fdet_vector: [start, "-fdet_vector 0 1 0 -sdet_vector 0 0 1"],
  sdet_vector: [custom, "-sdet_vector 0 1 0"],
  odet_vector: [custom, "-odet_vector 1 0.1 0"],
  beam_vector: [custom, "-beam_vector 1 0.1 0"],
  polar_vector: [`${custom} -polar 0.9`, "-polar_vector 0 1 0"],
  spindle_axis: [`${custom} -osc 5 -phi 20`, "-spindle_axis 0 1 0"],
  twotheta_axis: [`${custom} -twotheta 5`, "-twotheta_axis 0 0 1"],
  pix0_vector: [custom, "-pix0_vector 0.1 0 0"],
  curved_det: [start, "-curved_det"],
  point_pixel: [start, "-point_pixel"],
  detector_abs: [thick, "-detector_abs 100"],
  detector_thick: [thick, "-detector_thick 100"],
  detector_thicksteps: [thick, "-detector_thicksteps 5"],
  img: [start, "-img half.img"],
  oversample: [start, "-oversample 2"],
  oversample_thick: [thick, "-oversample_thick"],
  oversample_polar: [`${wide} -polar 0.9`, "-oversample_polar"],
  oversample_omega: [`${start} -oversample 2`, "-oversample_omega"],
  semantics: [`${start} -water 50 -oversample 2`, "-semantics physical"],
  roi: [start, "-roi 1 5 2 6"],
  mask: [start, "-mask half.img"],
  dmin: [start, "-dmin 20"],
  water: [start, "-water 50"],
  background: [start, "-background 3"],
  dtype: [start, "-dtype float32"],
  skip: [start, "-skip 1e-15"],
  executor: [start, "-executor interpreter"],
  gain: [start, "-gain 2"],
  readout_noise: [start, "-readout_noise 3"],
  calibration: [`${start} -gain 2`, "-calibration 0.5"],
  module_calibration: [`${start} -modules 3 3 1 1`, "-module_calibration 0.5"],
  modules: [start, "-modules 3 3 1 1"],
  psf: [`${start} -gain 2`, "-psf 2"],
  psf_type: [`${start} -psf 2`, "-psf_type fibre"],
  flicker: [`${start} -gain 2`, "-flicker 0.5"],
  shot: [`${start} -gain 2`, "-shot 2"],
  dead: [`${start} -gain 2`, "-dead 0.5"],
  hot: [`${start} -gain 2`, "-hot 0.5"],
  saturation: [`${start} -gain 2`, "-saturation 41"],
  count_limit: [`${start} -gain 2`, "-count_limit 0.1"],
  beamstop: [`${start} -gain 2`, "-beamstop 4 4 3"],
  floatfile: [start, "-floatfile f.bin"],
  intfile: [start, "-intfile i.img"],
  scale: [start, "-scale 3"],
  adc: [start, "-adc 3"],
  noisefile: [start, "-noisefile n.img"],
  nonoise: [start, "-nonoise"],
  seed: [start, "-seed 2"],
  pgmfile: [start, "-pgmfile p.pgm"],
  pgmscale: [start, "-pgmscale 3"],
  nopgm: [start, "-nopgm"],
  png: [start, "-png p.png"],
  geometry: [start, "-geometry missing.expt"],
  crystal: [start, "-crystal 2"],
  reference_cell: [start, "-reference_cell"],
  printout_pixel: [start, "-printout_pixel 5 2"],
  cbffile: [start, "-cbffile p.cbf"],
  json: [start, "-json"],
  progress: [`${start} -noprogress`, "-progress"],
  noprogress: [start, "-noprogress"],
  help: [start, "-help"],
  version: [start, "-version"],
};

/** What a command line asks for, where it can be computed. */
async function requested(line: string): Promise<string> {
  const given = parseFlags(line.split(" "), simulateFlags);
  try {
    const { experiment, options, oscDeg } = requestFromFlags(given, await readInputFiles(given, bench.folder), 0);
    return JSON.stringify([experiment, options, oscDeg]);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** What somebody can see of a command line. */
async function seen(line: string): Promise<string> {
  const own = await Workbench.make({ "f.hkl": await bench.read("f.hkl") });
  try {
    const outcome = await own.run(`simulate ${line}`, true);
    return JSON.stringify({ ...outcome, stdout: outcome.stdout.replaceAll(own.folder, ""), files: await own.contents() });
  } finally {
    await own.remove();
  }
}

test("every option of simulate changes something", async () => {
  for (const [before, added] of Object.values(cases)) {
    const after = `${before} ${added}`;
    if ((await requested(after)) === (await requested(before))) assert.is.not(await seen(after), await seen(before), after);
  }
});

test("every declared option of simulate and refine is read somewhere", () => {
  const folder = fileURLToPath(new URL("../../src/cli", import.meta.url));
  // The tables themselves say names, too, and do not read them.
  const isTable = /(^|\/)((structure-factor|crystal|beam|detector|sampling|output)-)?flags\.ts$/;
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !isTable.test(name));
  const text = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const shapes: readonly string[] = shapeFlagNames;
  const isRead = (name: string): boolean => text.includes(`"${name}"`) || shapes.includes(name);
  const unread = namesOf(refineFlags).filter((name) => refineFlags[name].refused === undefined && refineFlags[name].idle !== true && !isRead(name));
  assert.equal(unread, []);
});

test.after(() => bench.remove());
test.run();
