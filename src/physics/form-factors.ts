/** How atoms scatter, as functions of (sin θ/λ)² in Å⁻². */
import { add, exp, mul } from "../autodiff/primitives/elementwise.js";
import type { Quantity } from "../autodiff/tape.js";

/** Gaussians and a constant that together are the scattering factor of an atom at rest. */
export interface Gaussians {
  readonly heights: readonly number[];
  /** in Å² */
  readonly widths: readonly number[];
  readonly constant: number;
}

/**
 * The scattering factor in electrons: the sum of a exp(-b sin²θ/λ²), and c.
 * Source: International Tables for Crystallography, Volume C (1992), equation 6.1.1.15.
 */
export function formFactor({ heights, widths, constant }: Gaussians, stolSquared: Quantity): Quantity {
  const terms = heights.map((height, i) => mul(height, exp(mul(-widths[i], stolSquared))));
  return add(constant, ...terms);
}

/** How much less a displaced atom scatters: exp(-B sin²θ/λ²), B = 8π²⟨u²⟩ in Å². */
export function debyeWaller(b: Quantity, stolSquared: Quantity): Quantity {
  return exp(mul(-1, b, stolSquared));
}
