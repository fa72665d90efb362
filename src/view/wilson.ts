import { StructureFactors } from "../models/structure-factors.js";
import type { UnitCell } from "../models/crystal.js";
import { zeros } from "../ndarray/ndarray.js";

/** How fast a protein's amplitudes fall with resolution, in Å². */
const bFactor = 20;
/** Root mean square amplitude at low resolution, in electrons. */
const strength = 300;
const mostPoints = 4_000_000;

/**
 * Amplitudes as a protein without any symmetry has them on average: random by Wilson's statistics, mates of Friedel alike.
 * @param cell whose angles count as right ones
 * @param dmin to which resolution, in Å
 */
export function wilsonAmplitudes({ a, b, c }: UnitCell, dmin: number): StructureFactors {
  const edges = [a, b, c];
  const reach = edges.map((edge) => Math.max(1, Math.ceil(edge / dmin)));
  const shape = reach.map((most) => 2 * most + 1);
  if (shape[0] * shape[1] * shape[2] > mostPoints) return wilsonAmplitudes({ a, b, c, alpha: 90, beta: 90, gamma: 90 }, dmin * 1.3);
  const grid = zeros(shape);
  let at = 0;
  for (let h = -reach[0]; h <= reach[0]; h++) {
    for (let k = -reach[1]; k <= reach[1]; k++) {
      for (let l = -reach[2]; l <= reach[2]; l++) {
        const inverseSquare = (h / a) ** 2 + (k / b) ** 2 + (l / c) ** 2;
        const isFirst = h > 0 || (h === 0 && (k > 0 || (k === 0 && l >= 0)));
        const random = isFirst ? randomOf(h, k, l) : randomOf(-h, -k, -l);
        grid.data[at++] = inverseSquare === 0 ? 0 : strength * Math.sqrt(-Math.log(random)) * Math.exp((-bFactor * inverseSquare) / 4);
      }
    }
  }
  return new StructureFactors(grid, reach.map((most) => -most));
}

/** A number between 0 and 1 that belongs to three indices: bits mixed by multiplication, as in Murmur's hash. */
function randomOf(h: number, k: number, l: number): number {
  let bits = Math.imul(h, 73856093) ^ Math.imul(k, 19349663) ^ Math.imul(l, 83492791);
  for (const factor of [0x85ebca6b, 0xc2b2ae35]) {
    bits = Math.imul(bits ^ (bits >>> 16), factor);
    bits ^= bits >>> 13;
  }
  return ((bits >>> 0) + 0.5) / 2 ** 32;
}
