import type { Flag } from "./parse-flags.js";
import { shapeFlags } from "./shape-flags.js";

const group = "Crystal";

/** Options of the crystal, its mosaic and its spindle. */
export const crystalFlags = {
  cell: {
    group, values: ["a", "b", "c", "alpha", "beta", "gamma"], kind: "positive", fewest: 1, unit: "A, degrees",
    help: "unit cell in the default orientation; b and c as a, angles 90 where left out",
  },
  reference_cell: {
    group,
    help: "orient an oblique -cell as nanoBragg does, which makes its c* too long along Z",
  },
  mat: { group, values: ["FILE"], kind: "text", help: "MOSFLM A matrix, in place of -cell" },
  misset: {
    group, values: ["x", "y", "z"], word: "random", unit: "degrees",
    help: "turns about X, then Y, then Z, or the word random", preset: "0 0 0",
  },
  random_orientation: {
    group, values: ["SEED"], kind: "integer",
    help: "any orientation, all equally likely, in place of -misset; -misset random draws as nanoBragg does",
  },
  misset_seed: {
    group, values: ["n"], kind: "integer",
    help: "seed of -misset random, before which it stands", preset: "-seed",
  },
  N: { group, values: ["n"], kind: "count", help: "unit cells along a, b and c", preset: "1" },
  Na: { group, values: ["n"], kind: "count", help: "unit cells along a" },
  Nb: { group, values: ["n"], kind: "count", help: "unit cells along b" },
  Nc: { group, values: ["n"], kind: "count", help: "unit cells along c" },
  cells: {
    group, values: ["Na", "Nb", "Nc"], kind: "positive",
    help: "unit cells along a, b and c, not necessarily whole, as a refinement finds them",
  },
  xtal_size: {
    group, aliases: ["xtalsize", "samplesize", "sample_size"], values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal, in place of -N",
  },
  sample_x: {
    group, aliases: ["sample_thick", "xtal_x", "xtal_thick", "thick"], values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal along a",
  },
  sample_y: {
    group, aliases: ["sample_width", "xtal_y", "xtal_width", "width"], values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal along b",
  },
  sample_z: {
    group, aliases: ["sample_height", "sample_heigh", "xtal_z", "xtal_height", "xtal_heigh", "height", "heigh"],
    values: ["size"], kind: "positive", unit: "mm",
    help: "edge of the crystal along c",
  },
  ...shapeFlags,
  fudge: {
    group, values: ["factor"], kind: "positive",
    help: "how much smaller the shape transform is than the crystal says", preset: "1",
  },
  mosaic_spread: {
    group, aliases: ["mosaic", "mosaici", "mosaicity", "mosaic_spr"], values: ["angle"], kind: "nonNegative", unit: "degrees",
    help: "within which mosaic domains are turned", preset: "0",
  },
  mosaic_domains: {
    group, aliases: ["mosaic_dom"], values: ["n"], kind: "count",
    help: "number of mosaic domains", preset: "10 with a spread",
  },
  mosaic_seed: { group, values: ["n"], kind: "integer", help: "seed of the mosaic domains", preset: "12345678" },
  phi: { group, values: ["angle"], unit: "degrees", help: "spindle angle at the start", preset: "0" },
  osc: {
    group, values: ["angle"], kind: "nonNegative", unit: "degrees",
    help: "turn of the spindle during the exposure", preset: "0",
  },
  phistep: {
    group, values: ["angle"], kind: "nonNegative", unit: "degrees",
    help: "from one spindle angle to the next",
  },
  phisteps: { group, values: ["n"], kind: "count", help: "number of spindle angles" },
  crystal: { group, values: ["n"], kind: "count", help: "crystal of a geometry file with several", preset: "the first" },
} as const satisfies Readonly<Record<string, Flag>>;
