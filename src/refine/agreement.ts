import type { Matrix } from "../optim/linear-algebra.js";
import { dot } from "../optim/vector.js";
import type { Vector } from "../optim/vector.js";
import type { Pull } from "./restraint.js";

/** Standard deviations by which a restraint and the data differ before it is no accident. */
const mostSigmas = 4;
/** Part of a restraint's variance below which the data say next to nothing of what is restrained. */
const leastPart = 1e-3;

/**
 * Sentences for the restraints that contradict the data.
 *
 * A restrained value ends between the target and what the data alone would have. The variance of its difference from the target is
 * that of the target less that of the refined value, as for any observation that took part in a fit.
 * @param pulls restraints at the minimum
 * @param slopes of the parameters' values by the minimiser's coordinates
 * @param inverse of the cost's curvature at the minimum, restraints included, in the minimiser's coordinates
 */
export function contradictions(pulls: readonly Pull[], slopes: Vector, inverse: Matrix): string[] {
  return pulls.flatMap(({ restraint: { name, target, sigma }, difference, slopes: byValue }) => {
    const byCoordinate = byValue.map((slope, i) => slope * slopes[i]);
    const variance = dot(byCoordinate, inverse.map((row) => dot(row, byCoordinate)));
    const left = Math.max(sigma ** 2 - variance, leastPart * sigma ** 2);
    const sigmas = Math.abs(difference) / Math.sqrt(left);
    if (!(sigmas > mostSigmas)) return [];
    const alone = target + (difference * sigma ** 2) / left;
    return [`the restraint for ${name}, ${target} +- ${sigma}, contradicts the data by ${sigmas.toFixed(1)} standard deviations: it ends at ${shown(target + difference)}, and all else would have it at about ${shown(alone)}; the other parameters are wrong if the restraint is`];
  });
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
