import type { Flag } from "./parse-flags.js";

const group = "Output";

/** Options of what is written and printed. */
export const outputFlags = {
  floatfile: {
    group, aliases: ["floatimage"], values: ["FILE"], kind: "text",
    help: "raw float32", preset: "floatimage.bin",
  },
  intfile: {
    group, aliases: ["intimage"], values: ["FILE"], kind: "text",
    help: "16-bit SMV without noise", preset: "intimage.img",
  },
  scale: { group, values: ["factor"], help: "of the SMV image; 0 or below as if it were not given", preset: "to 55000 counts" },
  adc: { group, values: ["counts"], help: "offset of the SMV images", preset: "40" },
  noisefile: {
    group, aliases: ["noiseimage"], values: ["FILE"], kind: "text",
    help: "16-bit SMV with Poisson noise", preset: "noiseimage.img",
  },
  nonoise: { group, help: "no image with noise" },
  cbffile: {
    group, aliases: ["cbf"], values: ["FILE"], kind: "text",
    help: "32-bit CBF: photons as the image with noise counts them, or without noise rounded; -1 where no pixel was worked on",
  },
  seed: { group, values: ["n"], kind: "integer", help: "seed of the noise", preset: "the time" },
  pgmfile: { group, aliases: ["pgmimage"], values: ["FILE"], kind: "text", help: "8-bit preview", preset: "image.pgm" },
  pgmscale: { group, values: ["factor"], help: "of the preview; 0 or below as if it were not given", preset: "250 at five rmsd" },
  nopgm: { group, help: "no 8-bit preview" },
  png: {
    group, aliases: ["pngfile", "pngimage"], values: ["FILE"], kind: "text",
    help: "picture in logarithmic grey, dark where photons are",
  },
  printout_pixel: {
    group, values: ["fast", "slow"], kind: "index", unit: "pixels",
    help: "print the photons of this pixel, counted from 0",
  },
  json: { group, help: "statistics and derived quantities as one JSON object on stdout" },
  progress: { group, help: "a progress bar on a terminal", preset: "default" },
  noprogress: { group, help: "no progress bar" },
  help: { group, aliases: ["h"], help: "this text" },
  version: { group, help: "the version" },
} as const satisfies Readonly<Record<string, Flag>>;
