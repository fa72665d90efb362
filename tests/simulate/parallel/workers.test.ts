import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { copy, full, zeros } from "../../../src/ndarray/ndarray.js";
import { ImageModel } from "../../../src/simulate/image-model.js";
import type { ImageOptions } from "../../../src/simulate/image-options.js";
import type { Report, RunMessage } from "../../../src/simulate/parallel/messages.js";
import { smvCounts } from "../../../src/simulate/intensity-scale.js";
import { callerAndWorkers, nodeWorkers } from "../../../src/simulate/parallel/node.js";
import { finish, server } from "../../../src/simulate/parallel/serve.js";
import { WorkerPool, type Port } from "../../../src/simulate/parallel/pool.js";
import type { TileRun } from "../../../src/simulate/tile-run.js";
import { factors, modelOf, numbersIn, squares, start, uneven, type Scene, type Start } from "../still-life.js";

const pools = [nodeWorkers(1), nodeWorkers(2), nodeWorkers(4), callerAndWorkers(1), callerAndWorkers(3)];
const few: Scene = { pixels: { fast: 30, slow: 20 }, domains: 2, scanSteps: 1, layers: 1 };
const given = uneven([20, 30]);

/** Everything that is asked of a model, as plain numbers. */
interface Answers {
  readonly image: readonly number[];
  readonly loss: number;
  readonly gradient: readonly number[];
  readonly warnings: readonly string[];
}

async function answersOf(make: () => ImageModel<Start>, pool: WorkerPool | undefined): Promise<Answers> {
  const { image, warnings } = pool ? await make().simulateOn({ pool }, start) : make().simulate(start);
  const { loss, gradient } = pool
    ? await make().lossAndGradientOn({ pool }, squares, start, given)
    : make().lossAndGradient(squares, start, given);
  return { image: [...image.data], loss, gradient: numbersIn(gradient), warnings };
}

const cases: readonly (readonly [string, Scene, ImageOptions])[] = [
  ["nearest neighbours", few, { interpolation: "nearest", oversample: 2, tileSize: 64 }],
  ["the reference's sum", few, { semantics: "nanobragg", oversamplePolar: true, interpolation: "nearest", oversample: 2, tileSize: 40 }],
  ["lookups that leave the grid, masked", { ...few, reach: 7 }, { interpolation: "tricubic", oversample: 1, tileSize: 64 }],
  ["lookups that leave the grid, in sequence", { ...few, reach: 8, policy: "sequential" }, { interpolation: "tricubic", oversample: 1, tileSize: 24 }],
];

for (const [name, scene, options] of cases) {
  test(`image and gradient are the same to the last bit for no, one, two and four workers, and where the caller is one of them: ${name}`, async () => {
    const make = (): ImageModel<Start> => modelOf(scene, options);
    const wanted = await answersOf(make, undefined);
    assert.ok(wanted.image.some((photons) => photons > 0) && wanted.gradient.every(Number.isFinite));
    for (const pool of pools) assert.equal(await answersOf(make, pool), wanted, `${pool.size} workers`);
  });
}

test("the first lookup that leaves the grid lies in the midst of the tiles that workers share", () => {
  const [, scene, options] = cases[3];
  const sequential = modelOf(scene, options).simulate(start).image.data;
  const [nearest, masked] = (["nearest", "tricubic"] as const).map(
    (interpolation) => modelOf({ ...scene, policy: "mask" }, { ...options, interpolation }).simulate(start).image.data,
  );
  const first = sequential.findIndex((photons, i) => photons !== masked[i]);
  assert.ok(first > 24 && first < 20 * 30 - 48 && first % 24 !== 0, `pixel ${first}`);
  assert.equal([...sequential.subarray(first + 1)], [...nearest.subarray(first + 1)]);
});

test("normal equations do not depend on the number of workers", async () => {
  const parameters = { distanceMm: 80, beamX: 4.4 };
  const make = (): ImageModel<typeof parameters> => {
    const whole = modelOf(few, { interpolation: "nearest", oversample: 1, tileSize: 64 });
    return new ImageModel<typeof parameters>((p) => whole.experimentOf({ ...start, ...p }), whole.options);
  };
  const wanted = make().normalEquations(squares, (photons) => photons, parameters, given);
  for (const pool of pools) assert.equal(await make().normalEquationsOn({ pool }, squares, (photons) => photons, parameters, given), wanted);
});

