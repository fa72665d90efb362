import { gradientCase, type GradientCase } from "../image-gradient.js";
import { detector, experiment, once } from "./experiment.js";

export const placements: GradientCase[] = [
  ...(["MOSFLM", "DENZO", "ADXV"] as const).map((convention) =>
    gradientCase(
      `the beam centre, turned detector, pivot at the beam, ${convention}`,
      { distanceMm: 100, x: -20, y: -18, rotationDeg: [2, -3, 4] as [number, number, number], twothetaDeg: 5, pixelSizeMm: 0.1 },
      (p) => ({
        ...experiment,
        detector: {
          ...detector,
          convention,
          distanceMm: p.distanceMm,
          pixelSizeMm: p.pixelSizeMm,
          beamCenterMm: { x: p.x, y: p.y },
          rotationDeg: p.rotationDeg,
          twothetaDeg: p.twothetaDeg,
        },
      }),
      once,
    ),
  ),
  ...(["XDS", "DIALS", "MOSFLM", "CUSTOM"] as const).map((convention) =>
    gradientCase(
      `the near point, turned detector, pivot at the sample, ${convention}`,
      { closeDistanceMm: 98, x: -180, y: -200, rotationDeg: [2, -3, 4] as [number, number, number], twothetaDeg: 5 },
      (p) => ({
        ...experiment,
        detector: {
          pixels: detector.pixels,
          pixelSizeMm: 0.1,
          convention,
          pivot: "sample",
          closeDistanceMm: p.closeDistanceMm,
          nearPointPixels: { x: p.x, y: p.y },
          rotationDeg: p.rotationDeg,
          twothetaDeg: p.twothetaDeg,
        },
      }),
      once,
    ),
  ),
  gradientCase(
    "the close point of the convention CUSTOM",
    { distanceMm: 100, x: -20, y: -18 },
    (p) => ({
      ...experiment,
      detector: {
        pixels: detector.pixels,
        pixelSizeMm: 0.1,
        convention: "CUSTOM",
        distanceMm: p.distanceMm,
        closePointMm: { x: p.x, y: p.y },
      },
    }),
    once,
  ),
  gradientCase(
    "the origin of the detector",
    { originMm: [100, 20, 18] as [number, number, number] },
    (p) => ({ ...experiment, detector: { pixels: detector.pixels, pixelSizeMm: 0.1, originMm: p.originMm } }),
    once,
  ),
  gradientCase(
    "the distance of a curved detector",
    { distanceMm: 100, x: -20, y: -18 },
    (p) => ({
      ...experiment,
      detector: { ...detector, curved: true, distanceMm: p.distanceMm, beamCenterMm: { x: p.x, y: p.y } },
    }),
    once,
  ),
  gradientCase(
    "the distance of point pixels",
    { distanceMm: 100, pixelSizeMm: 0.1 },
    (p) => ({ ...experiment, detector: { ...detector, pointPixel: true, distanceMm: p.distanceMm, pixelSizeMm: p.pixelSizeMm } }),
    once,
  ),
  gradientCase(
    "a sensor with layers of a given thickness",
    { layerThicknessUm: 90, attenuationDepthUm: 240, distanceMm: 100 },
    (p) => ({
      ...experiment,
      detector: {
        ...detector,
        distanceMm: p.distanceMm,
        sensor: { thicknessUm: 320, layers: 3, layerThicknessUm: p.layerThicknessUm, attenuationDepthUm: p.attenuationDepthUm },
      },
    }),
    once,
  ),
];
