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
  /** the X-rays before the sample */
  readonly beam: BeamRecord;
  /** flat rectangles of pixels, in the order of the source; empty where it knows none */
  readonly panels: readonly PanelRecord[];
  /** how the panels are mounted, where the source has groups of them */
  readonly mounting?: GroupRecord | undefined;
  /** what turns the crystal; undefined for a still */
  readonly goniometer?: GoniometerRecord | undefined;
  /** the images of a rotation */
  readonly scan?: ScanRecord | undefined;
  /** the crystals in the beam; empty where the source knows none */
  readonly crystals: readonly CrystalRecord[];
  /** files that hold the images, in their order */
  readonly images: readonly ImageName[];
  /** data set of the images' files that holds the pixels, where the source names one */
  readonly dataSet?: string | undefined;
  /** where the source states the detector's place only up to a shift: along which direction, and what would state it */
  readonly openShift?: { readonly along: Vector3; readonly statedBy: string } | undefined;
  /** numbers that the source leaves to the image's file */
  readonly leftToImage?: readonly ImageValue[] | undefined;
  /** sentences on what the source leaves open, ignores or contradicts */
  readonly remarks: readonly string[];
}

/** A number that stands in the image's file, one for all images or one for each. */
export interface ImageValue {
  /** what it is; a camera length is added to the panels' offsets along the beam */
  readonly quantity: "wavelength" | "photon energy" | "camera length" | "shift along x" | "shift along y";
  /** of the data set */
  readonly path: string;
  /** what one of its numbers is, in A, eV or mm */
  readonly unit: number;
  /** how the source says so */
  readonly statedBy: string;
}

/** What a source knows of the X-rays. */
export interface BeamRecord {
  /** in A */
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
  /** as the source calls it */
  readonly name: string;
  /** number of pixels along each axis */
  readonly pixels: { readonly fast: number; readonly slow: number };
  /** edge of a square pixel, in mm */
  readonly pixelSizeMm: number;
  /** from the sample to the corner of the first pixel */
  readonly originMm: Vector3;
  /** of length 1, unless the source stretches the pixels along it */
  readonly fast: Vector3;
  /** direction of the slow axis, of length 1, as `fast` */
  readonly slow: Vector3;
  /** what the photons are absorbed in */
  readonly sensor?: SensorRecord | undefined;
  /** counts that can be trusted: from the first to the second, which is the overload */
  readonly trusted?: { readonly lowest?: number | undefined; readonly overload?: number | undefined } | undefined;
  /** counts per photon */
  readonly gain?: number | undefined;
  /** counts per eV, where the energy of a photon is left to the image's file */
  readonly gainPerEv?: number | undefined;
  /** counts of a pixel without photons */
  readonly pedestal?: number | undefined;
  /** rectangles of pixels that do not exist or do not count */
  readonly masked?: readonly PixelRectangle[] | undefined;
  /** maps of pixels that do not count, which lie in files of their own or in the image's */
  readonly maskMaps?: readonly MaskMap[] | undefined;
  /** where the panel's first pixel stands in the image that holds all panels, where it does */
  readonly inImage?: { readonly fast: number; readonly slow: number } | undefined;
}

/** The absorbing layer of a panel. */
export interface SensorRecord {
  /** chemical symbol or name, such as Si or CdTe */
  readonly material?: string | undefined;
  /** in micrometres */
  readonly thicknessUm?: number | undefined;
  /** depth at which 1/e of the photons are left */
  readonly attenuationDepthUm?: number | undefined;
}

/** Pixels of a panel; the ends are not included. */
export interface PixelRectangle {
  /** first pixel along fast, from 0 */
  readonly fastMin: number;
  /** behind the last pixel along fast */
  readonly fastEnd: number;
  /** first pixel along slow, from 0 */
  readonly slowMin: number;
  /** behind the last pixel along slow */
  readonly slowEnd: number;
}

/** Where a number for each pixel stands whose bits say whether the pixel counts. */
export interface MaskMap {
  /** path, as the source states it; undefined where the map lies in the image's file */
  readonly file?: string | undefined;
  /** of the data set in the file */
  readonly path: string;
  /** what each axis of the data set counts; a number is the place along an axis of other things */
  readonly axes: readonly ("frame" | "slow" | "fast" | number)[];
  /** bits all of which a pixel has that counts */
  readonly goodBits: number;
  /** bits none of which a pixel has that counts */
  readonly badBits: number;
}

/** A group of panels, or of groups, that moves as one. Panels by their number. */
export interface GroupRecord {
  /** as the source calls it */
  readonly name: string;
  /** groups, or numbers of panels */
  readonly children: readonly (GroupRecord | number)[];
}

/** The crystal's turn is setting * (rotation about the axis) * fixed. */
export interface GoniometerRecord {
  /** of the scan, of length 1 */
  readonly axis: Vector3;
  /** rotation between the crystal and the scan's axis, row by row */
  readonly fixed: Matrix3;
  /** rotation that carries the scan's axis, row by row */
  readonly setting: Matrix3;
}

/** The images of a rotation. */
export interface ScanRecord {
  /** number of the first image */
  readonly firstImage: number;
  /** number of the last image */
  readonly lastImage: number;
  /** angle at which the first image begins */
  readonly startDeg: number;
  /** turn during one image; undefined where the source does not state it */
  readonly widthDeg: number | undefined;
  /** exposure of one image, in seconds */
  readonly exposureS?: number | undefined;
}

/** A crystal and its orientation. */
export interface CrystalRecord {
  /** real axes in A: in the laboratory or, where there is a goniometer, with the goniometer at zero */
  readonly a: Vector3;
  /** as `a` */
  readonly b: Vector3;
  /** as `a` */
  readonly c: Vector3;
  /** Hall symbol, Hermann-Mauguin symbol or number, as the source states it */
  readonly spaceGroup?: string | number | undefined;
  /** reciprocal axes as rows in 1/A, of the goniometer at zero, at the beginning and the end of every image, where the source has them */
  readonly scanPoints?: readonly Matrix3[] | undefined;
  /** standard deviation of the mosaic domains' turns about every axis */
  readonly mosaicityDeg?: number | undefined;
  /** half of the angular spread of the mosaic domains, which are evenly distributed over it */
  readonly halfMosaicityDeg?: number | undefined;
  /** size of the mosaic domains, in A */
  readonly domainSizeA?: number | undefined;
}

/** A file, or a frame of it. */
export interface ImageName {
  /** path, as the source states it */
  readonly file: string;
  /** number of the frame in the file, from 1, where the file holds several */
  readonly frame?: number | undefined;
}

/** A sentence on a source, which names it. */
export function named(source: string, remark: string): string {
  return remark.startsWith(source.replace(/#\d+$/, "")) ? remark : `${source}: ${remark}`;
}
