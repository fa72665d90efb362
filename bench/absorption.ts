/**
 * Absorption in the layers of a sensor: all layers at once, as an image computes it, against one layer after another, with the gradient in
 * thickness and attenuation depth or without. Both work through the pixels in tiles.
 */
import { prepare, type Executor } from "../src/autodiff/executor.js";
import { sum } from "../src/autodiff/primitives/sum.js";
import { pullBack } from "../src/autodiff/reverse.js";
import { Tape, Variable, type Program } from "../src/autodiff/tape.js";
import type { FloatDType } from "../src/ndarray/dtype.js";
import { full, scalar, zeros, type NdArray } from "../src/ndarray/ndarray.js";
import { captureFraction } from "../src/physics/scattering.js";
import { measure, type Row } from "./measure.js";
import type { Options } from "./options.js";

export const takes = ["sizes", "dtypes", "executors"] as const;

const layerCounts = [1, 5, 20];
const tile = 4096;

export async function run({ sizes = [256, 1024, 2048], dtypes = ["float64"], executors = ["webassembly"] }: Options): Promise<Row[]> {
  const rows: Row[] = [];
  for (const edge of sizes) {
    for (const layers of layerCounts) {
      for (const dtype of dtypes) for (const executor of executors) for (const question of ["forward", "gradient"] as const) rows.push(...bothWays(edge, layers, question, dtype, executor));
    }
  }
  return rows;
}

function bothWays(edge: number, layers: number, question: "forward" | "gradient", dtype: FloatDType, executor: Executor): Row[] {
  const tiles = Math.ceil(edge ** 2 / tile);
  const items = tiles * tile * layers;
  const cosines = full([tile, 1], 0.9, dtype);
  for (let i = 0; i < tile; i++) cosines.data[i] = 1 - 0.3 * (i / tile);
  const [thickness, depth] = [scalar(450e-6 / layers, dtype), scalar(300e-6, dtype)];
  const together = prepare(recorded(layers, question, dtype), executor);
  const alone = prepare(recorded(1, question, dtype), executor);
  const indices = Array.from({ length: layers }, (_, layer) => full([1, 1], layer, dtype));
  const all = zeros([1, layers], dtype);
  for (let layer = 0; layer < layers; layer++) all.data[layer] = layer;
  const added = zeros([tile, 1], dtype);
  const vectorized = (): void => {
    for (let i = 0; i < tiles; i++) together([all, thickness, depth, cosines]);
  };
  const oneByOne = (): void => {
    for (let i = 0; i < tiles; i++) {
      added.data.fill(0);
      for (const index of indices) addTo(added, alone([index, thickness, depth, cosines])[0]);
    }
  };
  const effort = edge > 1024 ? { time: 0, runs: 2, warmups: 1 } : { time: 100, runs: 3, warmups: 2 };
  const what = `absorption, ${edge}², ${layers} layer${layers === 1 ? "" : "s"}, ${question}, ${dtype}, ${executor}`;
  const single = measure(`${what}, layer by layer`, items, oneByOne, effort);
  const joint = measure(`${what}, all layers at once`, items, vectorized, effort);
  return [single, { ...joint, remark: `${(single.nsPerItem / joint.nsPerItem).toFixed(2)} times as fast as layer by layer` }];
}

function addTo(sum: NdArray, more: NdArray): void {
  for (let i = 0; i < sum.size; i++) sum.data[i] += more.data[i];
}

/** The share that some layers absorb, for each pixel of a tile, and what the sum over the tile gains by thickness and depth. */
function recorded(layers: number, question: "forward" | "gradient", dtype: FloatDType): Program {
  const tape = new Tape();
  const layer = tape.input({ shape: [1, layers], dtype });
  const [thickness, depth] = [tape.input({ shape: [], dtype }), tape.input({ shape: [], dtype })];
  const cosine = tape.input({ shape: [tile, 1], dtype });
  const captured = captureFraction(layer, thickness, depth, cosine);
  if (!(captured instanceof Variable)) throw new Error("absorption is not recorded");
  const perPixel = sum(captured, 1);
  if (question === "forward") return tape.program([perPixel]);
  const gradient = pullBack([sum(perPixel, 0)], [tape.constant(1, dtype)], [thickness, depth]);
  return tape.program([perPixel, ...gradient.filter((each) => each !== undefined)]);
}
