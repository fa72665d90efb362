/** What is known of a reflection's true intensity once it is measured: it is not below 0, and weak ones are more frequent than strong ones. */
export interface Posterior {
  /** mean of the intensity, in the measurement's standard deviations */
  readonly intensity: number;
  /** mean of the amplitude, in roots of them */
  readonly amplitude: number;
}

const intervals = 240;
const reach = 40;

/**
 * Means of intensity and amplitude over Wilson's distribution times the measurement's Gaussian.
 * @param h (I - σ²/Σ)/σ of an acentric reflection, (I - σ²/2Σ)/σ of a centric one, Σ being the mean intensity
 * Source: S. French & K. Wilson, Acta Cryst. A34, 517 (1978).
 */
export function posterior(h: number, isCentric: boolean): Posterior {
  // With z = u² the density is smooth: u exp(-(u² - h)²/2), or without the u; its peak's height is taken out.
  const logDensity = (u: number): number => -0.5 * (u * u - h) ** 2 + 0.5 * Math.min(h, 0) ** 2;
  const low = h > 9 ? Math.sqrt(h - 9) : 0;
  const high = Math.sqrt(h + Math.sqrt(Math.min(h, 0) ** 2 + 2 * reach));
  const step = (high - low) / intervals;
  let [norm, amplitude, intensity] = [0, 0, 0];
  for (let i = 0; i <= intervals; i++) {
    const u = low + i * step;
    const simpson = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    const density = simpson * Math.exp(logDensity(u)) * (isCentric ? 1 : u);
    norm += density;
    amplitude += density * u;
    intensity += density * u * u;
  }
  return { intensity: intensity / norm, amplitude: amplitude / norm };
}

/** A measured intensity, and what is expected of it. */
export interface Measurement {
  readonly intensity: number;
  /** above 0 */
  readonly sigma: number;
  /** mean intensity of such reflections, above 0 */
  readonly mean: number;
  readonly isCentric: boolean;
}

/** Above so many standard deviations the means are the measurement's own. */
const strong = 30;

/** The amplitude to be expected behind a measured intensity. */
export function expectedAmplitude({ intensity, sigma, mean, isCentric }: Measurement): number {
  const h = intensity / sigma - sigma / (isCentric ? 2 * mean : mean);
  // To first order the mean of the root is the root less a spread, (1 - 1/8h²) of it, and the centric weight takes as much again.
  if (h > strong) return Math.sqrt(sigma * h) * (1 - (isCentric ? 3 : 1) / (8 * h * h));
  return Math.sqrt(sigma) * posterior(h, isCentric).amplitude;
}
