/** What images are timed of: a still of a small protein crystal, as a function of 20 parameters. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Quantity } from "../src/autodiff/tape.js";
import { parseHkl } from "../src/io/hkl.js";
import type { CrystalShape } from "../src/models/crystal.js";
import type { Experiment } from "../src/models/experiment.js";
import { StructureFactors } from "../src/models/structure-factors.js";
import { ImageModel } from "../src/simulate/image-model.js";
import type { ImageOptions } from "../src/simulate/image-options.js";
import type { Quantities } from "../src/simulate/parameters.js";

const path = fileURLToPath(new URL("../scripts/data/1orc_P1.hkl", import.meta.url));
export const structureFactors = StructureFactors.fromReflections(parseHkl(readFileSync(path, "utf8"), "1orc_P1.hkl"));

export const parameters = {
  cell: { a: 34.85, b: 39.09, c: 48.18, alpha: 90, beta: 90, gamma: 90 },
  missetDeg: [10.12, 19.9, 30.1],
  cells: [8, 8, 8],
  spreadDeg: 0.5,
  wavelengthA: 1,
  fluence: 2e26,
  kahnFactor: 0.4,
  distanceMm: 120,
  beamCenterMm: [51, 52],
  pixelMm: 1,
};
export type ProteinParameters = typeof parameters;

/** Pixels along each edge of a detector of 102.4 mm. */
export interface Still {
  readonly edge: number;
  readonly domains?: number;
  readonly shape?: CrystalShape;
}

export function protein(still: Still, options: ImageOptions): ImageModel<ProteinParameters> {
  return new ImageModel<ProteinParameters>((p) => proteinExperiment(still, p), { oversample: 1, ...options });
}

export function proteinExperiment({ edge, domains = 1, shape = "square" }: Still, p: Quantities<ProteinParameters>): Experiment<Quantity> {
  return {
    beam: { wavelengthA: p.wavelengthA, fluence: p.fluence, kahnFactor: p.kahnFactor },
    crystal: {
      lattice: p.cell,
      missetDeg: [p.missetDeg[0], p.missetDeg[1], p.missetDeg[2]],
      cells: [p.cells[0], p.cells[1], p.cells[2]],
      shape,
      mosaic: { spreadDeg: p.spreadDeg, domains },
    },
    detector: {
      pixels: { fast: edge, slow: edge },
      pixelSizeMm: p.pixelMm,
      distanceMm: p.distanceMm,
      beamCenterMm: { x: p.beamCenterMm[0], y: p.beamCenterMm[1] },
    },
    structureFactors,
  };
}

/** The parameters for a detector of so many pixels along each edge. */
export function parametersFor(edge: number): ProteinParameters {
  return { ...parameters, pixelMm: 102.4 / edge };
}

/** The same with spots in closed form, whose domains are turned by the spread. */
export function closedExperiment(still: Still, p: Quantities<ProteinParameters>): Experiment<Quantity> {
  const { crystal: { mosaic: _, ...crystal }, ...experiment } = proteinExperiment(still, p);
  return { ...experiment, structureFactors, crystal: { ...crystal, etaDeg: p.spreadDeg } };
}

/** The parameters of a crystal of another cell, of so many cells along each edge, whose orientations spread so far. */
export function parametersOfCell(edge: number, a: number, count: number, spreadDeg: number): ProteinParameters {
  const p = parametersFor(edge);
  return { ...p, cell: { ...p.cell, a, b: a * 1.1, c: a * 1.2 }, cells: [count, count, count], spreadDeg };
}
