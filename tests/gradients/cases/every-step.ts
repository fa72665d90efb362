import { gradientCase, type GradientCase } from "../image-gradient.js";
import { beam, cell, crystal, detector, experiment, nanobragg } from "./experiment.js";

const onEveryStep = { oversampleOmega: true, oversamplePolar: true, oversampleThick: true };

// The running sum loses what it begins with after a few steps, each of which multiplies it by a solid angle: the water counts where
// there is one step.
export const everyStep: GradientCase[] = [
  ...(["oversampleOmega", "oversamplePolar", "oversampleThick"] as const).map((option) => ({
    name: option,
    options: { [option]: true },
  })),
  { name: "all three factors of every step", options: onEveryStep },
].map(({ name, options }) =>
  gradientCase(
    `the reference's sum with ${name}`,
    {
      distanceMm: 100,
      kahnFactor: 0.6,
      attenuationDepthUm: 240,
      thicknessUm: 320,
      a: 20,
      spreadDeg: 0.3,
      dispersionPercent: 0.8,
    },
    (p) => ({
      ...experiment,
      beam: { ...beam, kahnFactor: p.kahnFactor, dispersionPercent: { range: p.dispersionPercent, count: 2 } },
      crystal: { ...crystal, lattice: { ...cell, a: p.a }, mosaic: { spreadDeg: p.spreadDeg, domains: 2 } },
      detector: {
        ...detector,
        distanceMm: p.distanceMm,
        sensor: { thicknessUm: p.thicknessUm, attenuationDepthUm: p.attenuationDepthUm, layers: 2 },
      },
    }),
    { ...nanobragg, ...options },
  ),
);
everyStep.push(
  gradientCase(
    "water in the reference's sum with all factors of a single step",
    { waterUm: 0.05, distanceMm: 100 },
    (p) => ({ ...experiment, detector: { ...detector, distanceMm: p.distanceMm }, waterUm: p.waterUm }),
    { ...nanobragg, ...onEveryStep, oversample: 1 },
  ),
);
