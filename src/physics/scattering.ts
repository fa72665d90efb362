/** What happens to a photon between the beam and one point of the detector. Lengths in metres unless said. */
import { add, div, exp, less, mul, neg, sub, where } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import type { DType } from "../ndarray/dtype.js";
import { cross, dot, minus, product, scale, type Vector } from "./vector.js";

/**
 * The scattering vector, in Å⁻¹.
 * @param diffracted direction from the sample to the detector, of length 1
 * @param incident direction of the beam, of length 1
 * @param wavelength in Å
 */
export function scatteringVector(diffracted: Vector, incident: Vector, wavelength: Quantity): Vector {
  return scale(minus(diffracted, incident), div(1, wavelength));
}

/**
 * The polarization factor ½ (1 + cos² 2θ - K cos 2ψ sin² 2θ). With E and B across the beam, cos 2ψ sin² 2θ is (d·E)² - (d·B)², which
 * is 1 - (d·i)² - 2 (d·B)². A beam along the field has no B, as in the reference program: there it is 1 - (d·i)².
 * @param diffracted d, direction from the sample to the detector, of length 1
 * @param incident i, direction of the beam, of length 1
 * @param polarization direction of the electric field, of length 1
 * @param kahnFactor K, from -1 to 1
 * Source: Kahn et al., J. Appl. Cryst. 15, 330 (1982), as the reference program's `polarization_factor`.
 */
export function polarizationFactor(diffracted: Vector, incident: Vector, polarization: Vector, kahnFactor: Quantity): Quantity {
  const cosTwoTheta = dot(incident, diffracted);
  const unpolarized = add(1, mul(cosTwoTheta, cosTwoTheta));
  if (kahnFactor === 0) return mul(0.5, unpolarized);
  const magnetic = cross(polarization, incident);
  const square = dot(magnetic, magnetic);
  const isAlong = less(square, squareOfRounding[dtypeOf(square)]);
  const perSquare = where(isAlong, 0, div(1, where(isAlong, 1, square)));
  const alongB = dot(diffracted, magnetic);
  const across = sub(sub(1, product(cosTwoTheta, cosTwoTheta)), product(2, product(product(alongB, alongB), perSquare)));
  return mul(0.5, sub(unpolarized, product(kahnFactor, across)));
}

/** Of the sine of an angle that rounding alone makes of 0. */
const squareOfRounding: Readonly<Record<DType, number>> = { float64: 1e-26, float32: 1e-12, int32: 0 };

function dtypeOf(quantity: Quantity): DType {
  return typeof quantity === "number" ? "float64" : quantity.dtype;
}

/**
 * The solid angle of a flat pixel, in steradian.
 * @param distance from the sample to the pixel's centre
 * @param closeDistance from the sample to the detector's plane
 */
export function solidAngle(pixelSize: Quantity, distance: Quantity, closeDistance: Quantity): Quantity {
  return div(mul(pixelSize, pixelSize, closeDistance), mul(distance, distance, distance));
}

/**
 * The share of the photons that the layers of a sensor absorb, all layers at once.
 * @param layer index of the layer, from 0 at the front; of any shape
 * @param layerThickness of one layer
 * @param attenuationDepth where 1/e of the photons are left
 * @param obliquity cosine between the photon and the detector's normal; broadcasts with the layer
 */
export function captureFraction(layer: Quantity, layerThickness: Quantity, attenuationDepth: Quantity, obliquity: Quantity): Quantity {
  const perLayer = div(layerThickness, mul(attenuationDepth, obliquity));
  return sub(exp(neg(mul(layer, perLayer))), exp(neg(mul(add(layer, 1), perLayer))));
}
