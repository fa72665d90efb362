/** An experiment with all kinds of steps, on a few pixels, as a function of parameters of everything. */
import type { Quantity } from "../../src/autodiff/tape.js";
import type { CrystalShape } from "../../src/models/crystal.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors, type LeavingPolicy } from "../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { ImageModel } from "../../src/simulate/image-model.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { sub } from "../../src/autodiff/operations.js";
import { mul } from "../../src/autodiff/primitives/elementwise.js";
import { parametersIn, type Quantities } from "../../src/simulate/parameters.js";
import type { Variable } from "../../src/autodiff/tape.js";

export const start = {
  cell: { a: 30, b: 34, c: 41, alpha: 84, beta: 97, gamma: 102 },
  missetDeg: [11, 22, 33],
  cells: [3.2, 4, 2.7],
  spreadDeg: 0.4,
  phiStepDeg: 0.3,
  distanceMm: 80,
  beamX: 4.4,
  wavelengthA: 1.1,
  fluence: 1e27,
  kahnFactor: 0.4,
  waterUm: 0.1,
};
export type Start = typeof start;

export interface Scene {
  readonly pixels?: { readonly fast: number; readonly slow: number };
  readonly shape?: CrystalShape;
  readonly policy?: LeavingPolicy;
  /** highest index of the structure factors along each axis */
  readonly reach?: number;
  readonly domains?: number;
  readonly sources?: number;
  readonly layers?: number;
  readonly scanSteps?: number;
}

export function factors({ policy = "mask", reach = 12 }: Scene): StructureFactors {
  const extent = 2 * reach + 1;
  const grid = zeros([extent, extent, extent]);
  for (let i = 0; i < grid.size; i++) grid.data[i] = 60 + 40 * Math.sin(1.7 * i);
  return new StructureFactors(grid, [-reach, -reach, -reach], { policy, defaultF: 20 });
}

export function modelOf(scene: Scene, options: ImageOptions, structureFactors = factors(scene)): ImageModel<Start> {
  const { pixels = { fast: 13, slow: 9 }, shape = "square", domains = 3, sources = 2, layers = 2, scanSteps = 2 } = scene;
  return new ImageModel<Start>(
    (p: Quantities<Start>): Experiment<Quantity> => ({
      beam: {
        wavelengthA: p.wavelengthA,
        fluence: p.fluence,
        kahnFactor: p.kahnFactor,
        horizontalDivergenceMrad: { range: 3, count: sources },
        dispersionPercent: { range: 1, count: sources },
      },
      crystal: {
        lattice: p.cell,
        missetDeg: [p.missetDeg[0], p.missetDeg[1], p.missetDeg[2]],
        cells: [p.cells[0], p.cells[1], p.cells[2]],
        shape,
        mosaic: { spreadDeg: p.spreadDeg, domains },
        scan: { phiDeg: 0.1, stepDeg: p.phiStepDeg, steps: scanSteps },
      },
      detector: {
        pixels,
        pixelSizeMm: 9 / pixels.slow,
        distanceMm: p.distanceMm,
        beamCenterMm: { x: p.beamX, y: -3 },
        rotationDeg: [1, 2, 3],
        sensor: { thicknessUm: 300, attenuationDepthUm: 250, layers },
      },
      structureFactors,
      waterUm: p.waterUm,
    }),
    options,
  );
}

/** Half the square of the distance to given photons. */
export const squares = (photons: Variable, given: Variable): Variable => {
  const residual = sub(photons, given);
  return mul(0.5, residual, residual);
};

export function uneven([slow, fast]: readonly number[]): NdArray {
  const result = zeros([slow, fast]);
  for (let i = 0; i < result.size; i++) result.data[i] = 1 + Math.sin(i);
  return result;
}

/** Every number of a tree, in order. */
export function numbersIn(tree: unknown): number[] {
  return parametersIn(tree).flatMap((leaf) => (typeof leaf === "number" ? [leaf] : [...leaf.data]));
}
