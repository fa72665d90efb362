import type { Vector } from "../physics/vector.js";

/** Whose axes and beam centre a detector has. */
export type Convention = "MOSFLM" | "DENZO" | "ADXV" | "XDS" | "DIALS" | "CUSTOM";
/** What stays in place when the detector is turned: where the direct beam strikes it, or the sample's distance to its plane. */
export type Pivot = "beam" | "sample";

/** The directions of a convention, as vectors in the laboratory. */
export interface Axes {
  /** from the source to the sample */
  readonly beam: Vector<number>;
  /** from one pixel to the next in a row */
  readonly fast: Vector<number>;
  /** from one row to the next */
  readonly slow: Vector<number>;
  /** of the detector, away from the sample */
  readonly normal: Vector<number>;
  /** that the two-theta turns about */
  readonly twotheta: Vector<number>;
  /** of the electric field */
  readonly polarization: Vector<number>;
  /** that the scan turns about */
  readonly spindle: Vector<number>;
}

const X: Vector<number> = [1, 0, 0];
const Y: Vector<number> = [0, 1, 0];
const Z: Vector<number> = [0, 0, 1];
const minusY: Vector<number> = [0, -1, 0];
const minusZ: Vector<number> = [0, 0, -1];

const mosflm: Axes = { beam: X, fast: Z, slow: minusY, normal: X, twotheta: minusZ, polarization: Z, spindle: Z };
/** The directions of each convention. */
export const conventionAxes: Readonly<Record<Convention, Axes>> = {
  MOSFLM: mosflm,
  DENZO: mosflm,
  ADXV: { beam: Z, fast: X, slow: minusY, normal: Z, twotheta: [-1, 0, 0], polarization: X, spindle: X },
  XDS: { beam: Z, fast: X, slow: Y, normal: Z, twotheta: X, polarization: X, spindle: X },
  DIALS: { beam: Z, fast: X, slow: Y, normal: Z, twotheta: Y, polarization: Y, spindle: Y },
  CUSTOM: { beam: X, fast: Z, slow: minusY, normal: X, twotheta: Y, polarization: Z, spindle: Z },
};

/** What stays in place when a detector of each convention is turned. */
export const conventionPivot: Readonly<Record<Convention, Pivot>> = {
  MOSFLM: "beam",
  DENZO: "beam",
  ADXV: "beam",
  XDS: "sample",
  DIALS: "sample",
  CUSTOM: "beam",
};
