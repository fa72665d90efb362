import { executors } from "../autodiff/executor.js";
import type { Flag } from "./parse-flags.js";

const group = "Sampling";

/** Options of how an image is computed, and of the background under the spots. */
export const samplingFlags = {
  oversample: {
    group, values: ["n"], kind: "count",
    help: "sub-pixels along each edge of a pixel", preset: "enough to resolve the spots",
  },
  oversample_thick: { group, help: "absorption in every step" },
  oversample_polar: { group, help: "polarization in every step" },
  oversample_omega: { group, help: "solid angle in every step" },
  semantics: {
    group, values: ["WHAT"], kind: "text", choices: ["nanobragg", "physical"],
    help: "how absorption, polarization and solid angle meet the sum over steps: as in nanoBragg, or each term its own",
    preset: "nanobragg",
  },
  roi: {
    group, values: ["xmin", "xmax", "ymin", "ymax"], kind: "index", unit: "pixels",
    help: "only this rectangle, both ends included",
  },
  mask: {
    group, values: ["FILE"], kind: "text",
    help: "SMV image, 0 where a pixel is skipped; its header counts like that of -img",
  },
  dmin: {
    group, values: ["d"], kind: "nonNegative", unit: "A",
    help: "nothing scatters to a finer resolution", preset: "0",
  },
  water: {
    group, values: ["size"], kind: "nonNegative", unit: "um",
    help: "edge of a cube of water that scatters the same at all angles", preset: "0",
  },
  background: {
    group, values: ["c0", "cu", "cv", "cr", "cd", "cx"], fewest: 1, unit: "ln photons",
    help: "smooth background of exp(c0 + cu u + cv v + cr (u^2+v^2) + cd (u^2-v^2) + cx u v) photons in a pixel, u and v from -1 to 1 along fast and slow",
  },
  dtype: {
    group, values: ["WHAT"], kind: "text", choices: ["float64", "float32"],
    help: "precision of the computation", preset: "float64",
  },
  threads: { group, values: ["n"], kind: "count", help: "workers", preset: "1, in a long run one a core" },
  skip: {
    group, values: ["WHAT"], kind: "text",
    help: "steps that are left out: nothing; zeros: those that are exactly 0, which changes no pixel; or a number: " +
      "also those up to this part of the brightest step, such as 1e-15", preset: "zeros",
  },
  executor: {
    group, values: ["WHAT"], kind: "text", choices: executors,
    help: "what computes; the interpreter is slow and plain, to check the others", preset: "webassembly",
  },
} as const satisfies Readonly<Record<string, Flag>>;
