import type { DetectorEffects } from "../simulate/detector-effects.js";
import { InputError } from "../ndarray/errors.js";
import type { Flag } from "./parse-flags.js";

const group = "Detector effects";

/** Options of what a detector makes of the photons, of every command that draws noise. */
export const effectTable = {
  gain: { group, values: ["counts"], kind: "positive", help: "counts for a photon in the image with noise", preset: "1" },
  readout_noise: { group, aliases: ["readnoise"], values: ["counts"], kind: "nonNegative", help: "standard deviation of what is read out of a dark pixel", preset: "0" },
  calibration: { group, values: ["fraction"], kind: "nonNegative", help: "relative standard deviation of the gain from pixel to pixel", preset: "0" },
  module_calibration: { group, values: ["fraction"], kind: "nonNegative", help: "the same from module to module", preset: "0" },
  modules: {
    group, values: ["fast", "slow", "gapfast", "gapslow"], kind: "index", unit: "pixels",
    help: "size of the detector's modules, and of the gaps between them, which count nothing",
  },
  psf: { group, values: ["fwhm"], kind: "positive", unit: "pixels", help: "full width at half maximum of the point spread", preset: "none" },
  psf_type: { group, values: ["WHAT"], kind: "text", choices: ["gauss", "fibre"], help: "its shape: a Gaussian, or the long tails of a fibre-optic taper", preset: "gauss" },
  flicker: { group, values: ["fraction"], kind: "nonNegative", help: "relative standard deviation of the beam from shot to shot", preset: "0" },
  shot: { group, values: ["n"], kind: "index", help: "number of the exposure, for each of which photons are drawn anew", preset: "0" },
  dead: { group, values: ["fraction"], kind: "nonNegative", help: "part of the pixels that count nothing", preset: "0" },
  hot: { group, values: ["fraction"], kind: "nonNegative", help: "part of the pixels that are always full", preset: "0" },
  saturation: { group, values: ["counts"], kind: "positive", help: "counts of a full pixel", preset: "65535" },
  count_limit: {
    group, values: ["photons"], kind: "positive",
    help: "photons per pixel whose counting takes the whole exposure: of n, n/(1 + n/limit) are counted", preset: "none",
  },
  beamstop: { group, values: ["fast", "slow", "radius"], unit: "pixels", help: "shadow of a beam stop", preset: "none" },
} as const satisfies Readonly<Record<string, Flag>>;

export type EffectFlag = keyof typeof effectTable;

/** What is read of a command line that has these options among others. */
export interface GivenEffects {
  has(...names: EffectFlag[]): boolean;
  number(...names: EffectFlag[]): number | undefined;
  word(...names: EffectFlag[]): string | undefined;
  last(...names: EffectFlag[]): { readonly numbers: readonly number[] } | undefined;
}

const names: readonly EffectFlag[] = [
  "gain", "readout_noise", "calibration", "module_calibration", "modules", "psf", "psf_type", "flicker", "shot", "dead", "hot", "saturation",
  "count_limit", "beamstop",
];

/** Whether any of the options is given, so that noise is not the reference program's. */
export function hasEffects(given: GivenEffects): boolean {
  return given.has(...names);
}

/** @throws InputError where an option needs another one */
export function effectsFromFlags(given: GivenEffects, seed: number, offset: number): DetectorEffects {
  const modules = given.last("modules")?.numbers;
  const beamStop = given.last("beamstop")?.numbers;
  const fwhmPixels = given.number("psf");
  if (given.has("psf_type") && fwhmPixels === undefined) throw new InputError("-psf_type is the shape of the point spread, and its width, -psf, is not given");
  if (given.has("module_calibration") && modules === undefined) throw new InputError("-module_calibration needs -modules");
  if (modules && (modules[0] < 1 || modules[1] < 1)) throw new InputError("-modules: a module has at least one pixel along fast and slow");
  if (beamStop && beamStop[2] < 0) throw new InputError(`-beamstop: its radius is ${beamStop[2]}; it must be a number of at least 0`);
  return {
    seed,
    shot: given.number("shot") ?? 0,
    offset,
    gain: given.number("gain") ?? 1,
    readNoise: given.number("readout_noise") ?? 0,
    calibration: given.number("calibration") ?? 0,
    moduleCalibration: given.number("module_calibration") ?? 0,
    ...(modules && { modules: { fast: modules[0], slow: modules[1], gapFast: modules[2], gapSlow: modules[3] } }),
    ...(fwhmPixels !== undefined && { pointSpread: { shape: given.word("psf_type") === "fibre" ? "fibre" : "gauss", fwhmPixels } }),
    flicker: given.number("flicker") ?? 0,
    dead: given.number("dead") ?? 0,
    hot: given.number("hot") ?? 0,
    saturation: given.number("saturation") ?? 65535,
    ...(given.has("count_limit") && { countLimit: given.number("count_limit") ?? Infinity }),
    ...(beamStop && { beamStop: { fast: beamStop[0], slow: beamStop[1], radius: beamStop[2] } }),
  };
}
