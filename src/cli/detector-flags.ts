import type { Flag } from "./parse-flags.js";

const group = "Detector";

/** Options of the detector: its pixels, its place and its sensor. */
export const detectorFlags = {
  distance: {
    group, values: ["length"], kind: "positive", unit: "mm",
    help: "from the sample to the detector, along the beam", preset: "100",
  },
  close_distance: {
    group, values: ["length"], kind: "positive", unit: "mm",
    help: "from the sample to the nearest point of the detector's plane",
  },
  pixel: { group, values: ["size"], kind: "positive", unit: "mm", help: "edge of a pixel", preset: "0.1" },
  detpixels: { group, values: ["n"], kind: "count", help: "pixels along each edge" },
  detpixels_x: { group, aliases: ["detpixels_f"], values: ["n"], kind: "count", help: "pixels along the fast axis" },
  detpixels_y: { group, aliases: ["detpixels_s"], values: ["n"], kind: "count", help: "pixels along the slow axis" },
  detsize: {
    group, values: ["size"], kind: "positive", unit: "mm",
    help: "both edges of the detector", preset: "102.4",
  },
  detsize_x: {
    group, aliases: ["detsize_f"], values: ["size"], kind: "positive", unit: "mm",
    help: "its edge along the fast axis",
  },
  detsize_y: {
    group, aliases: ["detsize_s"], values: ["size"], kind: "positive", unit: "mm",
    help: "its edge along the slow axis",
  },
  mosflm: { group, help: "MOSFLM's axes and beam centre", preset: "default" },
  denzo: { group, help: "DENZO's axes and beam centre" },
  adxv: { group, help: "ADXV's axes and beam centre" },
  xds: { group, help: "XDS's axes and origin" },
  dials: { group, help: "DIALS's axes and origin" },
  Xbeam: {
    group, values: ["x"], unit: "mm",
    help: "where the beam strikes, along the convention's X", preset: "the middle",
  },
  Ybeam: {
    group, values: ["y"], unit: "mm",
    help: "where the beam strikes, along the convention's Y", preset: "the middle",
  },
  Xclose: { group, values: ["x"], unit: "mm", help: "beam centre of -xds and -dials where -Xbeam is not given" },
  Yclose: { group, values: ["y"], unit: "mm", help: "beam centre of -xds and -dials where -Ybeam is not given" },
  ORGX: { group, values: ["x"], unit: "pixels", help: "point nearest to the sample, as XDS counts it" },
  ORGY: { group, values: ["y"], unit: "pixels", help: "point nearest to the sample, as XDS counts it" },
  pivot: {
    group, values: ["WHAT"], kind: "text", choices: ["beam", "sample"],
    help: "what stays in place when the detector turns", preset: "the convention's",
  },
  detector_rotx: { group, values: ["angle"], unit: "degrees", help: "turn about X", preset: "0" },
  detector_roty: { group, values: ["angle"], unit: "degrees", help: "turn about Y, after X", preset: "0" },
  detector_rotz: { group, values: ["angle"], unit: "degrees", help: "turn about Z, after Y", preset: "0" },
  twotheta: {
    group, values: ["angle"], unit: "degrees",
    help: "turn about the two-theta axis, after all others", preset: "0",
  },
  fdet_vector: {
    group, values: ["x", "y", "z"],
    help: "fast axis; this and the next make a convention of their own", preset: "0 0 1",
  },
  sdet_vector: { group, values: ["x", "y", "z"], help: "slow axis", preset: "0 -1 0" },
  odet_vector: { group, values: ["x", "y", "z"], help: "normal, away from the sample", preset: "1 0 0" },
  beam_vector: { group, values: ["x", "y", "z"], help: "direction of the beam", preset: "1 0 0" },
  polar_vector: { group, values: ["x", "y", "z"], help: "direction of the electric field", preset: "0 0 1" },
  spindle_axis: { group, values: ["x", "y", "z"], help: "axis of -phi", preset: "0 0 1" },
  twotheta_axis: { group, values: ["x", "y", "z"], help: "axis of -twotheta", preset: "0 1 0" },
  pix0_vector: {
    group, values: ["x", "y", "z"], unit: "m",
    help: "read, but distance and beam centre say where the first pixel is",
  },
  curved_det: { group, help: "all pixels at the same distance" },
  point_pixel: { group, help: "no obliquity in the solid angle" },
  detector_abs: {
    group, aliases: ["detector_absorb", "detector_absorption"], values: ["depth"], kind: "depth", unit: "um",
    help: "depth at which 1/e of the photons are left; inf or 0 for none", preset: "inf",
  },
  detector_thick: {
    group, values: ["depth"], kind: "nonNegative", unit: "um",
    help: "thickness of the sensor", preset: "0",
  },
  detector_thicksteps: { group, aliases: ["thicksteps"], values: ["n"], kind: "count", help: "layers of the sensor" },
  geometry: {
    group, values: ["FILE"], kind: "text",
    help: "DIALS .expt, XDS XPARM.XDS or INTEGRATE.HKL, CrystFEL .geom or .stream, or an image of any format: places the detector, and states beam and crystal where no option does; FILE#7 for the seventh image",
  },
  img: {
    group, values: ["FILE"], kind: "text",
    help: "SMV image whose header gives size, distance, beam centre, wavelength and scan",
  },
} as const satisfies Readonly<Record<string, Flag>>;
