import type { Flag } from "./parse-flags.js";

const group = "Structure factors";

/** Options of what scatters. */
export const structureFactorFlags = {
  hkl: {
    group, values: ["FILE"], kind: "text",
    help: "text of h k l F (electrons), one reflection a line, expanded to P 1; or a list of structure factors (mmCIF, XDS_ASCII, SHELX, CNS), known by its content",
  },
  pdb: {
    group, aliases: ["coordinates"], values: ["FILE"], kind: "text",
    help: "coordinates (PDB, mmCIF, CIF of a small molecule), of which amplitudes are calculated to -dmin; with -hkl or -mtz these are scaled to electrons by it",
  },
  spacegroup: {
    group, values: ["NAME"], kind: "text",
    help: "symmetry of a list that does not say it, such as P212121",
  },
  solvent: {
    group, values: ["density", "B"], kind: "nonNegative", unit: "electrons/A^3, A^2",
    help: "bulk solvent of -pdb", preset: "0.35 46, or fitted to measured amplitudes",
  },
  nosolvent: { group, help: "no bulk solvent around the atoms of -pdb" },
  fill: {
    group,
    help: "puts in what a list lacks to its own resolution: amplitudes of -pdb, or the root mean square of like resolution",
  },
  mtz: {
    group, values: ["FILE"], kind: "text",
    help: "CCP4 reflection file, which is expanded to P 1; it also gives the cell",
  },
  column: {
    group, values: ["LABEL"], kind: "text",
    help: "amplitude column of the MTZ file", preset: "the first of type F",
  },
  dump: {
    group, aliases: ["Fdump"], values: ["FILE"], kind: "text",
    help: "binary grid: written after -hkl, read without it", preset: "Fdump.bin",
  },
  default_F: {
    group, values: ["F"], unit: "electrons",
    help: "for every reflection that is not listed", preset: "0",
  },
  interpolate: {
    group,
    help: "tricubic interpolation between reflections",
    preset: "where the crystal has 2 cells or fewer along an axis",
  },
  nointerpolate: { group, help: "the nearest reflection only" },
  policy: {
    group, values: ["WHAT"], kind: "text", choices: ["sequential", "mask"],
    help: "where interpolation leaves the grid: nearest reflections from there on, or default_F there only",
    preset: "sequential",
  },
} as const satisfies Readonly<Record<string, Flag>>;
