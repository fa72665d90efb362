import { test } from "uvu";
import * as assert from "uvu/assert";
import { StructureFactors, type LeavingPolicy } from "../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { ImageModel } from "../../src/simulate/image-model.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { nodeWorkers } from "../../src/simulate/parallel/node.js";
import { modelOf, numbersIn, squares, start, uneven, type Scene } from "./still-life.js";

/** A grid so large that tiles have to share rows of sums, and which lookups leave along l. */
const shape = [90, 90, 11];
const min = [-45, -45, -5];
const amplitudes = zeros(shape);
for (let i = 0; i < amplitudes.size; i++) amplitudes.data[i] = 60 + 40 * Math.sin(1.7 * i);

type Amplitudes = {
  readonly amplitudes: NdArray;
};

function amplitudeModel(scene: Scene, policy: LeavingPolicy, options: ImageOptions): ImageModel<Amplitudes> {
  const structureFactors = new StructureFactors(amplitudes, min, { policy, defaultF: 20 });
  const experiment = modelOf(scene, options, structureFactors).experimentOf(start);
  return new ImageModel<Amplitudes>((p) => ({ ...experiment, amplitudes: p.amplitudes }), options);
}

const few: Scene = { pixels: { fast: 21, slow: 20 }, domains: 2, scanSteps: 1, layers: 1, sources: 1 };
const given = uneven([20, 21]);
const pool = nodeWorkers(3);

test("the sums over the tiles of a large image take a few megabytes, not a grid for every tile", () => {
  let peak = 0;
  const onProgress = (): void => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  };
  const model = amplitudeModel({ ...few, pixels: { fast: 512, slow: 512 } }, "mask", { interpolation: "nearest", oversample: 1, onProgress });
  const before = process.memoryUsage().arrayBuffers;
  model.lossAndGradient(squares, { amplitudes }, uneven([512, 512]));
  const megabytes = (peak - before) / 2 ** 20;
  assert.ok(megabytes < 48, `${megabytes.toFixed(1)} MB`);
});

for (const policy of ["mask", "sequential"] as const) {
  test(`the gradient by every amplitude is the same for all tiles and workers, ${policy}`, async () => {
    const options: ImageOptions = { interpolation: "tricubic", oversample: 1 };
    const whole = amplitudeModel(few, policy, { ...options, tileSize: 420 }).lossAndGradient(squares, { amplitudes }, given);
    const { image } = amplitudeModel(few, policy, options).simulate({ amplitudes });
    const fromImage = numbersIn(image).reduce((sum, photons, i) => sum + 0.5 * (photons - given.data[i]) ** 2, 0);
    assert.ok(Math.abs(whole.loss / fromImage - 1) < 1e-12);
    const tiled = amplitudeModel(few, policy, { ...options, tileSize: 4 });
    const { loss, gradient, warnings } = tiled.lossAndGradient(squares, { amplitudes }, given);
    assert.ok(Math.abs(loss / whole.loss - 1) < 1e-12);
    const largest = Math.max(...numbersIn(whole.gradient).map(Math.abs));
    assert.ok(largest > 0);
    gradient.amplitudes.data.forEach((x, i) => assert.ok(Math.abs(x - whole.gradient.amplitudes.data[i]) <= 1e-12 * largest));
    assert.is(warnings.length, 1);
    const shared = await tiled.lossAndGradientOn({ pool }, squares, { amplitudes }, given);
    assert.is(shared.loss, loss);
    assert.equal(Buffer.from(shared.gradient.amplitudes.data.buffer), Buffer.from(gradient.amplitudes.data.buffer));
  });
}

test.after(() => pool.close());

test.run();
