import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ran1 } from "../../src/models/ran1.js";
import { searchBlocks, type BlockFit, type TurnDeg, type TurnedBlock } from "../../src/refine/block-search.js";
import { levenbergMarquardt } from "../../src/optim/levenberg-marquardt.js";

/** Spots of one width at places of a space of rotations, and noisy numbers there: each fifth is kept aside. */
const width = 0.04;
const noise = 0.02;
const uniform = new Ran1().stream(-7);
const between = (low: number, high: number): number => low + (high - low) * uniform();
const places = Array.from({ length: 600 }, (): TurnDeg => [between(-0.2, 0.2), between(-0.2, 0.2), between(-0.2, 0.2)]);
const deviates = places.map(() => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
const isKept = (i: number): boolean => i % 5 === 0;

const spot = ([x, y, z]: TurnDeg, { rotationDeg: [u, v, w], weight }: TurnedBlock): number =>
  weight * Math.exp(-((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2) / (2 * width ** 2));
const modelAt = (place: TurnDeg, blocks: readonly TurnedBlock[]): number => blocks.reduce((sum, block) => sum + spot(place, block), 0);

const blocksOf = (x: readonly number[]): TurnedBlock[] =>
  Array.from({ length: x.length / 4 }, (_, i) => ({ rotationDeg: [x[4 * i], x[4 * i + 1], x[4 * i + 2]], weight: x[4 * i + 3] }));

/** A search in numbers that blocks have made. */
function search(truth: readonly TurnedBlock[], more: { readonly leastGain?: number; readonly most?: number; readonly isOver?: () => boolean } = {}) {
  const data = places.map((place, i) => modelAt(place, truth) + noise * deviates[i]);
  const residuals = (blocks: readonly TurnedBlock[]): number[] => places.map((place, i) => (modelAt(place, blocks) - data[i]) / noise);
  const lossOf = (blocks: readonly TurnedBlock[], kept: boolean): number =>
    residuals(blocks).reduce((sum, residual, i) => (isKept(i) === kept ? sum + residual ** 2 / 2 : sum), 0);
  const fits: (readonly [blocks: number, isKept: boolean])[] = [];
  const fit = async (blocks: readonly TurnedBlock[]): Promise<BlockFit> => {
    const fitted = [...places.keys()].filter((i) => !isKept(i));
    const { parameters } = await levenbergMarquardt({
      value: (x) => lossOf(blocksOf(x), false),
      normalEquations: (x) => {
        const here = residuals(blocksOf(x));
        const columns = x.map((_, k) => residuals(blocksOf(x.map((element, j) => (j === k ? element + 1e-6 : element)))).map((beside, i) => (beside - here[i]) / 1e-6));
        const product = (a: readonly number[], b: readonly number[]): number => fitted.reduce((sum, i) => sum + a[i] * b[i], 0);
        return { value: lossOf(blocksOf(x), false), gradient: columns.map((column) => product(column, here)), normal: columns.map((a) => columns.map((b) => product(a, b))) };
      },
    }, blocks.flatMap(({ rotationDeg, weight }) => [...rotationDeg, weight]));
    const found = blocksOf(parameters);
    return { blocks: found, fittedLoss: lossOf(found, false), keptLoss: lossOf(found, true) };
  };
  const gains = (rotations: readonly TurnDeg[], { blocks }: BlockFit) => {
    const here = residuals(blocks);
    return rotations.map((rotationDeg) => {
      let [slope, curvature] = [0, 0];
      places.forEach((place, i) => {
        if (isKept(i)) return;
        const change = spot(place, { rotationDeg, weight: 1 }) / noise;
        slope += here[i] * change;
        curvature += change ** 2;
      });
      return { gain: slope < 0 ? slope ** 2 / (2 * curvature) : 0, weight: -slope / curvature };
    });
  };
  return { fits, found: searchBlocks({ fit, gains, onFit: ({ blocks }, kept) => void fits.push([blocks.length, kept]), ...more }) };
}

const one: TurnedBlock = { rotationDeg: [0.01, 0, -0.01], weight: 1 };
const three: readonly TurnedBlock[] = [one, { rotationDeg: [0.06, -0.05, 0.03], weight: 0.6 }, { rotationDeg: [-0.05, -0.04, 0.06], weight: 0.4 }];

test("as many blocks are found as there are, where they are, and none more", async () => {
  for (const truth of [[one], three]) {
    const { blocks } = await search(truth).found;
    assert.is(blocks.length, truth.length);
    for (const { rotationDeg, weight } of truth) {
      const nearest = blocks.map((block) => ({ block, apart: Math.hypot(...block.rotationDeg.map((angle, axis) => angle - rotationDeg[axis])) })).sort((x, y) => x.apart - y.apart)[0];
      assert.ok(nearest.apart < 0.005 && Math.abs(nearest.block.weight - weight) < 0.05, JSON.stringify(blocks));
    }
  }
});

test("a search ends at most blocks, where data kept aside gain too little, and when its time is over", async () => {
  assert.is((await search(three, { most: 2 }).found).blocks.length, 2);
  const doubtful = search(three, { leastGain: 1e9 });
  assert.is((await doubtful.found).blocks.length, 1);
  // Three of the most promising rotations are refined before no further block is believed.
  assert.equal(doubtful.fits, [[1, true], [2, false], [2, false], [2, false]]);
  assert.is((await search(three, { isOver: () => true }).found).blocks.length, 1);
});

test("a search that looks ahead finds two blocks of which one alone is no advance, and leaves none behind that are not", async () => {
  const keptLosses = [100, 99, 50, 49, 48];
  const fit = (blocks: readonly TurnedBlock[]): BlockFit => ({ blocks, fittedLoss: -blocks.length, keptLoss: keptLosses[blocks.length - 1] });
  const gains = (rotations: readonly TurnDeg[]) => rotations.map((_, i) => ({ gain: i + 1, weight: 1 }));
  for (const [ahead, count] of [[0, 1], [1, 3]]) assert.is((await searchBlocks({ fit, gains, ahead, most: 5 })).blocks.length, count, `${ahead} ahead`);
});

test("a spacing of nothing, and one beyond the reach, are refused", async () => {
  for (const spacingDeg of [0, 0.2]) {
    let message = "";
    await searchBlocks({ fit: () => ({ blocks: [], fittedLoss: 0, keptLoss: 0 }), gains: () => [], spacingDeg }).catch((error: unknown) => (message = String(error)));
    assert.match(message, new RegExp(`InputError: blocks are looked for within 0.15 degrees, ${spacingDeg} from each other`));
  }
});

test.run();
