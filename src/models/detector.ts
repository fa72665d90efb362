import { abs, div, mul, neg } from "../autodiff/primitives/elementwise.js";
import { known, type Quantity } from "../autodiff/tape.js";
import { radiansPerDegree } from "../physics/constants.js";
import { cross, dot, minus, plus, rotate, rotateAxis, scale, unitize, type Vector } from "../physics/vector.js";
import { centres } from "./beam-centre.js";
import { conventionAxes, conventionPivot, type Axes, type Convention, type Pivot } from "./convention.js";

export { conventionPivot, type Axes, type Convention, type Pivot } from "./convention.js";

/** A sensor that lets photons through. */
export interface Sensor<Q = number> {
  /** in micrometres */
  readonly thicknessUm: Q;
  /** depth at which 1/e of the photons are left */
  readonly attenuationDepthUm: Q;
  /** in which absorption is computed */
  readonly layers: number;
  /** thickness / layers unless given */
  readonly layerThicknessUm?: Q;
}

/** Where a panel stands in the laboratory. */
export interface PanelFrame<Q = number> {
  /** from the sample to the corner of the first pixel */
  readonly originMm: Vector<Q>;
  /** from one pixel to the next in a row, in units of the pixel size */
  readonly fast: Vector<Q>;
  /** from one row to the next, likewise */
  readonly slow: Vector<Q>;
  /** whether the normal away from the sample is slow x fast rather than fast x slow */
  readonly isFlipped: boolean;
}

/** A flat or spherical detector of square pixels, placed by a convention. */
export interface Detector<Q = number> {
  /** number of pixels along each axis */
  readonly pixels: { readonly fast: number; readonly slow: number };
  /** edge of a pixel, in mm */
  readonly pixelSizeMm: Q;
  /** edges, which default beam centres are halves of; pixels times their size unless given */
  readonly sizeMm?: { readonly fast?: Q; readonly slow?: Q };
  /** along the beam; 100 unless this or the close distance is given */
  readonly distanceMm?: Q;
  /** from the sample to the nearest point of the detector's plane */
  readonly closeDistanceMm?: Q;
  /** MOSFLM unless given */
  readonly convention?: Convention;
  /** of the convention CUSTOM; what is not given is the reference program's */
  readonly axes?: Partial<Axes>;
  /** the convention's own unless given */
  readonly pivot?: Pivot;
  /** where the beam strikes the detector, along the convention's X and Y; near its middle unless given */
  readonly beamCenterMm?: { readonly x?: Q; readonly y?: Q };
  /** point of the detector's plane that is nearest to the sample, in pixels from the corner, the first pixel's centre being 1 */
  readonly nearPointPixels?: { readonly x?: Q; readonly y?: Q };
  /** where the beam centre of the conventions XDS, DIALS and CUSTOM lies unless it is given */
  readonly closePointMm?: { readonly x?: Q; readonly y?: Q };
  /** turns about X, then Y, then Z */
  readonly rotationDeg?: Vector<Q>;
  /** turn about the two-theta axis after all others, in degrees; 0 unless given */
  readonly twothetaDeg?: Q;
  /** from the sample to the corner of the first pixel, in place of distance, centre and pivot */
  readonly originMm?: Vector<Q>;
  /** where a panel of many stands, in place of all placement by the convention */
  readonly placed?: PanelFrame<Q>;
  /** bent to a sphere around the sample */
  readonly curved?: boolean;
  /** pixels without an area: no obliquity in their solid angle */
  readonly pointPixel?: boolean;
  /** a sensor that stops every photon unless given */
  readonly sensor?: Sensor<Q>;
  /**
   * Of spots in closed form, the standard deviation on the detector of what the crystal's and the beam's size and the point spread
   * make of a point: along both axes, along fast and slow, or a symmetric tensor ff, ss, fs whose square is the covariance; 0 unless given
   */
  readonly footprintMm?: Q | readonly [fast: Q, slow: Q] | readonly [ff: Q, ss: Q, fs: Q];
}

/** The detector as it stands in the laboratory: lengths in metres, directions of length 1. */
export interface DetectorFrame {
  /** direction of the fast axis */
  readonly fast: Vector;
  /** direction of the slow axis */
  readonly slow: Vector;
  /** of the detector's plane */
  readonly normal: Vector;
  /** from the sample to the corner of the first pixel */
  readonly origin: Vector;
  /** from the source to the sample */
  readonly beam: Vector<number>;
  /** of the electric field */
  readonly polarization: Vector<number>;
  /** across the beam and the polarization */
  readonly vertical: Vector<number>;
  /** axis of the scan */
  readonly spindle: Vector<number>;
  /** edge of a pixel */
  readonly pixelSize: Quantity;
  /** to the detector's plane along the beam */
  readonly distance: Quantity;
  /** to the nearest point of the detector's plane */
  readonly closeDistance: Quantity;
  /** the beam centre that was given, or its default, along the convention's X and Y */
  readonly beamCenter: { readonly x: Quantity; readonly y: Quantity };
  /** edges of the detector */
  readonly size: { readonly fast: Quantity; readonly slow: Quantity };
  /** where the direct beam strikes, along fast and slow from the corner */
  readonly beamAt: { readonly fast: Quantity; readonly slow: Quantity };
  /** the point nearest to the sample, along fast and slow from the corner */
  readonly closeAt: { readonly fast: Quantity; readonly slow: Quantity };
}

