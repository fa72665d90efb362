import { known } from "../autodiff/tape.js";
import { orientedLattice, type Crystal } from "../models/crystal.js";
import { detectorFrame, pixelPosition } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { detectorsOf } from "../models/panels.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { roundDomain } from "../physics/spots.js";
import { norm, type Vector } from "../physics/vector.js";
import { coarserScan } from "./exposure.js";
import { hasRole, type Parameter } from "./parameter.js";
import { backgroundParameters } from "./refinables/background.js";
import type { ReadyStill } from "./still.js";

/** Standard deviation of a Gaussian as wide as the peak sin²(πNh)/sin²(πh), in units of 1/N. */
const widthOfPeak = 0.376;
/** The widest spots leave gaps between each other. */
const widestPart = 0.2;
/** How far from the direct beam its own spot ends, as a part of the distance to the next one. */
const innermost = 0.7;
/** Points of a sum over a Gaussian may be so many of its standard deviations apart: it is right within 2 percent. */
const farthestPoints = 2.2;
/** Terms of the smooth background that stands for what scatters besides the crystal. */
const smoothTerms = 6;
/** The part of the pixels that are no brighter than the background, and the fewest photons of it. */
const darkPart = 0.3;
const faintest = 0.05;

/**
 * The still of a crystal so many times smaller, with Gaussian spots: they overlap with measured ones from farther away, and have
 * no side maxima in which a refinement can get stuck. The neighbourhood of the direct beam is left out, and so is water: as bright as
 * the crystal's fluence makes it, it would not let the spots be as bright as their width makes them.
 * @param times how much wider the spots are
 */
export function coarseStill(still: ReadyStill, times: number): ReadyStill {
  const { experiment: { waterUm: _water, ...experiment }, options } = still;
  const { crystal } = experiment;
  const { mosaic: _, scan, ...single } = crystal;
  const cells = crystal.cells ?? [1, 1, 1];
  const edges = edgesOf(crystal);
  const sharpest = widthOfPeak / Math.max(...edges.map((edge, axis) => edge * cells[axis]));
  const width = Math.min(times * sharpest, widestPart / Math.max(...edges));
  // A Gaussian crystal scatters as exp(-2 fudge (Na Nb Nc)² Δ²/0.63) at the distance Δ from a reflection.
  const fudge = 0.63 / (4 * (width * cells[0] * cells[1] * cells[2]) ** 2);
  const mask = maskBeyondDirectBeam(still);
  if (options.spots === "closed") {
    const blurred = { ...experiment, crystal: { ...single, domainA: roundDomain(width) } };
    return { ...still, experiment: blurred, options: { ...options, mask }, mask };
  }
  return {
    ...still,
    experiment: { ...experiment, crystal: { ...single, ...(scan && { scan: coarserScan(scan, times) }), shape: "gauss", fudge } },
    options: { ...options, oversample: pointsOf(experiment, width), mask },
    mask,
  };
}

/**
 * The used pixels away from the direct beam, around which there is always a spot; all of them where none is.
 * @returns int32, [slow, fast] or [panel, slow, fast]
 */
export function maskBeyondDirectBeam({ experiment, mask }: ReadyStill): NdArray {
  const { crystal, beam } = experiment;
  const outside = innermost / Math.max(...edgesOf(crystal));
  const beyond = zeros(mask.shape, "int32");
  const [rows, columns] = mask.shape.slice(-2);
  detectorsOf(experiment).forEach((detector, panel) => {
    const frame = detectorFrame(detector);
    const pixel = known(frame.pixelSize);
    for (let slow = 0; slow < rows; slow++) {
      for (let fast = 0; fast < columns; fast++) {
        const place = (panel * rows + slow) * columns + fast;
        if (mask.data[place] === 0) continue;
        const at = pixelPosition(frame, detector.curved ?? false, (fast + 0.5) * pixel, (slow + 0.5) * pixel, 0);
        if (momentum(at, frame.beam, beam.wavelengthA) > outside) beyond.data[place] = 1;
      }
    }
  });
  return beyond.data.every((used) => used === 0) ? mask : beyond;
}

/**
 * Points along each edge of a pixel that blurred spots need: those of a large crystal can be narrower than a pixel all the same.
 * @param width standard deviation of the spots in reciprocal space, in Å⁻¹
 */
function pointsOf({ beam, detector }: Experiment, width: number): number {
  const frame = detectorFrame(detector);
  const onDetector = Math.abs(width * beam.wavelengthA * known(frame.distance));
  return Math.max(1, Math.ceil(known(frame.pixelSize) / (farthestPoints * onDetector)));
}

/** The lengths of a, b and c in Å. */
function edgesOf(crystal: Crystal): number[] {
  const { direct } = orientedLattice(crystal);
  return [direct.a, direct.b, direct.c].map((edge) => known(norm(edge)));
}

/** The length of the scattering vector of a pixel, in Å⁻¹. */
function momentum(at: Vector, beam: Vector<number>, wavelengthA: number): number {
  const length = known(norm(at));
  return Math.hypot(...beam.map((component, axis) => known(at[axis]) / length - component)) / wavelengthA;
}

/** Whether a smooth background of each image's own stands in the place of water. */
export function isWaterSmooth(parameters: readonly Parameter[], stills: readonly ReadyStill[]): boolean {
  return parameters.some((parameter) => hasRole(parameter, "water")) || stills.some(({ experiment: { waterUm = 0 } }) => waterUm > 0);
}

/** The parameters that blurred spots tell something of, and the smooth background that stands for water. */
export function coarseParameters(parameters: readonly Parameter[], stills: readonly ReadyStill[]): Parameter[] {
  const seen = parameters.filter((parameter) => !hasRole(parameter, "cells", "width", "profile"));
  if (!isWaterSmooth(parameters, stills)) return seen;
  const others = seen.filter((parameter) => !hasRole(parameter, "water", "background"));
  return [...others, ...stills.flatMap((still, image) => smoothParameters(still).map((term) => ({ ...term, name: `smooth ${term.name}[${image + 1}]`, image })))];
}

function smoothParameters({ counts, mask }: ReadyStill): Parameter[] {
  const used = counts.data.filter((_, at) => mask.data[at] !== 0).sort();
  const dark = Math.max(1, Math.floor(darkPart * used.length));
  let sum = 0;
  for (let i = 0; i < dark; i++) sum += used[i];
  const terms = Array.from({ length: smoothTerms }, (_, i) => (i === 0 ? Math.log(Math.max(sum / dark, faintest)) : 0));
  return backgroundParameters(terms);
}
