import type { Matrix3, Vector3 } from "./vector.js";

/**
 * What one source (a geometry file, an image's header, the options) knows of an experiment, in the source's own laboratory frame and in
 * the units of the field. A source that does not state something leaves it undefined.
 */
export interface ExperimentRecord {
  /** what messages call the source */
  readonly source: string;
  /** what kind of source it is, as a person would say */
  readonly kind: string;
  readonly beam: BeamRecord;
  readonly panels: readonly PanelRecord[];
  /** how the panels are mounted, where the source has groups of them */
  readonly mounting?: GroupRecord | undefined;
  readonly goniometer?: GoniometerRecord | undefined;
  readonly scan?: ScanRecord | undefined;
  readonly crystals: readonly CrystalRecord[];
  readonly images: readonly ImageName[];
  /** where the source states the detector's place only up to a shift: along which direction, and what would state it */
  readonly openShift?: { readonly along: Vector3; readonly statedBy: string } | undefined;
  /** sentences on what the source leaves open, ignores or contradicts */
  readonly remarks: readonly string[];
}

export interface BeamRecord {
  readonly wavelengthA?: number | undefined;
  /** of length 1, along the beam: from the source to the sample */
  readonly direction?: Vector3 | undefined;
  /** Kahn's polarization factor, from -1 to 1 */
  readonly kahnFactor?: number | undefined;
  /** of the electric field, of length 1 */
  readonly electricField?: Vector3 | undefined;
}

/** A flat rectangle of pixels. The pixel (i, j) along fast and slow begins at origin + pixel size * (i fast + j slow). */
export interface PanelRecord {
  readonly name: string;
  readonly pixels: { readonly fast: number; readonly slow: number };
  readonly pixelSizeMm: number;
  /** from the sample to the corner of the first pixel */
  readonly originMm: Vector3;
  /** of length 1, unless the source stretches the pixels along it */
  readonly fast: Vector3;
  readonly slow: Vector3;
  readonly sensor?: SensorRecord | undefined;
  /** counts that can be trusted: from the first to the second, which is the overload */
  readonly trusted?: { readonly lowest?: number | undefined; readonly overload?: number | undefined } | undefined;
  /** counts per photon */
  readonly gain?: number | undefined;
  /** counts of a pixel without photons */
  readonly pedestal?: number | undefined;
  /** rectangles of pixels that do not exist or do not count */
  readonly masked?: readonly PixelRectangle[] | undefined;
  /** where the panel's first pixel stands in the image that holds all panels, where it does */
  readonly inImage?: { readonly fast: number; readonly slow: number } | undefined;
}

export interface SensorRecord {
  readonly material?: string | undefined;
  readonly thicknessUm?: number | undefined;
  /** depth at which 1/e of the photons are left */
  readonly attenuationDepthUm?: number | undefined;
}

/** Pixels of a panel; the ends are not included. */
export interface PixelRectangle {
  readonly fastMin: number;
  readonly fastEnd: number;
  readonly slowMin: number;
  readonly slowEnd: number;
}

/** A group of panels, or of groups, that moves as one. Panels by their number. */
export interface GroupRecord {
  readonly name: string;
  readonly children: readonly (GroupRecord | number)[];
}

/** The crystal's turn is setting * (rotation about the axis) * fixed. */
export interface GoniometerRecord {
  /** of the scan, of length 1 */
  readonly axis: Vector3;
  readonly fixed: Matrix3;
  readonly setting: Matrix3;
}

export interface ScanRecord {
  readonly firstImage: number;
  readonly lastImage: number;
  /** angle at which the first image begins */
  readonly startDeg: number;
  /** turn during one image; undefined where the source does not state it */
  readonly widthDeg: number | undefined;
  readonly exposureS?: number | undefined;
}

export interface CrystalRecord {
  /** real axes in A: in the laboratory or, where there is a goniometer, with the goniometer at zero */
  readonly a: Vector3;
  readonly b: Vector3;
  readonly c: Vector3;
  /** Hall symbol, Hermann-Mauguin symbol or number, as the source states it */
  readonly spaceGroup?: string | number | undefined;
  /** reciprocal axes as rows in 1/A, of the goniometer at zero, at the beginning and the end of every image, where the source has them */
  readonly scanPoints?: readonly Matrix3[] | undefined;
  /** half of the angular spread of the mosaic domains, and their size */
  readonly halfMosaicityDeg?: number | undefined;
  readonly domainSizeA?: number | undefined;
}

export interface ImageName {
  readonly file: string;
  /** number of the frame in the file, from 1, where the file holds several */
  readonly frame?: number | undefined;
}
