/** What widens the spots of an experiment in closed form, and how a pixel sees one. */
import { add, div, mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { radiansPerDegree } from "../physics/constants.js";
import type { DirectBasis, ReciprocalBasis } from "../physics/lattice.js";
import { crystalFrame, domainOfCells, domainOfTensor, mosaicCovariance, ownSpot, type Domain, type Reflection } from "../physics/spots.js";
import { componentsOf, outer, outerSum, plusTensors, scaleTensor, type Symmetric, type Tensor } from "../physics/symmetric.js";
import { cross, dot, product, transform, type Vector } from "../physics/vector.js";
import type { Along } from "./beam.js";
import type { DetectorFrame } from "./detector.js";
import { restingLattices, type Crystal } from "./crystal.js";
import type { Experiment } from "./experiment.js";

/** Everything that widens spots, in radians, metres and Å. */
export interface SpotWidths {
  /** reciprocal vectors in the crystal's own frame */
  readonly basis: ReciprocalBasis;
  readonly domain: Domain;
  /** of the domains' rotations, as `mosaicCovariance` takes it */
  readonly eta: Tensor;
  /** relative standard deviation of the wavelength */
  readonly bandwidth: Quantity;
  /** variances of the beam's direction along two directions across it */
  readonly divergence: readonly { readonly across: Vector; readonly variance: Quantity }[];
  /** covariance of places on the detector, in m² */
  readonly plane: { readonly fast: Quantity; readonly slow: Quantity; readonly mixed: Quantity };
}

/**
 * @param hasPixels whether the pixel's own size widens its spots
 * @param along spreads numbers over the orientations
 */
export function spotWidths({ beam, crystal, detector }: Experiment<Quantity>, frame: DetectorFrame, hasPixels: boolean, along: Along): SpotWidths {
  const basis = crystalFrame(restingLattices(crystal, along));
  const [horizontal, vertical = horizontal] = componentsOf(beam.beamDivergenceMrad ?? 0);
  const variance = (mrad: Quantity): Quantity => product(product(mrad, mrad), 1e-6);
  const [f, s = f, mixed = 0] = componentsOf(detector.footprintMm ?? 0);
  // The variance of a place in a pixel is an edge's square over 12.
  const pixel = hasPixels ? div(mul(frame.pixelSize, frame.pixelSize), 12) : 0;
  const place = (mm: Quantity): Quantity => add(product(1e-6, add(product(mm, mm), product(mixed, mixed))), pixel);
  const fast = place(f);
  return {
    basis,
    domain: domainOf(crystal, basis),
    eta: etaOf(crystal),
    bandwidth: product(beam.bandwidthPercent ?? 0, 0.01),
    divergence: [
      { across: cross(frame.vertical, frame.beam), variance: variance(horizontal) },
      { across: frame.vertical, variance: variance(vertical) },
    ],
    plane: {
      fast,
      slow: s === f ? fast : place(s),
      mixed: product(1e-6, product(mixed, add(f, s))),
    },
  };
}

function domainOf({ cells = [1, 1, 1], domainA }: Crystal<Quantity>, basis: ReciprocalBasis): Domain {
  return domainA ? domainOfTensor(domainA, basis) : domainOfCells(cells, basis);
}

/** In radians. */
function etaOf({ etaDeg = 0 }: Crystal<Quantity>): Tensor {
  const [xx, yy, zz, xy, xz, yz] = componentsOf(etaDeg).map((component) => product(component, radiansPerDegree));
  if (yy === undefined) return xx;
  return xy === undefined ? [xx, yy, zz] : [xx, yy, zz, xy, xz, yz];
}

/** A vector of the laboratory in fractional indices of a lattice that stands there. */
export function indicesOf({ a, b, c }: DirectBasis, vector: Vector): Vector {
  return [dot(a, vector), dot(b, vector), dot(c, vector)];
}

/** A pixel, as a lattice sees it. */
export interface PixelView {
  /** in Å */
  readonly wavelength: Quantity;
  /** q in the domain's own units */
  readonly scattering: Vector;
  /** by what the diffracted direction changes for a length along fast and along slow: times the wavelength, in the domain's own units */
  readonly tangents: readonly [fast: Vector, slow: Vector];
  /** number of such lengths in a metre */
  readonly perMetre: Quantity;
}

const none: Symmetric<number> = [0, 0, 0, 0, 0, 0];

/** The covariance that all reflections share at a pixel, in the domain's own units. */
export function sharedCovariance(widths: SpotWidths, lattice: DirectBasis, { wavelength, scattering, tangents: [alongFast, alongSlow], perMetre }: PixelView): Symmetric {
  const { domain, bandwidth, divergence, plane } = widths;
  const perWavelength = div(1, mul(wavelength, wavelength));
  const directions = divergence.map(({ across, variance }) =>
    variance === 0 ? none : scaleTensor(outer(transform(domain.ofIndices, indicesOf(lattice, across))), variance),
  );
  const [fast, slow, mixed] = [plane.fast, plane.slow, plane.mixed].map((variance) => product(variance, perWavelength));
  const perArea = product(perMetre, perMetre);
  const places =
    plane.fast === plane.slow && plane.mixed === 0
      ? scaleTensor(plusTensors(outer(alongFast), outer(alongSlow)), product(fast, perArea))
      : scaleTensor(plusTensors(scaleTensor(outer(alongFast), fast), scaleTensor(outer(alongSlow), slow), scaleTensor(outerSum(alongFast, alongSlow), mixed)), perArea);
  return plusTensors(
    ownSpot,
    scaleTensor(outer(scattering), product(bandwidth, bandwidth)),
    scaleTensor(plusTensors(...directions), perWavelength),
    places,
  );
}

/** The whole covariance of a reflection at a pixel. */
export function spotCovariance({ eta, domain }: SpotWidths, shared: Symmetric, reflection: Reflection): Symmetric {
  return eta === 0 ? shared : plusTensors(shared, mosaicCovariance(eta, reflection, domain));
}
