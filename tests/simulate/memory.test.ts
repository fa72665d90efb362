import { test } from "uvu";
import * as assert from "uvu/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { modelOf, squares, start, uneven, type Scene } from "./still-life.js";

const edge = 512;
const megabyte = 2 ** 20;
/** 10 orientations of 10 domains. */
const scene: Scene = { pixels: { fast: edge, slow: edge }, domains: 10, scanSteps: 10, sources: 1, layers: 1 };
const tilesThatTell = 40;

class Enough extends Error {}

/** The most that is held while the first tiles are worked on, in MB: memory of later ones is theirs. */
function megabytesOf(ask: (options: ImageOptions) => void): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  const held = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  let peak = before;
  let tiles = 0;
  const onProgress = (): void => {
    peak = Math.max(peak, held());
    if (++tiles === tilesThatTell) throw new Enough();
  };
  try {
    ask({ interpolation: "nearest", oversample: 1, onProgress });
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  assert.is(tiles, tilesThatTell);
  return (peak - before) / megabyte;
}

test("an image with gradient of 512 x 512 pixels and 100 steps takes a few megabytes beyond the given image, and no array of its 200", () => {
  const given = uneven([edge, edge]);
  const megabytes = megabytesOf((options) => modelOf(scene, options).lossAndGradient(squares, start, given));
  assert.ok(megabytes < 64, `${megabytes.toFixed(1)} MB`);
});

test("an image of them takes a few megabytes beyond itself", () => {
  const megabytes = megabytesOf((options) => modelOf(scene, options).simulate(start)) - (edge ** 2 * 8) / megabyte;
  assert.ok(megabytes < 64, `${megabytes.toFixed(1)} MB`);
});

test.run();
