import type { Fan } from "../models/beam.js";
import type { Scan } from "../models/crystal.js";
import type { Sensor } from "../models/detector.js";
import { stepsOfAngle, stepsOfFan } from "./whole-counts.js";

/** What a command line says of a range that is worked on in steps; undefined is what it leaves to the rules. */
export interface StepRequest {
  readonly range: number | undefined;
  readonly step: number | undefined;
  readonly count: number | undefined;
}

const still: Fan = { range: 0, count: 1, step: 0 };

/** What a number of directions means without a range, as in the reference program: a radian. */
export const wholeDivergenceMrad = 1000;

/**
 * The directions of a beam, or its wavelengths, whose range is always given.
 *
 * Source: the reference program's sampling rules.
 */
export function fanOf({ range, step = 0, count }: StepRequest): Fan {
  const fan = ((): Fan => {
    if (range === undefined) {
      if (step > 0) return { range: step, step, count: 2 };
      return count === undefined ? still : { range: wholeDivergenceMrad, step: wholeDivergenceMrad / count, count };
    }
    if (step > 0) return { range, step, count: count ?? stepsOfFan(range, step) };
    if (count === undefined) return { range, step: range, count: 2 };
    const ends = Math.max(count, 2);
    return { range, step: range / (ends - 1), count: ends };
  })();
  return fan.range > 0 && (fan.step ?? 0) > 0 && fan.count > 0 ? fan : still;
}

/** A scan about the spindle, and the whole turn in degrees, which image headers tell. */
export interface ScanRequest {
  readonly scan: Scan;
  readonly oscDeg: number;
}

/**
 * The scan about the spindle.
 *
 * Source: the reference program's sampling rules.
 */
export function scanOf(phiDeg: number, { range, step = 0, count }: StepRequest): ScanRequest {
  const scan = (oscDeg: number, stepDeg: number, steps: number): ScanRequest => ({ scan: { phiDeg, stepDeg, steps }, oscDeg });
  if (range === undefined) {
    if (step > 0) return scan(step, step, 2);
    return count === undefined ? scan(0, 0, 1) : scan(1, 1 / count, count);
  }
  if (count !== undefined) return scan(range, step > 0 ? step : range / count, count);
  if (step === 0) return scan(range, range / 2, 2);
  return scan(range, step, Math.max(stepsOfAngle(range, step), 1));
}

/**
 * The layers of a sensor.
 * @param depthUm attenuation depth; undefined where it is not given, which makes it the thickness
 * @returns undefined where the sensor has no thickness, or lets no photon through
 *
 * Source: the reference program's sampling rules.
 */
export function sensorOf(thicknessUm: number, layers: number | undefined, depthUm: number | undefined): Sensor | undefined {
  const isOpaque = depthUm === 0 || depthUm === Infinity;
  if (thicknessUm === 0 || isOpaque) return undefined;
  const attenuationDepthUm = depthUm ?? thicknessUm;
  if (layers === undefined) return { thicknessUm, attenuationDepthUm, layers: 2, layerThicknessUm: thicknessUm / 2 };
  const ends = Math.max(layers, 2);
  return { thicknessUm, attenuationDepthUm, layers: ends, layerThicknessUm: thicknessUm / (ends - 1) };
}
