import { abs, add, div, mul } from "../autodiff/primitives/elementwise.js";
import { pushForward } from "../autodiff/forward.js";
import { broadcastTo } from "../autodiff/primitives/sum.js";
import type { Quantity, Variable } from "../autodiff/tape.js";
import { incidentBeams, type Along, type Beam, type IncidentBeams } from "../models/beam.js";
import { pixelPosition, type Detector, type DetectorFrame } from "../models/detector.js";
import type { PixelView } from "../models/spots.js";
import { captureFraction, polarizationFactor, solidAngle } from "../physics/scattering.js";
import { dot, minus, norm, scale, type Vector } from "../physics/vector.js";
import { recorded, type PixelPoints } from "./steps.js";

/** Indices of pixels along the detector's axes. */
export interface PixelIndices {
  readonly fast: Variable;
  readonly slow: Variable;
}

/** The way from the sample to points of the detector. */
export interface Ray {
  /** of length 1 */
  readonly direction: Vector;
  /** from the sample, in metres */
  readonly distance: Quantity;
  readonly omega: Quantity;
  readonly capture: Quantity;
}

/** Records the way to points in each pixel, spread along an axis or only one of them. */
export function recordRay(
  detector: Detector<Quantity>,
  frame: DetectorFrame,
  points: PixelPoints,
  { fast, slow }: PixelIndices,
  spread: Along,
): Ray {
  const { sensor } = detector;
  const layer = spread(points.layer);
  const layerThickness = sensor ? div(sensor.layerThicknessUm ?? div(sensor.thicknessUm, sensor.layers), 1e6) : 0;
  const position = pixelPosition(
    frame,
    detector.curved ?? false,
    mul(add(fast, spread(points.fast)), frame.pixelSize),
    mul(add(slow, spread(points.slow)), frame.pixelSize),
    mul(layer, layerThickness),
  );
  const distance = norm(position);
  const direction = scale(position, div(1, distance));
  return {
    direction,
    distance,
    omega: detector.pointPixel ? div(1, mul(distance, distance)) : solidAngle(frame.pixelSize, distance, abs(frame.closeDistance)),
    capture: sensor ? captureFraction(layer, layerThickness, div(sensor.attenuationDepthUm, 1e6), abs(dot(direction, frame.normal))) : 1,
  };
}

/**
 * By what the direction of a ray changes for a length along the detector's fast and slow axes, in units of one's own, and how many such
 * lengths are a metre: the distance, which all components are divided by, is that length.
 * @param inUnits takes a vector of the laboratory to these units, linearly
 * @param direction the ray's direction in them
 */
export function recordTangents(
  { curved = false }: Detector<Quantity>,
  frame: DetectorFrame,
  ray: Ray,
  { fast, slow }: PixelIndices,
  inUnits: (vector: Vector) => Vector,
  direction: Vector,
): Pick<PixelView, "tangents" | "perMetre"> {
  if (!curved) {
    const across = (axis: Vector): Vector => minus(inUnits(axis), scale(direction, dot(axis, ray.direction)));
    return { tangents: [across(frame.fast), across(frame.slow)], perMetre: div(1, ray.distance) };
  }
  const change = (pixel: Variable): Vector => {
    const one = broadcastTo(pixel.tape.constant(1, pixel.dtype), pixel.shape);
    const [x = 0, y = 0, z = 0] = pushForward([pixel], [one], ray.direction.map((component) => recorded(component, pixel)));
    return inUnits([x, y, z]);
  };
  return { tangents: [change(fast), change(slow)], perMetre: div(1, frame.pixelSize) };
}

/** The beams before the sample, in the detector's frame. */
export function beamsIn({ beam: direction, polarization, vertical }: DetectorFrame, beam: Beam<Quantity>, spread: Along): IncidentBeams {
  return incidentBeams(beam, { direction, polarization, vertical }, spread);
}

/** The polarization factor, or 1 where it is left out. */
export function polarizationOf(beam: Beam<Quantity>, frame: DetectorFrame, diffracted: Vector, incident: Vector): Quantity {
  return beam.polarized === false ? 1 : polarizationFactor(diffracted, incident, frame.polarization, beam.kahnFactor ?? 0);
}
