import { add, div, mul } from "../autodiff/primitives/elementwise.js";
import { broadcastTo, sum } from "../autodiff/primitives/sum.js";
import type { Quantity } from "../autodiff/tape.js";
import { moleculesOf } from "../models/amorphous.js";
import { sourceCount, sourceWeights } from "../models/beam.js";
import { detectorFrame } from "../models/detector.js";
import { photonsPerElectron, type Experiment } from "../models/experiment.js";
import { scatteringVector } from "../physics/scattering.js";
import { norm } from "../physics/vector.js";
import { beamsIn, polarizationOf, recordRay, type PixelIndices } from "./ray.js";
import { along, pixelPoints, recorded } from "./steps.js";

/** Curves that change over less of sin(theta)/lambda, in 1/Å, change within a pixel. */
const smoothDetail = 0.002;

/**
 * Records the photons that materials without crystal order scatter into pixels, each source and layer of the sensor with its own solid
 * angle, polarization and capture. Smooth curves vary little over a pixel, in whose middle they are taken where the sensor has one layer.
 * @param oversample sub-pixels along each edge of a pixel
 * @returns 0 where there is no such material
 */
export function recordAmorphous(experiment: Experiment<Quantity>, oversample: number, pixels: PixelIndices): Quantity {
  const { amorphous = [], beam, detector } = experiment;
  if (amorphous.length === 0) return 0;
  const { fast } = pixels;
  const layers = detector.sensor?.layers ?? 1;
  const perEdge = layers > 1 || amorphous.some(({ curve: { detail } }) => detail < smoothDetail) ? oversample : 1;
  const frame = detectorFrame(detector);
  const ray = recordRay(detector, frame, pixelPoints(perEdge, layers), pixels, along(fast, "point"));
  const incident = beamsIn(frame, beam, along(fast, "source"));
  const stol = recorded(mul(0.5, norm(scatteringVector(ray.direction, incident.direction, incident.wavelength))), fast);
  const factors = mul(ray.omega, polarizationOf(beam, frame, ray.direction, incident.direction), ray.capture, sourceWeights(beam, along(fast, "source")));
  const electrons = amorphous.map((material) => mul(moleculesOf(material), material.curve.squaredAt(stol)));
  const sources = sourceCount(beam);
  const terms = recorded(mul(factors, electrons.reduce((total, each) => add(total, each))), fast);
  const all = sum(broadcastTo(terms, [fast.shape[0], perEdge ** 2 * layers, sources, 1]), 1, 2, 3);
  return mul(all, div(photonsPerElectron(beam), perEdge ** 2 * sources));
}