test("a pool serves more jobs than a worker keeps, again and again", async () => {
  const [, pool] = pools;
  const models = Array.from({ length: 14 }, (_, i) => modelOf({ ...few, sources: 1 }, { interpolation: "nearest", oversample: 1, dminA: 1 + i / 10 }));
  const wanted = models.map((model) => model.simulate(start).image.data);
  for (let round = 0; round < 2; round++) {
    const images = await Promise.all(models.map((model) => model.simulateOn({ pool }, start)));
    images.forEach(({ image }, i) => assert.equal([...image.data], [...wanted[i]]));
  }
});

/** Work for many minutes, which no test would wait for. */
const endless: Scene = { pixels: { fast: 1500, slow: 1500 }, domains: 30, scanSteps: 20, sources: 3 };

test("a signal stops a long run, and the pool goes on", async () => {
  const [, pool] = pools;
  const stop = new AbortController();
  const reason = new Error("the user has seen enough");
  const model = modelOf(endless, {
    interpolation: "nearest",
    oversample: 1,
    onProgress: () => {
      stop.abort(reason);
    },
  });
  let caught: unknown;
  await model.simulateOn({ pool, signal: stop.signal }, start).catch((error: unknown) => (caught = error));
  assert.is(caught, reason);
  await modelOf(few, { interpolation: "nearest", oversample: 1 }).simulateOn({ pool }, start);
  caught = undefined;
  await modelOf(few, {}).simulateOn({ pool, signal: AbortSignal.abort(reason) }, start).catch((error: unknown) => (caught = error));
  assert.is(caught, reason);
});

test("progress grows to the number of pixels, with workers and without", async () => {
  for (const pool of [undefined, ...pools]) {
    const told: number[] = [];
    const model = modelOf(few, {
      interpolation: "nearest",
      oversample: 1,
      tileSize: 16,
      onProgress: (done, pixels) => {
        assert.is(pixels, 600);
        told.push(done);
      },
    });
    await (pool ? model.simulateOn({ pool }, start) : Promise.resolve(model.simulate(start)));
    assert.ok(told.every((done, i) => i === 0 || done >= told[i - 1]), told.join());
    assert.is(told[told.length - 1], 600);
  }
});

/** Works with a clock that runs by 100 ms between two looks. */
function withFastClock<T>(work: () => T): T {
  const { now } = performance;
  let time = 0;
  performance.now = () => (time += 100);
  const restore = (): void => void (performance.now = now);
  const result = work();
  if (result instanceof Promise) void result.then(restore, restore);
  else restore();
  return result;
}

/** A worker in this thread. */
abstract class PortHere implements Port {
  protected report: (report: Report) => void = () => undefined;
  protected fail: (error: Error) => void = () => undefined;

  abstract post(message: RunMessage): void;
  listen(onReport: (report: Report) => void, onFailure: (error: Error) => void): void {
    this.report = onReport;
    this.fail = onFailure;
  }
  hold(): void {}
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A worker in this thread, whose clock makes it report after every tile. */
class Talkative extends PortHere {
  readonly #serve = server((report) => this.report(report));

