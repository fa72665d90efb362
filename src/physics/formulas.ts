/** All formulas of diffraction. */
export * from "./constants.js";
export * from "./lattice.js";
export * from "./lattice-factor.js";
export * from "./polint.js";
export * from "./scattering.js";
export * from "./vector.js";
