import { executors } from "../autodiff/executor.js";
import { amorphousFlags } from "./amorphous-flags.js";
import { effectTable } from "./effect-flags.js";
import type { Flag, FlagTable } from "./parse-flags.js";
import { spotFlags } from "./spot-flags.js";
import { shapeFlags } from "./shape-flags.js";

/** The options of `braggtape simulate`: the reference program's, with its names and units, and a few more. */
const table = {
  hkl: {
    group: "Structure factors", values: ["FILE"], kind: "text",
    help: "text of h k l F (electrons), one reflection a line, expanded to P 1; or a list of structure factors (mmCIF, XDS_ASCII, SHELX, CNS), known by its content",
  },
  pdb: {
    group: "Structure factors", aliases: ["coordinates"], values: ["FILE"], kind: "text",
    help: "coordinates (PDB, mmCIF, CIF of a small molecule), of which amplitudes are calculated to -dmin; with -hkl or -mtz these are scaled to electrons by it",
  },
  spacegroup: {
    group: "Structure factors", values: ["NAME"], kind: "text",
    help: "symmetry of a list that does not say it, such as P212121",
  },
  solvent: {
    group: "Structure factors", values: ["density", "B"], kind: "nonNegative", unit: "electrons/A^3, A^2",
    help: "bulk solvent of -pdb", preset: "0.35 46, or fitted to measured amplitudes",
  },
  nosolvent: { group: "Structure factors", help: "no bulk solvent around the atoms of -pdb" },
  fill: {
    group: "Structure factors",
    help: "puts in what a list lacks to its own resolution: amplitudes of -pdb, or the root mean square of like resolution",
  },
  mtz: {
    group: "Structure factors", values: ["FILE"], kind: "text",
    help: "CCP4 reflection file, which is expanded to P 1; it also gives the cell",
  },
  column: {
    group: "Structure factors", values: ["LABEL"], kind: "text",
    help: "amplitude column of the MTZ file", preset: "the first of type F",
  },
  dump: {
    group: "Structure factors", aliases: ["Fdump"], values: ["FILE"], kind: "text",
    help: "binary grid: written after -hkl, read without it", preset: "Fdump.bin",
  },
  default_F: {
    group: "Structure factors", values: ["F"], unit: "electrons",
    help: "for every reflection that is not listed", preset: "0",
  },
  interpolate: {
    group: "Structure factors",
    help: "tricubic interpolation between reflections",
    preset: "where the crystal has 2 cells or fewer along an axis",
  },
  nointerpolate: { group: "Structure factors", help: "the nearest reflection only" },
  policy: {
    group: "Structure factors", values: ["WHAT"], kind: "text", choices: ["sequential", "mask"],
    help: "where interpolation leaves the grid: nearest reflections from there on, or default_F there only",
    preset: "sequential",
  },

  cell: {
    group: "Crystal", values: ["a", "b", "c", "alpha", "beta", "gamma"], kind: "positive", fewest: 1, unit: "A, degrees",
    help: "unit cell in the default orientation; b and c as a, angles 90 where left out",
  },
  reference_cell: {
    group: "Crystal",
    help: "orient an oblique -cell as the reference program does, which makes its c* too long along Z",
  },
  mat: { group: "Crystal", values: ["FILE"], kind: "text", help: "MOSFLM A matrix, in place of -cell" },
  misset: {
    group: "Crystal", values: ["x", "y", "z"], word: "random", unit: "degrees",
    help: "turns about X, then Y, then Z, or the word random", preset: "0 0 0",
  },
  random_orientation: {
    group: "Crystal", values: ["SEED"], kind: "integer",
    help: "any orientation, all equally likely, in place of -misset; -misset random draws as the reference program does",
  },
  misset_seed: {
    group: "Crystal", values: ["n"], kind: "integer",
    help: "seed of -misset random, before which it stands", preset: "-seed",
  },
  N: { group: "Crystal", values: ["n"], kind: "count", help: "unit cells along a, b and c", preset: "1" },
  Na: { group: "Crystal", values: ["n"], kind: "count", help: "unit cells along a" },
  Nb: { group: "Crystal", values: ["n"], kind: "count", help: "unit cells along b" },
  Nc: { group: "Crystal", values: ["n"], kind: "count", help: "unit cells along c" },
  cells: {
    group: "Crystal", values: ["Na", "Nb", "Nc"], kind: "positive",
    help: "unit cells along a, b and c, not necessarily whole, as a refinement finds them",
  },
  xtal_size: {
    group: "Crystal", aliases: ["xtalsize", "samplesize", "sample_size"], values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal, in place of -N",
  },
  sample_x: {
    group: "Crystal", aliases: ["sample_thick", "xtal_x", "xtal_thick", "thick"], values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal along a",
  },
  sample_y: {
    group: "Crystal", aliases: ["sample_width", "xtal_y", "xtal_width", "width"], values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal along b",
  },
  sample_z: {
    group: "Crystal", aliases: ["sample_height", "sample_heigh", "xtal_z", "xtal_height", "xtal_heigh", "height", "heigh"],
    values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal along c",
  },
  ...shapeFlags,
  fudge: {
    group: "Crystal", values: ["factor"], kind: "positive",
    help: "how much smaller the shape transform is than the crystal says", preset: "1",
  },
  mosaic_spread: {
    group: "Crystal", aliases: ["mosaic", "mosaici", "mosaicity", "mosaic_spr"], values: ["angle"], kind: "nonNegative", unit: "degrees",
    help: "within which mosaic domains are turned", preset: "0",
  },
  mosaic_domains: {
    group: "Crystal", aliases: ["mosaic_dom"], values: ["n"], kind: "count",
    help: "number of mosaic domains", preset: "10 with a spread",
  },
  mosaic_seed: { group: "Crystal", values: ["n"], kind: "integer", help: "seed of the mosaic domains", preset: "12345678" },
  phi: { group: "Crystal", values: ["angle"], unit: "degrees", help: "spindle angle at the start", preset: "0" },
  osc: {
    group: "Crystal", values: ["angle"], kind: "nonNegative", unit: "degrees",
    help: "turn of the spindle during the exposure", preset: "0",
  },
  phistep: {
    group: "Crystal", values: ["angle"], kind: "nonNegative", unit: "degrees",
    help: "from one spindle angle to the next",
  },
  phisteps: { group: "Crystal", values: ["n"], kind: "count", help: "number of spindle angles" },

  ...spotFlags,

  lambda: {
    group: "Beam", aliases: ["wave", "wavelength"], values: ["length"], kind: "positive", unit: "A",
    help: "wavelength", preset: "1",
  },
  energy: { group: "Beam", values: ["energy"], kind: "positive", unit: "eV", help: "photon energy, in place of -lambda" },
  fluence: {
    group: "Beam", values: ["photons"], kind: "nonNegative", unit: "photons/m^2",
    help: "photons before the sample", preset: "1.25932e29, for units of one electron's scattering",
  },
  flux: {
    group: "Beam", values: ["photons"], kind: "nonNegative", unit: "photons/s",
    help: "with -exposure and -beamsize, in place of -fluence",
  },
  exposure: { group: "Beam", values: ["time"], kind: "positive", unit: "s", help: "exposure time", preset: "1" },
  beamsize: {
    group: "Beam", values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the beam, to which the sample is clipped", preset: "0.1",
  },
  polar: { group: "Beam", values: ["K"], kind: "kahn", help: "Kahn's polarization factor", preset: "0" },
  nopolar: { group: "Beam", help: "no polarization factor" },
  dispersion: {
    group: "Beam", values: ["range"], kind: "nonNegative", unit: "percent",
    help: "range of wavelengths", preset: "0",
  },
  dispsteps: { group: "Beam", values: ["n"], kind: "count", help: "number of wavelengths" },
  divergence: { group: "Beam", values: ["range"], kind: "nonNegative", unit: "mrad", help: "both divergences" },
  hdivrange: { group: "Beam", values: ["range"], kind: "nonNegative", unit: "mrad", help: "horizontal divergence", preset: "0" },
  vdivrange: { group: "Beam", values: ["range"], kind: "nonNegative", unit: "mrad", help: "vertical divergence", preset: "0" },
  hdivstep: {
    group: "Beam", values: ["angle"], kind: "nonNegative", unit: "mrad",
    help: "from one horizontal direction to the next",
  },
  vdivstep: {
    group: "Beam", values: ["angle"], kind: "nonNegative", unit: "mrad",
    help: "from one vertical direction to the next",
  },
  hdivsteps: { group: "Beam", values: ["n"], kind: "count", help: "number of horizontal directions" },
  vdivsteps: { group: "Beam", values: ["n"], kind: "count", help: "number of vertical directions" },
  divsteps: { group: "Beam", values: ["n"], kind: "count", help: "number of both" },
  round_div: { group: "Beam", help: "without the corners of the divergence", preset: "so" },
  square_div: { group: "Beam", help: "with the corners of the divergence" },
  sourcefile: { group: "Beam", values: ["FILE"], kind: "text", help: "sources, one a line: X Y Z (m) weight wavelength (m)" },

  distance: {
    group: "Detector", values: ["length"], kind: "positive", unit: "mm",
    help: "from the sample to the detector, along the beam", preset: "100",
  },
  close_distance: {
    group: "Detector", values: ["length"], kind: "positive", unit: "mm",
    help: "from the sample to the nearest point of the detector's plane",
  },
  pixel: { group: "Detector", values: ["size"], kind: "positive", unit: "mm", help: "edge of a pixel", preset: "0.1" },
  detpixels: { group: "Detector", values: ["n"], kind: "count", help: "pixels along each edge" },
  detpixels_x: { group: "Detector", aliases: ["detpixels_f"], values: ["n"], kind: "count", help: "pixels along the fast axis" },
  detpixels_y: { group: "Detector", aliases: ["detpixels_s"], values: ["n"], kind: "count", help: "pixels along the slow axis" },
  detsize: {
    group: "Detector", values: ["size"], kind: "positive", unit: "mm",
    help: "both edges of the detector", preset: "102.4",
  },
  detsize_x: {
    group: "Detector", aliases: ["detsize_f"], values: ["size"], kind: "positive", unit: "mm",
    help: "its edge along the fast axis",
  },
  detsize_y: {
    group: "Detector", aliases: ["detsize_s"], values: ["size"], kind: "positive", unit: "mm",
    help: "its edge along the slow axis",
  },
  mosflm: { group: "Detector", help: "MOSFLM's axes and beam centre", preset: "so" },
  denzo: { group: "Detector", help: "DENZO's axes and beam centre" },
  adxv: { group: "Detector", help: "ADXV's axes and beam centre" },
  xds: { group: "Detector", help: "XDS's axes and origin" },
  dials: { group: "Detector", help: "DIALS's axes and origin" },
  Xbeam: {
    group: "Detector", values: ["x"], unit: "mm",
    help: "where the beam strikes, along the convention's X", preset: "the middle",
  },
  Ybeam: {
    group: "Detector", values: ["y"], unit: "mm",
    help: "where the beam strikes, along the convention's Y", preset: "the middle",
  },
  Xclose: { group: "Detector", values: ["x"], unit: "mm", help: "beam centre of -xds and -dials where -Xbeam is not given" },
  Yclose: { group: "Detector", values: ["y"], unit: "mm", help: "beam centre of -xds and -dials where -Ybeam is not given" },
  ORGX: { group: "Detector", values: ["x"], unit: "pixels", help: "point nearest to the sample, as XDS counts it" },
  ORGY: { group: "Detector", values: ["y"], unit: "pixels", help: "point nearest to the sample, as XDS counts it" },
  pivot: {
    group: "Detector", values: ["WHAT"], kind: "text", choices: ["beam", "sample"],
    help: "what stays in place when the detector turns", preset: "the convention's",
  },
  detector_rotx: { group: "Detector", values: ["angle"], unit: "degrees", help: "turn about X", preset: "0" },
  detector_roty: { group: "Detector", values: ["angle"], unit: "degrees", help: "turn about Y, after X", preset: "0" },
  detector_rotz: { group: "Detector", values: ["angle"], unit: "degrees", help: "turn about Z, after Y", preset: "0" },
  twotheta: {
    group: "Detector", values: ["angle"], unit: "degrees",
    help: "turn about the two-theta axis, after all others", preset: "0",
  },
  fdet_vector: {
    group: "Detector", values: ["x", "y", "z"],
    help: "fast axis; this and the next make a convention of their own", preset: "0 0 1",
  },
  sdet_vector: { group: "Detector", values: ["x", "y", "z"], help: "slow axis", preset: "0 -1 0" },
  odet_vector: { group: "Detector", values: ["x", "y", "z"], help: "normal, away from the sample", preset: "1 0 0" },
  beam_vector: { group: "Detector", values: ["x", "y", "z"], help: "direction of the beam", preset: "1 0 0" },
  polar_vector: { group: "Detector", values: ["x", "y", "z"], help: "direction of the electric field", preset: "0 0 1" },
  spindle_axis: { group: "Detector", values: ["x", "y", "z"], help: "axis of -phi", preset: "0 0 1" },
  twotheta_axis: { group: "Detector", values: ["x", "y", "z"], help: "axis of -twotheta", preset: "0 1 0" },
  pix0_vector: {
    group: "Detector", values: ["x", "y", "z"], unit: "m",
    help: "read, but distance and beam centre say where the first pixel is",
  },
  curved_det: { group: "Detector", help: "all pixels at the same distance" },
  point_pixel: { group: "Detector", help: "no obliquity in the solid angle" },
  detector_abs: {
    group: "Detector", aliases: ["detector_absorb", "detector_absorption"], values: ["depth"], kind: "depth", unit: "um",
    help: "depth at which 1/e of the photons are left; inf or 0 for none", preset: "inf",
  },
  detector_thick: {
    group: "Detector", values: ["depth"], kind: "nonNegative", unit: "um",
    help: "thickness of the sensor", preset: "0",
  },
  detector_thicksteps: { group: "Detector", aliases: ["thicksteps"], values: ["n"], kind: "count", help: "layers of the sensor" },
  geometry: {
    group: "Detector", values: ["FILE"], kind: "text",
    help: "DIALS .expt, XDS XPARM.XDS or INTEGRATE.HKL, CrystFEL .geom or .stream, or an image of any format: places the detector, and states beam and crystal where no option does; FILE#7 for the seventh image",
  },
  crystal: { group: "Crystal", values: ["n"], kind: "count", help: "crystal of a geometry file with several", preset: "the first" },
  img: {
    group: "Detector", values: ["FILE"], kind: "text",
    help: "SMV image whose header gives size, distance, beam centre, wavelength and scan",
  },

  oversample: {
    group: "Sampling", values: ["n"], kind: "count",
    help: "sub-pixels along each edge of a pixel", preset: "as many as the spots need",
  },
  oversample_thick: { group: "Sampling", help: "absorption in every step" },
  oversample_polar: { group: "Sampling", help: "polarization in every step" },
  oversample_omega: { group: "Sampling", help: "solid angle in every step" },
  semantics: {
    group: "Sampling", values: ["WHAT"], kind: "text", choices: ["nanobragg", "physical"],
    help: "how absorption, polarization and solid angle meet the sum over steps: as in the reference program, or each term its own",
    preset: "nanobragg",
  },
  roi: {
    group: "Sampling", values: ["xmin", "xmax", "ymin", "ymax"], kind: "index", unit: "pixels",
    help: "only this rectangle, both ends included",
  },
  mask: {
    group: "Sampling", values: ["FILE"], kind: "text",
    help: "SMV image, 0 where a pixel is skipped; its header counts like that of -img",
  },
  dmin: {
    group: "Sampling", values: ["d"], kind: "nonNegative", unit: "A",
    help: "nothing scatters to a finer resolution", preset: "0",
  },
  water: {
    group: "Sampling", values: ["size"], kind: "nonNegative", unit: "um",
    help: "edge of a cube of water that scatters the same at all angles", preset: "0",
  },
  background: {
    group: "Sampling", values: ["c0", "cu", "cv", "cr", "cd", "cx"], fewest: 1, unit: "ln photons",
    help: "smooth background of exp(c0 + cu u + cv v + cr (u^2+v^2) + cd (u^2-v^2) + cx u v) photons in a pixel, u and v from -1 to 1 along fast and slow",
  },
  dtype: {
    group: "Sampling", values: ["WHAT"], kind: "text", choices: ["float64", "float32"],
    help: "precision of the computation", preset: "float64",
  },
  threads: { group: "Sampling", values: ["n"], kind: "count", help: "workers", preset: "1, in a long run one a core" },
  skip: {
    group: "Sampling", values: ["WHAT"], kind: "text",
    help: "steps that are left out: nothing; zeros: those that are exactly 0, which changes no pixel; or a number: " +
      "also those up to this part of the brightest step, such as 1e-15", preset: "zeros",
  },
  executor: {
    group: "Sampling", values: ["WHAT"], kind: "text", choices: executors,
    help: "what computes; the interpreter is slow and plain, to check the others", preset: "webassembly",
  },

  floatfile: {
    group: "Output", aliases: ["floatimage"], values: ["FILE"], kind: "text",
    help: "raw float32", preset: "floatimage.bin",
  },
  intfile: {
    group: "Output", aliases: ["intimage"], values: ["FILE"], kind: "text",
    help: "16-bit SMV without noise", preset: "intimage.img",
  },
  scale: { group: "Output", values: ["factor"], help: "of the SMV image; 0 or below as if it were not given", preset: "to 55000 counts" },
  adc: { group: "Output", values: ["counts"], help: "offset of the SMV images", preset: "40" },
  noisefile: {
    group: "Output", aliases: ["noiseimage"], values: ["FILE"], kind: "text",
    help: "16-bit SMV with Poisson noise", preset: "noiseimage.img",
  },
  nonoise: { group: "Output", help: "no image with noise" },
  cbffile: {
    group: "Output", aliases: ["cbf"], values: ["FILE"], kind: "text",
    help: "32-bit CBF: photons as the image with noise counts them, or without noise rounded; -1 where no pixel was worked on",
  },
  seed: { group: "Output", values: ["n"], kind: "integer", help: "seed of the noise", preset: "the time" },
  pgmfile: { group: "Output", aliases: ["pgmimage"], values: ["FILE"], kind: "text", help: "8-bit preview", preset: "image.pgm" },
  pgmscale: { group: "Output", values: ["factor"], help: "of the preview; 0 or below as if it were not given", preset: "250 at five rmsd" },
  nopgm: { group: "Output", help: "no 8-bit preview" },
  png: {
    group: "Output", aliases: ["pngfile", "pngimage"], values: ["FILE"], kind: "text",
    help: "picture in logarithmic grey, dark where photons are",
  },
  printout_pixel: {
    group: "Output", values: ["fast", "slow"], kind: "index", unit: "pixels",
    help: "print the photons of this pixel, counted from 0",
  },
  json: { group: "Output", help: "statistics and derived quantities as one JSON object on stdout" },
  progress: { group: "Output", help: "a progress bar on a terminal", preset: "so" },
  noprogress: { group: "Output", help: "no progress bar" },
  help: { group: "Output", aliases: ["h"], help: "this text" },
  version: { group: "Output", help: "the version" },

  ...amorphousFlags,

  ...effectTable,

  coherent: { group: "Without effect", idle: true, help: "coherent addition" },
  printout: {
    group: "Refused", refused: "all pixels stand in the file of -floatfile; -printout_pixel prints one of them",
    help: "print all pixels",
  },
  stolout: { group: "Refused", refused: "a scattering curve is read (-stol), and none is made of an image", help: "a curve of the image" },
} as const satisfies Readonly<Record<string, Flag>>;

export type SimulateFlag = keyof typeof table;

export const simulateFlags: FlagTable<SimulateFlag> = table;
