import { test } from "uvu";
import * as assert from "uvu/assert";
import { sharedMemoryOf } from "../../../src/autodiff/executor.js";
import { roomForGrid, StructureFactors } from "../../../src/models/structure-factors.js";
import type { FloatDType } from "../../../src/ndarray/dtype.js";
import { equals, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import { ImageModel } from "../../../src/simulate/image-model.js";
import { nodeWorkers } from "../../../src/simulate/parallel/node.js";
import { modelOf, squares, start, uneven, type Scene, type Start } from "../still-life.js";

/** So many points stand in memory that programs look up in place. */
const extent = 129;
const gridBytes = 8 * extent ** 3;
const scene: Scene = { pixels: { fast: 30, slow: 20 }, domains: 2, sources: 1, scanSteps: 1, layers: 1 };
const given = uneven([20, 30]);

function factorsIn(grid: NdArray, phase: number): StructureFactors {
  for (let i = 0; i < grid.size; i++) grid.data[i] = 60 + 40 * ((((i + phase) * 7919) % 1000) / 1000);
  return new StructureFactors(grid, [-64, -64, -64], { defaultF: 20 });
}

const pool = nodeWorkers(2);
const shape = [extent, extent, extent];
const [own, otherOwn] = [factorsIn(zeros(shape), 0), factorsIn(zeros(shape), 5)];
const [shared, otherShared] = [factorsIn(roomForGrid(shape), 0), factorsIn(roomForGrid(shape), 5)];

for (const [interpolation, dtype] of [["nearest", "float64"], ["tricubic", "float32"]] as const satisfies (readonly [string, FloatDType])[]) {
  test(`a large grid that programs look up in place gives the image and gradient of one that they copy: ${interpolation}, ${dtype}`, async () => {
    const whole = modelOf(scene, { interpolation, dtype, oversample: 1, tileSize: 64 }, own);
    let factors = own;
    const model = new ImageModel<Start>((p) => ({ ...whole.experimentOf(p), structureFactors: factors }), whole.options);
    const [wanted, otherWanted] = [own, otherOwn].map((each) => {
      factors = each;
      return { image: model.simulate(start).image, ...model.lossAndGradient(squares, start, given) };
    });
    // In turn: a program that reads one grid in its place must neither read another one there nor write it.
    for (const [each, answer] of [[shared, wanted], [otherShared, otherWanted], [own, wanted]] as const) {
      factors = each;
      assert.ok(equals(model.simulate(start).image, answer.image));
      assert.ok(equals((await model.simulateOn({ pool }, start)).image, answer.image));
      if (dtype === "float32") continue;
      const { loss, gradient } = await model.lossAndGradientOn({ pool }, squares, start, given);
      assert.equal({ loss, gradient }, { loss: answer.loss, gradient: answer.gradient });
    }
    assert.ok(equals(shared.grid, own.grid) && equals(otherShared.grid, otherOwn.grid), "the grids are as they were");
  });
}

test("programs of three threads take less memory beside a grid than a copy of it would", () => {
  const memory = sharedMemoryOf(shared.grid.data)?.memory;
  assert.ok(memory, "the grid has a memory that threads see");
  assert.ok(memory.buffer.byteLength > gridBytes, "programs work in it");
  assert.ok(memory.buffer.byteLength < 2 * gridBytes, String(memory.buffer.byteLength / gridBytes));
});

test.after(() => pool.close());

test.run();
