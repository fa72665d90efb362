import type { SimulateFlag } from "./flags.js";
import type { Given } from "./parse-flags.js";
import { shapeFlagNames } from "./shape-flags.js";

type Flags = Given<SimulateFlag>;

/** Options that state the same, of which the last one counts. */
const alternatives: readonly (readonly SimulateFlag[])[] = [
  ["lambda", "energy"],
  ["misset", "random_orientation"],
  ["interpolate", "nointerpolate"],
  ["polar", "nopolar"],
  ["square_div", "round_div"],
  ["mosflm", "denzo", "adxv", "xds", "dials"],
  shapeFlagNames,
];

/** Options that state the same in two ways, of which the first one counts wherever it stands. */
const stronger: readonly (readonly [counts: SimulateFlag, ...others: SimulateFlag[]])[] = [
  ["flux", "fluence"],
  ["close_distance", "distance"],
  ["cells", "N", "Na", "Nb", "Nc", "xtal_size", "sample_x", "sample_y", "sample_z"],
  ["xtal_size", "N", "Na", "Nb", "Nc"],
  ["sample_x", "Na"],
  ["sample_y", "Nb"],
  ["sample_z", "Nc"],
  ["detpixels", "detsize", "detsize_x", "detsize_y"],
  ["detpixels_x", "detsize_x"],
  ["detpixels_y", "detsize_y"],
];

/** Options that only change what another one asks for. */
const dependent: readonly (readonly [option: SimulateFlag, ...needs: SimulateFlag[]])[] = [
  ["exposure", "flux"],
  ["detector_thicksteps", "detector_thick", "geometry"],
  ["detector_abs", "detector_thick", "geometry"],
  ["mosaic_seed", "mosaic_spread"],
  ["misset_seed", "misset"],
  ["dispsteps", "dispersion"],
];

/** A turn or a fan of directions, by the options for its range, its step and their number. */
const stepped: readonly (readonly [range: SimulateFlag, step: SimulateFlag, count: SimulateFlag])[] = [
  ["osc", "phistep", "phisteps"],
  ["hdivrange", "hdivstep", "hdivsteps"],
  ["vdivrange", "vdivstep", "vdivsteps"],
];

/** Sentences on options that others overrule, contradict, or leave without effect. */
export function overruledOptions(given: Flags): string[] {
  const sentences = new Set<string>();
  for (const names of alternatives) {
    const last = given.last(...names);
    for (const name of names) {
      const other = given.last(name);
      if (last && other && other.name !== last.name) sentences.add(`${other.spelling} is overruled by ${last.spelling}, which stands behind it`);
    }
  }
  for (const [counts, ...others] of stronger) {
    const winner = given.last(counts);
    // A flux of 0 counts as not given.
    if (winner === undefined || winner.numbers[0] === 0) continue;
    for (const name of others) {
      const other = given.last(name);
      if (other && ![...sentences].some((sentence) => sentence.startsWith(`${other.spelling} `))) sentences.add(`${other.spelling} has no effect beside ${winner.spelling}`);
    }
  }
  for (const [option, ...needs] of dependent) {
    const idle = given.last(option);
    if (idle && !given.has(...needs)) sentences.add(`${idle.spelling} has no effect without -${needs[0]}`);
  }
  for (const [range, step, count] of stepped) {
    const [whole, each, steps] = [range, step, count].map((name) => given.number(name));
    if (!whole || !each || steps === undefined) continue;
    // A turn is made of steps side by side, and a fan begins and ends with one.
    const spanned = each * (range === "osc" ? steps : steps - 1);
    if (Math.abs(spanned - whole) > 0.01 * whole) sentences.add(`-${count} ${steps} of -${step} ${each} make ${Number(spanned.toPrecision(6))}, not -${range} ${whole}; the steps count`);
  }
  if (given.has("phisteps") && !given.has("osc", "phistep", "geometry", "img", "mask")) sentences.add("-phisteps without -osc: the turn is 1 degree, as in nanoBragg");
  return [...sentences];
}
