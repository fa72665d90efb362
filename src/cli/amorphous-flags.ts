import type { Flag } from "./parse-flags.js";

const group = "Amorphous";

/** Options of materials that scatter the same at all angles about the beam. */
export const amorphousFlags = {
  stol: {
    group, values: ["FILE"], kind: "text",
    help: "a material's scattering curve, one point a line: sin(theta)/lambda (1/A) and the structure factor of a molecule (electrons), as nonBragg reads it",
  },
  "4stol": { group, values: ["FILE"], kind: "text", help: "the same against 4 sin(theta)/lambda (1/A)" },
  Q: { group, values: ["FILE"], kind: "text", help: "the same against 4 pi sin(theta)/lambda (1/A)" },
  bg_thick: { group, values: ["length"], kind: "nonNegative", unit: "mm", help: "thickness of the material of -stol along the beam", preset: "0.1" },
  density: {
    group, aliases: ["sample_den", "sample_density"], values: ["density"], kind: "positive", unit: "g/cm^3",
    help: "density of the material of -stol", preset: "1",
  },
  MW: {
    group, aliases: ["molec", "molecular_weight"], values: ["weight"], kind: "positive", unit: "g/mol",
    help: "molecular weight of the material of -stol", preset: "18",
  },
  bg_air: { group, values: ["length"], kind: "nonNegative", unit: "mm", help: "path of the beam through air", preset: "0" },
  bg_water: { group, values: ["length"], kind: "nonNegative", unit: "mm", help: "thickness of liquid water with its own curve, where -water has the same scattering everywhere", preset: "0" },
  bg_ice: { group, values: ["length"], kind: "nonNegative", unit: "mm", help: "thickness of a powder of hexagonal ice, which makes rings", preset: "0" },
  ice_grain: { group, values: ["size"], kind: "positive", unit: "A", help: "size of the grains of -bg_ice, which makes the rings wide", preset: "500" },
} as const satisfies Readonly<Record<string, Flag>>;
