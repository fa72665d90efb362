/** The stills that the refinement scripts begin with: a protein crystal, simulated with noise or measured. */
import { readFile } from "node:fs/promises";
import {
  addNoise, copy, parseHkl, parseSmv, refinableExperiment, simulate, StructureFactors, usablePixels,
  type Experiment, type ImageOptions, type NdArray, type Still, type UnitCell,
} from "../src/index.js";

const here = new URL(".", import.meta.url);

export const structureFactors = StructureFactors.fromReflections(
  parseHkl(await readFile(new URL("data/1orc_P1.hkl", here), "utf8"), "1orc_P1.hkl"),
);

/** What distinguishes the crystals and detectors of the scripts. */
export interface Setting {
  readonly cell: readonly [number, number, number];
  readonly missetDeg: readonly [number, number, number];
  readonly distanceMm: number;
  readonly fluence: number;
  readonly cells?: number;
  /** pixels along each edge */
  readonly pixels?: number;
}

/** A crystal of Cro repressor before a detector of 0.4 mm pixels. */
export function experimentOf({ cell: [a, b, c], missetDeg, distanceMm, fluence, cells = 8, pixels = 256 }: Setting): Experiment {
  const lattice: UnitCell = { a, b, c, alpha: 90, beta: 90, gamma: 90 };
  return refinableExperiment({
    beam: { wavelengthA: 1, fluence },
    crystal: { lattice, missetDeg, cells: [cells, cells, cells] },
    detector: { pixels: { fast: pixels, slow: pixels }, pixelSizeMm: 0.4, distanceMm },
    structureFactors,
  });
}

/**
 * Counts with Poisson noise.
 * @param seed which noise
 */
export function noisy(image: NdArray, seed: number): NdArray {
  return copy(addNoise(image, { seed: -seed, adcOffset: 0 }).counts, "float64");
}

/** Counts, and where their refinement starts. */
export function stillOf(counts: NdArray, start: Experiment, options: ImageOptions): Still {
  return { experiment: start, options: { ...options, mask: usablePixels(counts).mask }, counts };
}

/** The counts that an experiment gives. */
export function measure(truth: Experiment, options: ImageOptions, seed: number): NdArray {
  return noisy(simulate(truth, options).image, seed);
}

/** An image file of the data folder. */
export async function readStill(name: string): Promise<NdArray> {
  return parseSmv(await readFile(new URL(`data/${name}`, here)), name).image;
}
