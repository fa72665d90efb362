import { mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";
import { avogadro } from "../physics/constants.js";
import type { ScatteringCurve } from "./scattering-curve.js";

/** A material without crystal order in the beam, or of grains that lie in all directions: it scatters the same at all angles about the beam. */
export interface Amorphous<Q = number> {
  /** what messages and parameters call it */
  readonly name: string;
  /** of one of its molecules */
  readonly curve: ScatteringCurve;
  /** along the beam */
  readonly thicknessMm: Q;
  /** in g/cm³ */
  readonly densityGcm3: number;
  /** in g/mol */
  readonly molecularWeight: number;
  /** edge of the square that the beam lights; 0.1 unless given */
  readonly beamSizeMm?: number;
}

/** Edge of the beam where nothing says it, in mm. Source: the reference program's default. */
export const usualBeamSizeMm = 0.1;

/** Molecules in the beam. */
export function moleculesOf({ thicknessMm, densityGcm3, molecularWeight, beamSizeMm = usualBeamSizeMm }: Amorphous<Quantity>): Quantity {
  const perMm = (1e-3 * beamSizeMm ** 2 * densityGcm3 * avogadro) / molecularWeight;
  return mul(thicknessMm, perMm);
}
