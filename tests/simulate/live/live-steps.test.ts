import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Quantity } from "../../../src/autodiff/tape.js";
import { mul, sub } from "../../../src/autodiff/operations.js";
import type { CrystalShape } from "../../../src/physics/lattice-factor.js";
import type { Experiment } from "../../../src/models/experiment.js";
import { StructureFactors } from "../../../src/models/structure-factors.js";
import { InputError } from "../../../src/ndarray/errors.js";
import { full, zeros, type NdArray } from "../../../src/ndarray/ndarray.js";
import { ImageModel, type PixelLoss } from "../../../src/simulate/image-model.js";
import type { ImageOptions } from "../../../src/simulate/image-options.js";
import { leafAt, leafColumn, leafRow, leavesAlong, leavesOfBlock } from "../../../src/simulate/live/pixel-block.js";
import { nodeWorkers } from "../../../src/simulate/parallel/node.js";

const start = { turn: 12, distance: 90, a: 38 };
type Start = typeof start;
interface Scene {
  readonly shape?: CrystalShape;
  readonly domains?: number;
  readonly waterUm?: number;
  readonly cells?: number;
  readonly reach?: number;
  /** whether most reflections, and all beyond the grid, have the amplitude 0 */
  readonly isSparse?: boolean;
  /** pixels along each edge of the detector */
  readonly edges?: readonly [fast: number, slow: number];
}

function modelOf({ shape = "gauss", domains = 20, waterUm = 0, cells = 14, reach = 18, isSparse = false, edges = [75, 70] }: Scene, options: ImageOptions): ImageModel<Start> {
  const extent = 2 * reach + 1;
  const grid = zeros([extent, extent, extent]);
  for (let i = 0; i < grid.size; i++) grid.data[i] = isSparse && i % 7 > 1 ? 0 : 60 + 40 * Math.sin(1.7 * i);
  const structureFactors = new StructureFactors(grid, [-reach, -reach, -reach], { policy: "mask", defaultF: isSparse ? 0 : 20 });
  return new ImageModel<Start>(
    (p): Experiment<Quantity> => ({
      beam: { wavelengthA: 1.1, fluence: 1e24, kahnFactor: 0.3 },
      crystal: {
        lattice: { a: p.a, b: 42, c: 51, alpha: 88, beta: 97, gamma: 101 },
        missetDeg: [p.turn, 20, 31],
        cells: [cells, cells, cells],
        ...(options.spots === "closed" ? { etaDeg: 0.03 } : { shape, mosaic: { spreadDeg: 0.3, domains } }),
      },
      structureFactors,
      waterUm,
      detector: { distanceMm: p.distance, pixelSizeMm: 0.3, pixels: { fast: edges[0], slow: edges[1] } },
    }),
    { interpolation: "nearest", ...(options.spots !== "closed" && { oversample: 1 }), ...options },
  );
}

const loss: PixelLoss = (photons, counts) => mul(sub(photons, counts), sub(photons, counts));