  post(message: RunMessage): void {
    withFastClock(() => finish(this.#serve(message)));
  }
}

test("a caller that works listens between tiles", async () => {
  const pool = callerAndWorkers(1);
  const stop = new AbortController();
  const reason = new Error("enough");
  const told: number[] = [];
  const model = modelOf(few, { interpolation: "nearest", oversample: 1, tileSize: 16, onProgress: (done) => told.push(done) });
  const stopped = withFastClock(() => rejection(model.simulateOn({ pool, signal: stop.signal }, start)));
  setImmediate(() => setImmediate(() => setImmediate(() => stop.abort(reason))));
  assert.is(await stopped, "enough");
  assert.ok(told.length > 0 && told[told.length - 1] < 600, told.join());
});

test("rows that are said to be final do not change any more, and none are said to be where a later run may change them", async () => {
  const pool = new WorkerPool([new Talkative()]);
  const mask = full([20, 30], 1);
  for (let row = 0; row < 20; row++) mask.data[30 * row + (row % 7)] = 0;
  const roi = { fastMin: 3, fastMax: 27, slowMin: 2, slowMax: 15 };
  for (const selection of [{}, { roi }, { roi, mask }]) {
    const told: { readonly rows: number; readonly photons: readonly number[] }[] = [];
    const options: ImageOptions = { interpolation: "nearest", oversample: 1, tileSize: 16, ...selection, onRows: (image, rows) => told.push({ rows, photons: [...image.data.subarray(0, 30 * rows)] }) };
    const { image } = await modelOf(few, options).simulateOn({ pool }, start);
    assert.ok(told.filter(({ rows }) => rows > 0 && rows < 16).length > 5, `${told.map(({ rows }) => rows).join()}`);
    assert.is(told[told.length - 1].rows, 20);
    for (const { rows, photons } of told) assert.equal(photons, [...image.data.subarray(0, 30 * rows)]);
  }
  const sequential: number[] = [];
  await modelOf({ ...few, reach: 8, policy: "sequential" }, { interpolation: "tricubic", oversample: 1, tileSize: 24, onRows: (_, rows) => sequential.push(rows) }).simulateOn({ pool }, start);
  assert.equal(sequential, []);
});

test("an image in single precision is the one in double precision, rounded", async () => {
  const options: ImageOptions = { interpolation: "nearest", oversample: 1 };
  const wanted = copy(modelOf(few, options).simulate(start).image, "float32");
  const rounded = modelOf(few, { ...options, imageDtype: "float32" });
  for (const { image } of [rounded.simulate(start), await rounded.simulateOn({ pool: pools[1] }, start)]) {
    assert.is(image.dtype, "float32");
    assert.equal([...image.data], [...wanted.data]);
  }
});

/** A run of a program that no worker can prepare. */
function impossible(): TileRun {
  const shape = [4, 1, 1, 1];
  const job: TileRun["job"] = {
    id: -1,
    program: {
      nodes: [
        { primitive: "input", inputs: [], attributes: { index: 0 }, shape, dtype: "float64" },
        { primitive: "nonsense", inputs: [0], attributes: {}, shape, dtype: "float64" },
      ],
      literals: [],
      inputs: [{ shape, dtype: "float64" }],
      outputs: [1],
    },
    executor: "webassembly",
    size: 4,
    hasLatch: false,
    hasImage: true,
    hasDerivatives: false,
    reach: undefined,
  };
  const shared = { shared: true };
  const [image, leaving, rows] = [[2, 2], [1], [1, 1]].map((extents) => zeros(extents, "float64", shared));
  const pixels = { shape: [2, 2], roi: { fastMin: 0, fastMax: 1, slowMin: 0, slowMax: 1 }, size: 4, places: undefined };
  return { job, parameters: [], known: [], pixels, data: [], latch: undefined, image, leaving, rows, tilesOfBlock: 1, firstTile: 0, endTile: 1 };
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("the promise was not rejected with an error");
}

test("what goes wrong in a worker is told in a sentence, and the pool goes on", async () => {
  const [, pool] = pools;
  for (let i = 0; i < 2; i++) assert.is(await rejection(pool.run(impossible(), undefined, () => undefined)), 'there is no primitive "nonsense"');
  const model = (): ImageModel<Start> => modelOf(few, { interpolation: "nearest", oversample: 1 });
  assert.equal([...(await model().simulateOn({ pool }, start)).image.data], [...model().simulate(start).image.data]);
});

/** A worker that notes which jobs arrive, and whose second message cannot be sent. */
class Clogged extends PortHere {
  readonly arrived: boolean[] = [];

  post({ job }: RunMessage): void {
    if (this.arrived.push(job !== undefined) === 2) throw new Error("data cannot be cloned, out of memory");
    setTimeout(() => this.report({ kind: "done" }), 1);
  }
}

test("a message that cannot be sent ends the run once the other workers are done, and is sent anew", async () => {
  const ports = [new Clogged(), new Clogged()];
  const pool = new WorkerPool(ports);
  const other = impossible();
  const run = { ...other, job: { ...other.job, id: -2 } };
  await pool.run(other, undefined, () => undefined);
  assert.is(await rejection(pool.run(run, undefined, () => undefined)), "data cannot be cloned, out of memory");
  for (let i = 0; i < 2; i++) await pool.run(run, undefined, () => undefined);
  for (const { arrived } of ports) assert.equal(arrived, [true, true, true, false]);
});

/** A worker that breaks when it is asked for the second time. */
class Fragile extends PortHere {
  #asked = 0;

  post(): void {
    const answer = this.#asked++ === 0 ? () => this.report({ kind: "done" }) : () => this.fail(new Error("the worker ran out of memory"));
    setTimeout(answer, 1);
  }
}

test("runs are refused once a worker has broken or the pool is closed, instead of waiting for ever", async () => {
  const pool = new WorkerPool([new Fragile(), new Fragile()]);
  await pool.run(impossible(), undefined, () => undefined);
  for (let i = 0; i < 2; i++) assert.is(await rejection(pool.run(impossible(), undefined, () => undefined)), "the worker ran out of memory");
  const closed = new WorkerPool([new Fragile()]);
  await closed.close();
  assert.is(await rejection(closed.run(impossible(), undefined, () => undefined)), "the workers were closed");
});

test("the model's single warning is told once, however many workers meet it", async () => {
  const structureFactors = factors({ reach: 7 });
  const [, , pool] = pools;
  const model = modelOf(few, { interpolation: "tricubic", oversample: 1, tileSize: 16 }, structureFactors);
  const first = await model.simulateOn({ pool }, start);
  assert.is(first.warnings.length, 1);
  assert.equal((await model.simulateOn({ pool }, start)).warnings, []);
});

test("an image of workers takes the memory of an earlier one, and none that they do not see", async () => {
  const pool = nodeWorkers(2);
  const model = modelOf(few, { interpolation: "nearest", oversample: 1 });
  const { image: first } = await model.simulateOn({ pool }, start);
  const wanted = copy(first);
  first.data.fill(7);
  const { image } = await model.simulateOn({ pool }, start, first);
  assert.is(image.data.buffer, first.data.buffer);
  assert.equal(image.data, wanted.data);
  assert.match(await rejection(model.simulateOn({ pool }, start, wanted)), "not shared");
  await pool.close();
});

test("a worker writes an image's counts as this thread does, also where the caller is the only one", async () => {
  const image = copy(uneven([20, 30]), "float64", { shared: true });
  const roi = { fastMin: 3, fastMax: 27, slowMin: 2, slowMax: 15 };
  const wanted = smvCounts(image, 700, 40, roi);
  assert.ok(new Set(wanted.data).size > 100);
  for (const pool of pools) {
    const counts = new Uint16Array(new SharedArrayBuffer(2 * image.size));
    await pool.count(image, 700, 40, roi, counts);
    assert.equal([...counts], [...wanted.data]);
  }
});

test("a process ends although its pool was not closed", () => {
  const file = fileURLToPath(new URL("./unclosed.ts", import.meta.url));
  const photons = execFileSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8", timeout: 300_000 });
  assert.ok(Number(photons) > 0, photons);
});

test("closing ends the workers", async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  assert.match(await rejection(modelOf(few, {}).simulateOn({ pool: pools[0] }, start)), "closed");
});

test("an image for comparison may be shared memory already", async () => {
  const pool = nodeWorkers(1);
  const model = (): ImageModel<Start> => modelOf(few, { interpolation: "nearest", oversample: 1 });
  const wanted = model().lossAndGradient(squares, start, full([20, 30], 3)).loss;
  const { loss } = await model().lossAndGradientOn({ pool }, squares, start, full([20, 30], 3, "float64", { shared: true }));
  assert.is(loss, wanted);
  await pool.close();
});

test.run();
