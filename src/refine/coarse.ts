import { known } from "../autodiff/tape.js";
import { orientedLattice } from "../models/crystal.js";
import { detectorFrame, pixelPosition } from "../models/detector.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { norm, type Vector } from "../physics/vector.js";
import type { Parameter } from "./parameter.js";
import type { Still } from "./still.js";

/** Standard deviation of a Gaussian as wide as the peak sin²(πNh)/sin²(πh), in units of 1/N. */
const widthOfPeak = 0.376;
/** The widest spots leave gaps between each other. */
const widestPart = 0.2;
/** What says how the spots look, which an image of blurred spots does not know. */
const unseen = /^(N|Na|Nb|Nc|mosaic_spread|fudge|thickness|absorption|polarization|dispersion|divergence_[hv])(\[\d+\])?$/;

/**
 * The still of a crystal so many times smaller, with Gaussian spots: they overlap with measured ones from farther away, and have
 * no side maxima in which a refinement can get stuck. The neighbourhood of the direct beam, where there is always a spot, is left out.
 * @param times how much wider the spots are
 */
export function coarseStill(still: Still, times: number): Still {
  const { experiment, options, counts } = still;
  const { crystal, detector, beam } = experiment;
  const { mosaic: _, ...single } = crystal;
  const cells = crystal.cells ?? [1, 1, 1];
  const { direct } = orientedLattice(crystal);
  const edges = [direct.a, direct.b, direct.c].map((edge) => known(norm(edge)));
  const sharpest = widthOfPeak / Math.max(...edges.map((edge, axis) => edge * cells[axis]));
  const width = Math.min(times * sharpest, widestPart / Math.max(...edges));
  // A Gaussian crystal scatters as exp(-2 fudge (Na Nb Nc)² Δ²/0.63) at the distance Δ from a reflection.
  const fudge = 0.63 / (4 * (width * cells[0] * cells[1] * cells[2]) ** 2);
  const outside = 0.7 / Math.max(...edges);
  const mask = zeros(counts.shape, "int32");
  const frame = detectorFrame(detector);
  const [rows, columns] = counts.shape;
  for (let slow = 0; slow < rows; slow++) {
    for (let fast = 0; fast < columns; fast++) {
      if (options.mask && options.mask.get(slow, fast) === 0) continue;
      const pixel = known(frame.pixelSize);
      const at = pixelPosition(frame, detector.curved ?? false, (fast + 0.5) * pixel, (slow + 0.5) * pixel, 0);
      if (momentum(at, frame.beam, beam.wavelengthA) > outside) mask.data[slow * columns + fast] = 1;
    }
  }
  return {
    experiment: { ...experiment, crystal: { ...single, shape: "gauss", fudge } },
    options: { ...options, oversample: 1, mask: isEmpty(mask) ? options.mask : mask },
    counts,
  };
}

/** The length of the scattering vector of a pixel, in Å⁻¹. */
function momentum(at: Vector, beam: Vector<number>, wavelengthA: number): number {
  const length = known(norm(at));
  return Math.hypot(...beam.map((component, axis) => known(at[axis]) / length - component)) / wavelengthA;
}

function isEmpty(mask: NdArray): boolean {
  return mask.data.every((used) => used === 0);
}

/** The parameters that blurred spots tell something of. */
export function coarseParameters(parameters: readonly Parameter[]): Parameter[] {
  return parameters.filter(({ name }) => !unseen.test(name));
}