function largest(numbers: ArrayLike<number>): number {
  return Array.from(numbers).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

function near(actual: readonly number[], wanted: readonly number[], what: string): void {
  wanted.forEach((x, i) => assert.ok(Math.abs(actual[i] - x) <= 1e-11 * largest(wanted), `${what}: number ${i} is ${actual[i]}, not ${x}`));
}

/** Asserts that an image is the same in every bit whether steps are left out or not, and that it is no empty one; returns it. */
function sameImage(scene: Scene, options: ImageOptions): NdArray {
  const whole = modelOf(scene, { ...options, skip: "nothing" }).simulate(start).image;
  const { image } = modelOf(scene, options).simulate(start);
  assert.ok(largest(whole.data) > 0);
  image.data.forEach((photons, i) => assert.ok(Object.is(photons, whole.data[i]), `pixel ${i} is ${photons}, not ${whole.data[i]}`));
  return image;
}

/** Asserts that there is something to leave out: that it matters which part of the brightest step is taken for nothing. */
function leavesOut(scene: Scene, options: ImageOptions): void {
  const whole = modelOf(scene, { ...options, skip: "nothing" }).simulate(start).image;
  const rough = modelOf(scene, { ...options, skip: 0.1 }).simulate(start).image;
  assert.ok(rough.data.some((photons, i) => photons !== whole.data[i]));
}

for (const shape of ["gauss", "tophat"] as const) {
  for (const semantics of ["physical", "nanobragg"] as const) {
    test(`an image of ${shape} spots, ${semantics}, has the same bits where its zeros are left out`, () => {
      const scene = { shape, cells: shape === "tophat" ? 6 : 14 };
      sameImage(scene, { semantics });
      if (shape === "gauss") leavesOut(scene, { semantics });
    });
  }
}

test("images with water, with layers and sub-pixels, of a masked region, in float32 and of one domain have the same bits, too", () => {
  sameImage({ waterUm: 50 }, {});
  sameImage({ domains: 5 }, { oversample: 2 });
  sameImage({}, { dtype: "float32" });
  sameImage({ domains: 3, shape: "tophat", cells: 6 }, { oversample: 4 });
  const mask = full([70, 75], 1, "int32");
  for (let i = 0; i < mask.size; i += 3) mask.data[i] = 0;
  const image = sameImage({ domains: 40 }, { mask, roi: { fastMin: 3, fastMax: 70, slowMin: 5, slowMax: 66 } });
  assert.is(image.data[30 * 75], 0);
});

test("reflections without amplitude are left out, on a detector of several patches, and no bit changes", () => {
  const scene: Scene = { isSparse: true, reach: 4, domains: 6, edges: [160, 150] };
  const image = sameImage(scene, {});
  assert.ok(image.data.filter((photons) => photons > 0).length < image.size / 4);
  sameImage({ ...scene, cells: 30 }, { spots: "closed", oversample: 4 });
});

test("no bit changes where the last blocks of a detector are a pixel or two wide, or hardly more", () => {
  const whole = { fastMin: 0, slowMin: 0 };
  for (const edges of [[65, 67], [129, 34], [98, 97]] as const) {
    sameImage({ domains: 30, edges }, {});
    sameImage({ cells: 30, isSparse: true, edges }, { spots: "closed", oversample: 8 });
    sameImage({ domains: 30, edges: [edges[0] + 40, edges[1] + 30] }, { roi: { ...whole, fastMax: edges[0] - 1, slowMax: edges[1] - 1 } });
  }
  const sparse = { shape: "square", cells: 5, domains: 3, edges: [67, 65] } as const;
  const [some, all] = ([1e-7, "nothing"] as const).map((skip) => modelOf(sparse, { skip }).simulate(start).image);
  assert.ok(largest(all.data.map((photons, i) => photons - some.data[i])) <= 1e-3 * largest(all.data));
});

test("nothing is left out where most steps count, on a detector of fewer blocks than a patch, too", () => {
  const scene = { cells: 4, domains: 20, edges: [64, 64] } as const;
  const [some, all] = ([0.1, "nothing"] as const).map((skip) => modelOf(scene, { skip }).simulate(start).image);
  assert.equal(some.data, all.data);
  leavesOut({ ...scene, cells: 14 }, {});
});

test("spots in closed form have the same bits where nothing of them is left out", () => {
  sameImage({ cells: 30, isSparse: true }, { spots: "closed", oversample: 4 });
  leavesOut({ cells: 30, isSparse: true }, { spots: "closed", oversample: 4 });
});

test("the interpreter obeys the mask: what loops leave out is 0 there", () => {
  const options: ImageOptions = { skip: 1e-4 };
  const byLoops = modelOf({ domains: 14 }, options).simulate(start).image;
  const { image } = modelOf({ domains: 14 }, { ...options, executor: "interpreter" }).simulate(start);
  near([...byLoops.data], [...image.data], "image");
});

test("gradients and normal equations are those without leaving anything out", () => {
  const data = full([70, 75], 2);
  data.data.forEach((_, i) => (data.data[i] += Math.sin(i)));
  const masked = { roi: { fastMin: 3, fastMax: 70, slowMin: 1, slowMax: 66 }, mask: full([70, 75], 1, "int32") };
  masked.mask.data.fill(0, 2000, 2040);
  for (const [scene, options] of [[{}, {}], [{}, masked], [{ domains: 60, waterUm: 30 }, {}]] as const) {
    const [some, all] = [modelOf(scene, options), modelOf(scene, { ...options, skip: "nothing" })];
    const [found, wanted] = [some, all].map((model) => model.lossAndGradient(loss, start, data));
    for (const name of ["turn", "distance", "a"] as const) near([found.gradient[name]], [wanted.gradient[name]], name);
    near([found.loss], [wanted.loss], "loss");
    const [normal, whole] = [some, all].map((model) => model.normalEquations(loss, (photons) => photons, start, data));
    near(normal.gradient, whole.gradient, "gradient");
    near(normal.normal.flat(), whole.normal.flat(), "normal equations");
  }
});

test("what is at most a part of the brightest step is left out of any crystal's image, and no more", () => {
  for (const [shape, cells, part] of [["square", 15, 1e-2], ["round", 8, 1e-3], ["gauss", 8, 1e-4]] as const) {
    const scene = { shape, cells };
    const [whole, some] = (["nothing", part] as const).map((skip) => modelOf(scene, { skip }).simulate(start).image);
    const error = largest(whole.data.map((photons, i) => photons - some.data[i]));
    const brightest = largest(modelOf({ ...scene, domains: 1 }, { skip: "nothing", oversample: 10 }).simulate(start).image.data);
    // The brightest pixel is not as bright as the brightest step.
    assert.ok(0 < error && error <= 3 * part * brightest, `${shape}: ${error} of ${brightest}`);
  }
});

test("any number of workers gives the same bits, whatever is left out", async () => {
  const pool = nodeWorkers(2);
  try {
    for (const skip of ["zeros", 1e-8] as const) {
      const alone = modelOf({}, { skip }).simulate(start).image;
      const { image } = await modelOf({}, { skip }).simulateOn({ pool }, start);
      assert.equal([...image.data], [...alone.data]);
    }
  } finally {
    await pool.close();
  }
});

test("live steps are those of the present parameters, whatever a model had before", () => {
  for (const [scene, options] of [[{}, {}], [{ cells: 30, isSparse: true }, { spots: "closed", oversample: 4 }], [{ shape: "round", cells: 15 }, { skip: 1e-4 }]] as const) {
    const model = modelOf(scene, options);
    for (const change of [{}, { turn: 14 }, { distance: 80 }, { turn: 14, a: 40 }, {}]) {
      const [image, fresh] = [model, modelOf(scene, options)].map((each) => each.simulate({ ...start, ...change }).image);
      assert.equal(image.data, fresh.data);
    }
  }
});

test("an image that is begun while another one of the model is under way changes neither", () => {
  let inside: NdArray | undefined;
  const model = modelOf({ domains: 12, edges: [320, 40] }, { onProgress: () => (inside ??= (inside = zeros([1])) && model.simulate({ ...start, turn: 14 }).image) });
  const { image } = model.simulate(start);
  assert.equal(image.data, modelOf({ domains: 12, edges: [320, 40] }, {}).simulate(start).image.data);
});

test("a block's leaves stand along a curve from neighbour to neighbour", () => {
  for (let leaf = 0; leaf < leavesOfBlock; leaf++) {
    assert.is(leafAt[leavesAlong * leafRow[leaf] + leafColumn[leaf]], leaf);
    const following = leaf < leavesOfBlock - 1 ? Math.abs(leafRow[leaf + 1] - leafRow[leaf]) + Math.abs(leafColumn[leaf + 1] - leafColumn[leaf]) : 1;
    assert.is(following, 1);
  }
});

test("parts that cannot be left out are refused", () => {
  for (const skip of [-1, 1, NaN]) assert.throws(() => modelOf({}, { skip }), (error: unknown) => error instanceof InputError && /skip is/.test(error.message));
});

test.run();
