import type { Colour } from "./canvas.js";

/** Colours at equal distances from 0 to 1. */
type Ramp = readonly Colour[];

const photonRamp: Ramp = [
  [255, 255, 255],
  [150, 176, 208],
  [70, 102, 156],
  [30, 44, 92],
  [8, 10, 28],
];
const residualRamp: Ramp = [
  [16, 60, 170],
  [110, 158, 226],
  [255, 255, 255],
  [240, 130, 104],
  [180, 10, 30],
];

/** The colour of what was not measured. */
export const overloaded: Colour = [255, 196, 0];

function at(ramp: Ramp, fraction: number): Colour {
  const place = Math.min(Math.max(fraction, 0), 1) * (ramp.length - 1);
  const lower = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to] = [ramp[lower], ramp[lower + 1]];
  const mixed = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (place - lower) * (to[channel] - from[channel]));
  return [mixed(0), mixed(1), mixed(2)];
}

/** White for no photon to nearly black for the brightest, by the logarithm of one more. */
export function photonColour(brightest: number): (photons: number) => Colour {
  return (photons) =>
    Number.isNaN(photons) ? overloaded : at(photonRamp, Math.log1p(Math.max(photons, 0)) / Math.log1p(brightest));
}

/** Blue where too little was measured, white where the model is right, red where too much. */
export function residualColour(largest: number): (sigmas: number) => Colour {
  return (sigmas) => (Number.isNaN(sigmas) ? overloaded : at(residualRamp, 0.5 + sigmas / (2 * largest)));
}
