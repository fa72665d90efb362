import type { Flag } from "./parse-flags.js";

const group = "Beam";

/** Options of the beam: its photons, and how they differ in direction and wavelength. */
export const beamFlags = {
  lambda: {
    group, aliases: ["wave", "wavelength"], values: ["length"], kind: "positive", unit: "A",
    help: "wavelength", preset: "1",
  },
  energy: { group, values: ["energy"], kind: "positive", unit: "eV", help: "photon energy, in place of -lambda" },
  fluence: {
    group, values: ["photons"], kind: "nonNegative", unit: "photons/m^2",
    help: "photons before the sample", preset: "1.25932e29, for units of one electron's scattering",
  },
  flux: {
    group, values: ["photons"], kind: "nonNegative", unit: "photons/s",
    help: "with -exposure and -beamsize, in place of -fluence",
  },
  exposure: { group, values: ["time"], kind: "positive", unit: "s", help: "exposure time", preset: "1" },
  beamsize: {
    group, values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the beam, to which the sample is clipped", preset: "0.1",
  },
  polar: { group, values: ["K"], kind: "kahn", help: "Kahn's polarization factor", preset: "0" },
  nopolar: { group, help: "no polarization factor" },
  dispersion: {
    group, values: ["range"], kind: "nonNegative", unit: "percent",
    help: "range of wavelengths", preset: "0",
  },
  dispsteps: { group, values: ["n"], kind: "count", help: "number of wavelengths" },
  divergence: { group, values: ["range"], kind: "nonNegative", unit: "mrad", help: "both divergences" },
  hdivrange: { group, values: ["range"], kind: "nonNegative", unit: "mrad", help: "horizontal divergence", preset: "0" },
  vdivrange: { group, values: ["range"], kind: "nonNegative", unit: "mrad", help: "vertical divergence", preset: "0" },
  hdivstep: {
    group, values: ["angle"], kind: "nonNegative", unit: "mrad",
    help: "from one horizontal direction to the next",
  },
  vdivstep: {
    group, values: ["angle"], kind: "nonNegative", unit: "mrad",
    help: "from one vertical direction to the next",
  },
  hdivsteps: { group, values: ["n"], kind: "count", help: "number of horizontal directions" },
  vdivsteps: { group, values: ["n"], kind: "count", help: "number of vertical directions" },
  divsteps: { group, values: ["n"], kind: "count", help: "number of both" },
  round_div: { group, help: "without the corners of the divergence", preset: "default" },
  square_div: { group, help: "with the corners of the divergence" },
  sourcefile: { group, values: ["FILE"], kind: "text", help: "sources, one a line: X Y Z (m) weight wavelength (m)" },
} as const satisfies Readonly<Record<string, Flag>>;
