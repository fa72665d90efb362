import { known } from "../autodiff/tape.js";
import { ScatteringCurve } from "../models/scattering-curve.js";
import { formFactor } from "../physics/form-factors.js";
import { formFactorOf } from "./scattering.js";

/** In g/cm³ at 20 °C and 1013 hPa. */
export const airDensityGcm3 = 1.204e-3;
/** Of dry air, in g/mol. */
export const airMolecularWeight = 28.96;

/** Gases of dry air: parts of the molecules, the atom, and the distance of its two in Å. Source: U.S. Standard Atmosphere (1976); K. P. Huber & G. Herzberg, Constants of Diatomic Molecules (1979). */
const gases = [
  { part: 0.7808, element: "N", bondA: 1.0977 },
  { part: 0.2095, element: "O", bondA: 1.2075 },
  { part: 0.0093, element: "Ar", bondA: undefined },
] as const;

const end = 1.5;

/**
 * What an average molecule of dry air scatters, all directions of it equally likely: Debye's formula. What it scatters at a longer wavelength
 * (Compton) is left out.
 * Source: P. Debye, Ann. Phys. 351, 809 (1915).
 */
export function airCurve(): ScatteringCurve {
  const factors = gases.map(({ part, element, bondA }) => ({ part, bondA, factor: formFactorOf(element) }));
  const at = (stol: number): number =>
    factors.reduce((sum, { part, bondA, factor }) => {
      const f = known(formFactor(factor, stol * stol));
      if (bondA === undefined) return sum + part * f * f;
      const phase = 4 * Math.PI * stol * bondA;
      return sum + part * 2 * f * f * (1 + (phase === 0 ? 1 : Math.sin(phase) / phase));
    }, 0);
  const step = 1e-4;
  return ScatteringCurve.of((stol) => ({ value: at(stol), slope: (at(stol + step) - at(Math.abs(stol - step))) / (2 * step) }), end, 0.02);
}
