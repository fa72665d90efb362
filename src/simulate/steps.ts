import { masked } from "../autodiff/primitives/masked.js";
import { reshape } from "../autodiff/primitives/reshape.js";
import type { Quantity, Variable } from "../autodiff/tape.js";
import { sourceCount, type Along } from "../models/beam.js";
import { orientationCount } from "../models/crystal.js";
import type { Experiment } from "../models/experiment.js";
import { array } from "../ndarray/ndarray.js";
import { groupPixels } from "./live/pixel-block.js";

/**
 * The axes of the tape on which an image is recorded, in the reference program's loop order: pixels; points in a pixel (sensor
 * layers, sub-pixels slow, sub-pixels fast); sources; orientations of the lattice (scan steps, mosaic domains, draws).
 */
export type StepAxis = "point" | "source" | "orientation";
const position: Readonly<Record<StepAxis, number>> = { point: 1, source: 2, orientation: 3 };

export interface StepCounts {
  readonly points: number;
  readonly sources: number;
  readonly orientations: number;
}

export function stepCounts(experiment: Experiment<Quantity>, oversample: number): StepCounts {
  return {
    points: (experiment.detector.sensor?.layers ?? 1) * oversample ** 2,
    sources: sourceCount(experiment.beam),
    orientations: orientationCount(experiment.crystal) * (experiment.draws?.count ?? 1),
  };
}

/** Spreads numbers along one of the step axes, on the tape of a value; equal ones remain a number. */
export function along({ tape, dtype }: Variable, axis: StepAxis): Along {
  return (values) => {
    if (values.every((value) => value === values[0])) return values[0];
    const shape = [1, 1, 1, 1];
    shape[position[axis]] = values.length;
    return reshape(tape.literal(array(values, dtype)), shape);
  };
}

/** Steps of each pixel, 0 where they are not live: where the tile's mask, shape [points, sources, orientations, leaves], is 0. */
export function whereLive(steps: Variable, live: Variable | undefined): Variable {
  return live ? masked(steps, live, groupPixels) : steps;
}

/** The first of the values that would be spread. */
export const firstOf: Along = (values) => values[0];

/** A quantity as a value on the tape of another. */
export function recorded(quantity: Quantity, { tape, dtype }: Variable): Variable {
  return typeof quantity === "number" ? tape.constant(quantity, dtype) : quantity;
}

/** Where in a pixel the points lie, in pixels from its corner, and in which layer of the sensor, in the order of the axis. */
export interface PixelPoints {
  readonly fast: readonly number[];
  readonly slow: readonly number[];
  readonly layer: readonly number[];
}

export function pixelPoints(oversample: number, layers: number): PixelPoints {
  const perLayer = oversample ** 2;
  const indices = Array.from({ length: layers * perLayer }, (_, i) => i);
  return {
    fast: indices.map((i) => ((i % oversample) + 0.5) / oversample),
    slow: indices.map((i) => (Math.floor((i % perLayer) / oversample) + 0.5) / oversample),
    layer: indices.map((i) => Math.floor(i / perLayer)),
  };
}
