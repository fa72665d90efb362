import { formatG } from "../io/c-format.js";
import { known } from "../autodiff/tape.js";
import { orientedLattice } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { StructureFactors } from "../models/structure-factors.js";
import { flatData } from "../ndarray/ndarray.js";
import type { Vector } from "../physics/vector.js";
import type { ImageStatistics } from "../simulate/statistics.js";
import type { SimulateFlag } from "./flags.js";
import type { Given } from "./parse-flags.js";

interface Usual {
  readonly low: number;
  readonly high: number;
  /** what the number may be in another unit */
  readonly hint: string;
}

/** Between which values a quantity lies in the experiments that there are, in the option's unit. */
const usual: ReadonlyMap<SimulateFlag, Usual> = new Map<SimulateFlag, Usual>([
  ["lambda", { low: 0.02, high: 30, hint: "it is in A: 1e-10 m is 1, 0.1 nm is 1" }],
  ["energy", { low: 400, high: 500000, hint: "it is in eV: 12 keV is 12000" }],
  ["pixel", { low: 0.0005, high: 10, hint: "it is in mm: 172 um is 0.172" }],
  ["distance", { low: 1, high: 50000, hint: "it is in mm: 0.1 m is 100" }],
  ["close_distance", { low: 1, high: 50000, hint: "it is in mm: 0.1 m is 100" }],
  ["detsize", { low: 0.05, high: 10000, hint: "it is in mm" }],
  ["xtal_size", { low: 1e-6, high: 10, hint: "it is in mm: 50 um is 0.05" }],
  ["sample_x", { low: 1e-6, high: 10, hint: "it is in mm: 50 um is 0.05" }],
  ["sample_y", { low: 1e-6, high: 10, hint: "it is in mm: 50 um is 0.05" }],
  ["sample_z", { low: 1e-6, high: 10, hint: "it is in mm: 50 um is 0.05" }],
  ["beamsize", { low: 1e-6, high: 10, hint: "it is in mm: 50 um is 0.05" }],
  ["detector_thick", { low: 3, high: 50000, hint: "it is in um: 0.45 mm is 450" }],
  ["fluence", { low: 1e12, high: 1e40, hint: "it is in photons per square metre: 1e12 photons on 0.1 mm x 0.1 mm are 1e20" }],
  ["flux", { low: 1, high: 1e25, hint: "it is in photons per second" }],
  ["cell", { low: 1.5, high: 10000, hint: "its edges are in A: 3.4 nm is 34" }],
  ["osc", { low: 0, high: 360, hint: "it is in degrees" }],
  ["hdivrange", { low: 0, high: 500, hint: "it is in mrad" }],
  ["vdivrange", { low: 0, high: 500, hint: "it is in mrad" }],
  ["divergence", { low: 0, high: 500, hint: "it is in mrad" }],
  ["water", { low: 0, high: 100000, hint: "it is in um" }],
]);

/** Options whose numbers no experiment has, one sentence each; a 0 says that something is left out. */
export function slipWarnings(given: Given<SimulateFlag>): string[] {
  return [...usual].flatMap(([name, { low, high, hint }]) => {
    const found = given.last(name);
    if (!found) return [];
    const lengths = name === "cell" ? found.numbers.slice(0, 3) : found.numbers.slice(0, 1);
    const odd = lengths.find((value) => value !== 0 && Math.abs(value) < Infinity && !(value >= low && value <= high));
    return odd === undefined ? [] : [`${found.spelling} ${formatG(odd)} is far from what experiments have (${formatG(low)} to ${formatG(high)}); ${hint}`];
  });
}

/** What of an experiment's geometry cannot make an image, one sentence each. */
export function geometryWarnings(given: Given<SimulateFlag>, experiment: Experiment): string[] {
  return [...beamCenterWarnings(given, experiment), ...reachWarnings(experiment)];
}

/** A beam centre in pixels where millimetres are meant lies many detectors away. */
function beamCenterWarnings(given: Given<SimulateFlag>, { detector }: Experiment): string[] {
  const { beamAt, closeAt, size } = detectorFrame(detector);
  const isSwung = (detector.twothetaDeg ?? 0) !== 0 || (detector.rotationDeg ?? [0, 0, 0]).some((angle) => angle !== 0);
  const place = isSwung ? closeAt : beamAt;
  const off = (["fast", "slow"] as const).find((axis) => {
    const [at, edge] = [known(place[axis]), known(size[axis])];
    return at < -edge || at > 2 * edge;
  });
  if (off === undefined) return [];
  const [at, edge] = [1000 * known(place[off]), 1000 * known(size[off])];
  const option = given.last("Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY")?.spelling ?? "the header's beam centre";
  const point = isSwung ? "the point nearest to the sample lies" : "the direct beam strikes";
  return [`${option}: ${point} at ${formatG(at)} mm along the ${off} axis, and the detector ends at ${formatG(edge)} mm; a beam centre is in mm, -ORGX and -ORGY are in pixels`];
}

