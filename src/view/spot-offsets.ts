import type { Experiment } from "../models/experiment.js";
import { detectorsOf } from "../models/panels.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { beamOn, offsetsOf, type Offsets, type Place } from "../refine/offsets.js";
import { geometryOf } from "./geometry.js";
import { predictedSpots } from "./predicted-spots.js";
import { limitsOf } from "./scene.js";

/** Pixels on either side of a spot's middle. */
const reach = 4;
/** In standard deviations of its counts: a spot that stands out so far says where it is. */
const seen = 10;

/**
 * On each panel, how far spots are from where a model of the whole image has them: the middles of counts and model above the model's lowest
 * pixel around a spot.
 * @param counts [panel, slow, fast] or [slow, fast], as are model and mask
 * @param mask int32, 0 where a pixel was not used
 */
export function offsetsOnPanels(experiment: Experiment, counts: NdArray, model: NdArray, mask: NdArray): (Offsets | undefined)[] {
  const spots = predictedSpots(geometryOf(experiment), limitsOf(experiment));
  return detectorsOf(experiment).map((detector, panel) => {
    const beamAt = beamOn(detector);
    const found = spots.filter((spot) => spot.panel === panel).flatMap((spot) => {
      const places = middlesAround(spot, panel, counts, model, mask);
      return places ? [{ ...places, beamAt }] : [];
    });
    return offsetsOf(found);
  });
}

function middlesAround({ fast, slow }: Place, panel: number, counts: NdArray, model: NdArray, mask: NdArray): { readonly observed: Place; readonly modelled: Place } | undefined {
  const [rows, columns] = counts.shape.slice(-2);
  const [middleFast, middleSlow] = [Math.floor(fast), Math.floor(slow)];
  if (middleFast < reach || middleSlow < reach || middleFast + reach >= columns || middleSlow + reach >= rows) return undefined;
  const pixels: { readonly at: number; readonly fast: number; readonly slow: number }[] = [];
  for (let row = middleSlow - reach; row <= middleSlow + reach; row++) {
    for (let column = middleFast - reach; column <= middleFast + reach; column++) {
      const at = (panel * rows + row) * columns + column;
      if (mask.data[at] === 0) return undefined;
      pixels.push({ at, fast: column + 0.5, slow: row + 0.5 });
    }
  }
  const lowest = Math.min(...pixels.map(({ at }) => model.data[at]));
  const total = pixels.reduce((sum, { at }) => sum + model.data[at], 0);
  const middleOf = (image: NdArray): Place | undefined => {
    const above = pixels.map(({ at }) => image.data[at] - lowest);
    const sum = above.reduce((photons, value) => photons + value, 0);
    if (!(sum > seen * Math.sqrt(total))) return undefined;
    const mean = (axis: "fast" | "slow"): number => pixels.reduce((moment, pixel, i) => moment + above[i] * pixel[axis], 0) / sum;
    return { fast: mean("fast"), slow: mean("slow") };
  };
  const [observed, modelled] = [middleOf(counts), middleOf(model)];
  return observed && modelled ? { observed, modelled } : undefined;
}
