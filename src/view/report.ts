import type { NdArray } from "../ndarray/ndarray.js";
import type { RefinedParameter, RefinementProgress } from "../refine/refine.js";
import type { Geometry } from "./geometry.js";
import type { ListedSpot } from "./spot-list.js";
import type { PanelFit } from "../refine/panel-fit.js";
import type { Shell } from "./shells.js";
import type { StatedFact } from "./stated-fact.js";

/** A measured image, its model and what is left, as a report shows them. */
export interface ReportImage {
  readonly name: string;
  /** pixels along each edge that one pixel of the overview stands for */
  readonly shrunk: number;
  /** overview, a panel each, [slow, fast] */
  readonly measured: readonly NdArray[];
  readonly model: readonly NdArray[];
  /** in sigmas */
  readonly residual: readonly NdArray[];
  /** of the overview's pixels */
  readonly geometry: Geometry;
  readonly spots: readonly ReportSpot[];
  readonly shells: readonly Shell[];
  /** of a detector of many panels, what is known of each */
  readonly panels: readonly PanelFit[];
}

/** A spot, and the pixels around it. */
export interface ReportSpot extends ListedSpot {
  /** of the box's first pixel */
  readonly corner: { readonly fast: number; readonly slow: number };
  readonly measured: NdArray;
  readonly model: NdArray;
  readonly residual: NdArray;
}

/** A file that a refinement has read. */
export interface ReadFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of its content, as hexadecimal digits */
  readonly checksum: string;
}

/** Everything that a report tells of a refinement. */
export interface Report {
  readonly title: string;
  readonly isConverged: boolean;
  readonly reason: string;
  readonly steps: number;
  readonly seconds: number;
  readonly loss: number;
  /** NaN where it is not known */
  readonly reducedChiSquare: number;
  readonly parameters: readonly RefinedParameter[];
  readonly correlations: readonly (readonly number[])[];
  readonly history: readonly RefinementProgress[];
  readonly warnings: readonly string[];
  /** what made the result: names and statements */
  readonly provenance: readonly (readonly [source: string, statement: string])[];
  /** what the first image's experiment was at the start, and who stated it */
  readonly facts: readonly StatedFact[];
  /** what was read */
  readonly files: readonly ReadFile[];
  readonly images: readonly ReportImage[];
}