/** Structure factors that no pixel sees: all of them lie at a finer, or all at a coarser resolution than the detector. */
function reachWarnings({ beam, crystal, detector, structureFactors }: Experiment): string[] {
  if (!(structureFactors instanceof StructureFactors)) return [];
  const { low, high } = detectorReach(detector, beam.wavelengthA);
  const { aStar, bStar, cStar } = orientedLattice(crystal).reciprocal;
  const { grid, min, defaultF } = structureFactors;
  const [nh, nk, nl] = grid.shape;
  const values = flatData(grid);
  const numbers = (vector: Vector): number[] => vector.map(known);
  const [a, b, c] = [numbers(aStar), numbers(bStar), numbers(cStar)];
  let [least, most] = [Infinity, 0];
  for (let row = 0; row < nh * nk; row++) {
    const [h, k] = [min[0] + Math.floor(row / nk), min[1] + (row % nk)];
    for (let i = 0; i < nl; i++) {
      const value = values[row * nl + i];
      const l = min[2] + i;
      if (value === defaultF || value === 0 || (h === 0 && k === 0 && l === 0)) continue;
      const x = h * a[0] + k * b[0] + l * c[0];
      const y = h * a[1] + k * b[1] + l * c[1];
      const z = h * a[2] + k * b[2] + l * c[2];
      const square = x * x + y * y + z * z;
      least = Math.min(least, square);
      most = Math.max(most, square);
    }
  }
  const [nearest, farthest] = [Math.sqrt(least), Math.sqrt(most)];
  const isFar = nearest < Infinity && (nearest > high || farthest < low);
  if (!isFar) return [];
  const range = `${formatG(1 / nearest, 4)} to ${formatG(1 / farthest, 4)} A`;
  const seen = `${low > 0 ? formatG(1 / low, 4) : "infinity"} to ${formatG(1 / high, 4)} A`;
  return [`the reflections that are listed (spacings of ${range}) are out of the detector's reach (${seen}); only default_F, ${defaultF}, scatters there`];
}

/** Lengths of the scattering vector that points of the detector see, in 1/A. */
export function detectorReach(detector: Experiment["detector"], wavelengthA: number): { readonly low: number; readonly high: number } {
  const { origin, fast, slow, beam, pixelSize, distance } = detectorFrame(detector);
  const [ox, oy, oz] = origin.map(known);
  const [fx, fy, fz] = fast.map(known);
  const [sx, sy, sz] = slow.map(known);
  const [bx, by, bz] = beam.map(known);
  const points = 32;
  let [low, high] = [Infinity, 0];
  for (let i = 0; i <= points; i++) {
    for (let j = 0; j <= points; j++) {
      const f = (i / points) * detector.pixels.fast * known(pixelSize);
      const s = (j / points) * detector.pixels.slow * known(pixelSize);
      const [x, y, z] = [ox + f * fx + s * sx, oy + f * fy + s * sy, oz + f * fz + s * sz];
      const far = Math.sqrt(x * x + y * y + z * z);
      const length = Math.hypot(x / far - bx, y / far - by, z / far - bz) / wavelengthA;
      low = Math.min(low, length);
      high = Math.max(high, length);
    }
  }
  // Between the points of the raster the beam itself may pass.
  const spacing = Math.max(detector.pixels.fast, detector.pixels.slow) / points;
  const step = (spacing * known(pixelSize)) / Math.max(1e-6, Math.abs(known(distance))) / wavelengthA;
  return { low: Math.max(0, low - step), high: high + step };
}

/** Why an image without a photon is one. */
export function emptyWarnings({ max }: Pick<ImageStatistics, "max">, { beam, structureFactors, crystal }: Experiment): string[] {
  if (max > 0) return [];
  const reason =
    beam.fluence === 0
      ? ": -fluence is 0"
      : structureFactors === 0 || (structureFactors instanceof StructureFactors && flatData(structureFactors.grid).every((f) => f === 0))
        ? ": every structure factor is 0"
        : (crystal.cells ?? []).some((n) => n === 0)
          ? ": the crystal has 0 cells"
          : "; no spot meets a pixel that is worked on";
  return [`the image holds nothing but zeros${reason}`];
}