/** The axes of a convention with what was given in their place, each of length 1. */
export function axesOf({ convention = "MOSFLM", axes = {} }: Detector<Quantity>): Axes {
  const { beam, fast, slow, normal, twotheta, polarization, spindle } = { ...conventionAxes[convention], ...axes };
  const across = Math.abs(Math.hypot(...normal) - 1) < 1e-9 ? normal : numbers(unitize(cross(fast, slow)));
  return {
    beam: numbers(unitize(beam)),
    fast: numbers(unitize(fast)),
    slow: numbers(unitize(slow)),
    normal: across,
    twotheta,
    polarization: numbers(unitize(polarization)),
    spindle: numbers(unitize(spindle)),
  };
}

function numbers([x, y, z]: Vector): Vector<number> {
  return [known(x), known(y), known(z)];
}

/** Places a detector by its convention, as the reference program does. */
export function detectorFrame(detector: Detector<Quantity>): DetectorFrame {
  if (detector.placed) return panelFrame(detector, detector.placed);
  const { convention = "MOSFLM", rotationDeg = [0, 0, 0], twothetaDeg = 0 } = detector;
  const axes = axesOf(detector);
  const pixelSize = div(detector.pixelSizeMm, 1000);
  const rotation = scale(rotationDeg, radiansPerDegree);
  const twotheta = mul(twothetaDeg, radiansPerDegree);
  const turned = (vector: Vector): Vector => rotateAxis(rotate(vector, rotation), axes.twotheta, twotheta);

  const obliquity = dot(axes.beam, rotate(axes.normal, rotation));
  const closeDistance =
    detector.closeDistanceMm !== undefined
      ? div(detector.closeDistanceMm, 1000)
      : abs(mul(obliquity, div(detector.distanceMm ?? 100, 1000)));
  const distance = div(closeDistance, obliquity);

  const { beamAt, closeAt, beamCenter, size } = centres(detector, convention, pixelSize);
  const fast = turned(axes.fast);
  const slow = turned(axes.slow);
  const normal = turned(axes.normal);
  const pivot = detector.pivot ?? conventionPivot[convention];
  let origin: Vector;
  if (detector.originMm) origin = scale(detector.originMm, 1e-3);
  else if (pivot === "sample") {
    origin = turned(minus(scale(axes.normal, closeDistance), inPlane(axes.fast, closeAt.fast, axes.slow, closeAt.slow)));
  } else origin = minus(scale(axes.beam, distance), inPlane(fast, beamAt.fast, slow, beamAt.slow));

  return {
    fast,
    slow,
    normal,
    origin,
    ...fixedDirections(axes),
    pixelSize,
    beamCenter,
    size,
    ...asPlaced(origin, fast, slow, normal, axes.beam, obliquity),
  };
}

/** The directions that a detector does not change by being turned. */
function fixedDirections({ beam, polarization, spindle }: Axes): Pick<DetectorFrame, "beam" | "polarization" | "vertical" | "spindle"> {
  return { beam, polarization, vertical: numbers(unitize(cross(beam, polarization))), spindle };
}

/** The frame of a panel that stands where it is said to. */
function panelFrame(detector: Detector<Quantity>, { originMm, fast, slow, isFlipped }: PanelFrame<Quantity>): DetectorFrame {
  const axes = axesOf(detector);
  const pixelSize = div(detector.pixelSizeMm, 1000);
  const origin = scale(originMm, 1e-3);
  const normal = unitize(isFlipped ? cross(slow, fast) : cross(fast, slow));
  const placed = asPlaced(origin, fast, slow, normal, axes.beam, dot(axes.beam, normal));
  return {
    fast,
    slow,
    normal,
    origin,
    ...fixedDirections(axes),
    pixelSize,
    beamCenter: { x: placed.beamAt.fast, y: placed.beamAt.slow },
    size: { fast: mul(detector.pixels.fast, pixelSize), slow: mul(detector.pixels.slow, pixelSize) },
    ...placed,
  };
}

function inPlane(fast: Vector, alongFast: Quantity, slow: Vector, alongSlow: Quantity): Vector {
  return plus(scale(fast, alongFast), scale(slow, alongSlow));
}

/** Distances and centres read off the detector where it stands. */
function asPlaced(origin: Vector, fast: Vector, slow: Vector, normal: Vector, beam: Vector<number>, obliquity: Quantity) {
  const closeDistance = dot(origin, normal);
  const distance = div(closeDistance, obliquity);
  const struck = minus(scale(beam, distance), origin);
  return {
    closeDistance,
    distance,
    beamAt: { fast: dot(fast, struck), slow: dot(slow, struck) },
    closeAt: { fast: neg(dot(origin, fast)), slow: neg(dot(origin, slow)) },
  };
}

/**
 * Where a point of the detector is, from the sample, in metres.
 * @param fast along the detector from its corner, in metres
 * @param slow as `fast`
 * @param depth behind the surface, in metres
 */
export function pixelPosition(frame: DetectorFrame, curved: boolean, fast: Quantity, slow: Quantity, depth: Quantity): Vector {
  const flat = plus(frame.origin, scale(frame.fast, fast), scale(frame.slow, slow), scale(frame.normal, depth));
  if (!curved) return flat;
  const straight = scale(frame.beam, frame.distance);
  const aboutSlow = rotateAxis(straight, frame.slow, div(flat[1], frame.distance));
  return rotateAxis(aboutSlow, frame.fast, div(flat[2], frame.distance));
}

