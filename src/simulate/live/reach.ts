import type { Program } from "../../autodiff/tape.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import type { Shape } from "../../ndarray/shape.js";
import type { CrystalShape } from "../../physics/lattice-factor.js";
import type { ScatteringReflections } from "./scattering-reflections.js";

/**
 * What bounds the steps of a sum: a program of the pixels' indices, which gives q (shape [P, ...], along the axes of the steps as far as it
 * varies) and the direct vectors a, b and c (without the pixels), whose products with q are h, k and l; and more, by its kind. Plain data,
 * which a worker can receive.
 */
export type Reach = {
  readonly program: Program;
  /** steps of a pixel: points, sources, orientations times reflections */
  readonly steps: Shape;
} & (
  | {
      /** behind them, numbers of cells, reciprocal vectors and fudge */
      readonly kind: "sampled";
      readonly shape: CrystalShape;
    }
  | {
      /**
       * behind them, the matrix to the domain's own units, and there: what is added to the covariance for the reflections 100, 010, 001, 110,
       * 101 and 011, without the pixels, and the covariance that all share
       */
      readonly kind: "closed";
      /** whole numbers along each axis that are the steps' innermost ones */
      readonly reflections: readonly [number, number, number];
    }
);

/** Outputs of a reach's program: q, and h, k and l of it. */
export const positionOutputs = 12;

/** What may be left out. */
export interface Negligible {
  /** lattice factors up to this one */
  readonly factor: number;
  /** of spots in closed form, exp(-x) from this x on */
  readonly exponent: number;
  /** steps up to this part of the brightest one that there can be */
  readonly part: number;
  /** all others are left out; every reflection scatters unless given */
  readonly reflections: ScatteringReflections | undefined;
}

/** How it is known which steps of a run can be left out. */
export interface RunReach {
  readonly reach: Reach;
  /** the last arguments of its program */
  readonly known: readonly NdArray[];
  readonly negligible: Negligible;
  /** whether a pixel of no steps is 0 */
  readonly leavesZero: boolean;
}
