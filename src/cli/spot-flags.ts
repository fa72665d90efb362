import type { Flag } from "./parse-flags.js";

const group = "Spots in closed form";

/** The options of what widens spots. */
export const spotFlags = {
  spots: {
    group, values: ["WHAT"], kind: "text", choices: ["sampled", "closed"],
    help: "sampled: domains, sources and sub-pixels are summed step by step, as in nanoBragg; closed: all that widens a spot is one Gaussian, " +
      "and a pixel's own size is part of it where -oversample is not given", preset: "sampled",
  },
  eta: {
    group, values: ["angle", "yy", "zz", "xy", "xz", "yz"], fewest: 1, unit: "degrees",
    help: "standard deviation of the domains' rotations about each axis; three: about the crystal's own axes, x along a*, z along c; " +
      "six: a tensor whose square is the rotations' covariance", preset: "0",
  },
  domain: {
    group, values: ["xx", "yy", "zz", "xy", "xz", "yz"], unit: "A",
    help: "shape of a domain in place of -N: a tensor along the crystal's own axes, whose eigenvalues are the domain's lengths",
  },
  bandwidth: { group, values: ["sigma"], kind: "nonNegative", unit: "percent", help: "standard deviation of the wavelength", preset: "0" },
  beam_divergence: {
    group, values: ["sigma", "vertical"], fewest: 1, kind: "nonNegative", unit: "mrad",
    help: "standard deviation of the beam's direction, both across or horizontal and vertical", preset: "0",
  },
  footprint: {
    group, values: ["sigma", "slow", "mixed"], fewest: 1, unit: "mm",
    help: "standard deviation of a spot's place on the detector, by the crystal's and the beam's size and the point spread: along both axes, or fast and slow, " +
      "or a tensor whose square is the covariance", preset: "0",
  },
  draws: {
    group, values: ["n"], kind: "count",
    help: "quasi-random normal draws of eta, bandwidth, beam_divergence and footprint for sampled spots, to compare with the closed form (-domain_xtal)",
  },
  block: {
    several: true,
    group: "Crystal", values: ["x", "y", "z", "weight"], fewest: 3, unit: "degrees",
    help: "a block of the crystal: its turns about X, then Y, then Z, after the misset, and what scatters in it, relative to the other blocks; " +
      "may be given several times",
  },
  bfactor: {
    group, values: ["B", "yy", "zz", "xy", "xz", "yz"], fewest: 1, unit: "A^2",
    help: "overall temperature factor, also of sampled spots: isotropic, or a tensor along the crystal's own axes", preset: "0",
  },
} as const satisfies Readonly<Record<string, Flag>>;
