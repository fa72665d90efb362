/** How a pixel sees the spot of a reflection, or a reflection its own place on the detector: the same formulas for numbers and for the tape. */
import { abs, add, div, exp, mul, sub } from "../../autodiff/primitives/elementwise.js";
import type { Quantity } from "../../autodiff/tape.js";
import { pixelPosition, type Sensor } from "../../models/detector.js";
import { indicesOf, sharedCovariance, spotCovariance } from "../../models/spots.js";
import { reflectionOf } from "../../physics/spots.js";
import { outer, plusTensors, scaleTensor, type Symmetric } from "../../physics/symmetric.js";
import { cross, dot, minus, norm, plus, scale, transform, type Vector } from "../../physics/vector.js";
import type { Placement } from "./placement.js";

/** Where photons are absorbed in a sensor, along its normal. */
export interface AbsorptionDepth {
  /** in metres */
  readonly mean: Quantity;
  /** in m² */
  readonly variance: Quantity;
  /** share of the photons that are absorbed */
  readonly captured: Quantity;
}

/**
 * Mean and variance of the depth of absorption: of an exponential that ends at the back of the sensor.
 * @param obliquity cosine between the photon and the detector's normal
 */
export function absorptionDepth(sensor: Sensor<Quantity> | undefined, obliquity: Quantity): AbsorptionDepth {
  if (sensor === undefined) return { mean: 0, variance: 0, captured: 1 };
  const depth = mul(div(sensor.attenuationDepthUm, 1e6), obliquity);
  const thickness = div(div(sensor.thicknessUm, 1e6), depth);
  const left = exp(mul(-1, thickness));
  const captured = sub(1, left);
  const tail = div(mul(thickness, left), captured);
  return {
    mean: mul(depth, sub(1, tail)),
    variance: mul(depth, depth, sub(1, mul(tail, div(thickness, captured)))),
    captured,
  };
}

/** A place on the detector as the crystal sees it. */
export interface SeenPlace {
  /** from the sample, of length 1 */
  readonly direction: Vector;
  /** from the sample, in metres */
  readonly distance: Quantity;
  /** cosine between the ray and the detector's normal */
  readonly obliquity: Quantity;
  readonly depth: AbsorptionDepth;
  /** fractional indices */
  readonly hkl: Vector;
  /** covariance that all reflections share, in the domain's own units */
  readonly shared: Symmetric;
  /** by what the place in reciprocal space changes for a metre along fast and along slow, in the domain's own units */
  readonly tangents: readonly [Vector, Vector];
}

/** @param fast, slow in pixels from the corner of the panel */
export function seenPlace({ frame, sensor, widths, lattice, incident, wavelength }: Placement, fast: Quantity, slow: Quantity): SeenPlace {
  const at = (behind: Quantity): Vector => pixelPosition(frame, false, mul(fast, frame.pixelSize), mul(slow, frame.pixelSize), behind);
  const surface = at(0);
  const depth = absorptionDepth(sensor, abs(div(dot(surface, frame.normal), norm(surface))));
  const position = depth.mean === 0 ? surface : at(depth.mean);
  const distance = norm(position);
  const direction = scale(position, div(1, distance));
  const obliquity = abs(dot(direction, frame.normal));
  const { domain, plane } = widths;
  const inUnits = (vector: Vector): Vector => transform(domain.ofIndices, indicesOf(lattice, vector));
  const diffracted = indicesOf(lattice, direction);
  const hkl = scale(minus(diffracted, indicesOf(lattice, incident)), div(1, wavelength));
  const tangent = (axis: Vector): Vector => scale(minus(inUnits(axis), scale(transform(domain.ofIndices, diffracted), dot(axis, direction))), div(1, distance));
  // A photon that is absorbed deeper is counted farther out.
  const [outFast, outSlow] = [div(dot(direction, frame.fast), obliquity), div(dot(direction, frame.slow), obliquity)];
  const smeared = depth.variance === 0 ? plane : {
    fast: add(plane.fast, mul(depth.variance, outFast, outFast)),
    slow: add(plane.slow, mul(depth.variance, outSlow, outSlow)),
    mixed: add(plane.mixed, mul(depth.variance, outFast, outSlow)),
  };
  const tangents = [tangent(frame.fast), tangent(frame.slow)] as const;
  const shared = sharedCovariance({ ...widths, plane: smeared }, lattice, { wavelength, scattering: transform(domain.ofIndices, hkl), tangents, perMetre: 1 });
  return { direction, distance, obliquity, depth, hkl, shared, tangents: [scale(tangents[0], div(1, wavelength)), scale(tangents[1], div(1, wavelength))] };
}

/** The covariance of a reflection's spot at a place, in the domain's own units. */
export function covarianceOf({ widths, lattice, reciprocal, frame, turn }: Placement, { shared }: SeenPlace, hkl: Vector): Symmetric {
  const { basis, domain } = widths;
  const covariance = spotCovariance(widths, shared, reflectionOf(hkl, basis));
  if (turn === 0) return covariance;
  const turned = transform(domain.ofIndices, indicesOf(lattice, cross(frame.spindle, pointOf(reciprocal, hkl))));
  return plusTensors(covariance, scaleTensor(outer(turned), turn));
}

/** h a* + k b* + l c* in the laboratory. */
export function pointOf({ aStar, bStar, cStar }: Placement["reciprocal"], [h, k, l]: Vector): Vector {
  return plus(scale(aStar, h), scale(bStar, k), scale(cStar, l));
}

/** By what the offset of a place from a reflection is, in the domain's own units. */
export function offsetFrom({ widths: { domain } }: Placement, { hkl }: SeenPlace, reflection: Vector): Vector {
  return transform(domain.ofIndices, minus(hkl, reflection));
}

