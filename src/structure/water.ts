import { ScatteringCurve } from "../models/scattering-curve.js";

/** sin(theta)/lambda in 1/Å and the structure factor of a molecule in electrons. */
const points = [
  [0, 2.57], [0.0365, 2.58], [0.07, 2.8], [0.12, 5], [0.162, 8], [0.18, 7.32], [0.2, 6.75], [0.216, 6.75], [0.236, 6.5], [0.28, 4.5], [0.3, 4.3],
  [0.345, 4.36], [0.436, 3.77], [0.5, 3.17],
] as const;

/**
 * What a molecule of liquid water scatters, with its maximum near 3.1 Å.
 * Source: water.stol of nonBragg (J. M. Holton), whose forward scattering is that of G. N. I. Clark et al., PNAS 107, 14003 (2010).
 */
export function waterCurve(): ScatteringCurve {
  return ScatteringCurve.through({ stol: points.map(([stol]) => stol), f: points.map(([, f]) => f) });
}
