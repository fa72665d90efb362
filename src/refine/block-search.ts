import { known } from "../autodiff/tape.js";
import { orientedLattice, type Block } from "../models/crystal.js";
import { normalDraws } from "../models/draws.js";
import { detectorFrame, pixelPosition } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { zeros, type NdArray } from "../ndarray/ndarray.js";
import { scatteringVector } from "../physics/scattering.js";
import { dot, unitize } from "../physics/vector.js";
import { Likelihood } from "./likelihood.js";
import { lossNamed } from "./loss.js";
import { coordinateOf, type Parameter } from "./parameter.js";
import { refine, type RefineOptions } from "./refine.js";
import { readyStills, type ReadyStill, type Still } from "./still.js";

/** One reflection in so many is kept aside. */
const keptAside = 5;
/** How far from the others a new block is looked for, in degrees, and in how many directions. */
const distancesDeg = [0.02, 0.06, 0.15, 0.3];
const directions = 10;
/** Steps of each refinement on the way. */
const stepsOfTrial = 30;
/** Of those, so many that lower the misfit most are refined. */
const refinedCandidates = 3;
/** A gain of the reflections that are kept aside below which it may be chance: of the misfit, or a part of it. */
const leastGain = 3;
const leastPart = 1e-3;
/** A new block begins with a small part of the mean weight: then one at a right place lowers the misfit, also where the others are about right. */
const firstWeight = 0.25;

/** How well a number of blocks explains an image. */
export interface TriedBlocks {
  readonly blocks: number;
  /** misfit of the reflections that were fitted */
  readonly fitted: number;
  /** misfit of those that were kept aside */
  readonly aside: number;
}

export interface FoundBlocks {
  /** none where the crystal is one block */
  readonly blocks: readonly Block[];
  /** values of the parameters that a single block has too, by name */
  readonly values: ReadonlyMap<string, number>;
  readonly tried: readonly TriedBlocks[];
}

/**
 * Adds blocks to a crystal one after another, where the misfit asks for them, until reflections that are kept aside no longer gain.
 * @param parametersOf those that are refined in stills whose crystals have blocks
 * @param most blocks
 */
export async function searchBlocks(
  stills: readonly Still[],
  parametersOf: (stills: readonly Still[]) => readonly Parameter[],
  options: RefineOptions,
  most = 8,
): Promise<FoundBlocks> {
  const ready = readyStills(stills, new Set());
  const aside = ready.map((still) => reflectionsAside(still));
  const masked = (isAside: boolean) => (still: ReadyStill, i: number): ReadyStill => {
    const mask = zeros(still.mask.shape, "int32");
    for (let at = 0; at < mask.size; at++) mask.data[at] = still.mask.data[at] !== 0 && (aside[i].data[at] !== 0) === isAside ? 1 : 0;
    return { ...still, mask, options: { ...still.options, mask } };
  };
  const loss = options.loss ?? lossNamed("poisson");
  const misfit = (some: readonly ReadyStill[], parameters: readonly Parameter[], values: ReadonlyMap<string, number>): Promise<number> =>
    new Likelihood(some, parameters, loss, [], options.pool).value(parameters.map((parameter) => coordinateOf(parameter, values.get(parameter.name) ?? parameter.start)));

  const tried: TriedBlocks[] = [];
  let best: FoundBlocks = { blocks: [], values: new Map(), tried };
  for (let count = 1; count <= most; count++) {
    const trials = count === 1 ? [[]] : candidates(best.blocks);
    const ranked: { readonly trial: Block[]; readonly value: number }[] = [];
    for (const trial of trials) {
      const some = ready.map(masked(false)).map((still) => withBlocks(still, trial));
      ranked.push({ trial, value: count === 1 ? 0 : await misfit(some, parametersOf(some), best.values) });
    }
    ranked.sort((x, y) => x.value - y.value);
    let chosen: Block[] = [];
    let values: ReadonlyMap<string, number> = new Map();
    let lowest = Infinity;
    for (const { trial } of ranked.slice(0, refinedCandidates)) {
      const fitted = ready.map(masked(false)).map((still) => withBlocks(still, trial));
      const parameters = parametersOf(fitted);
      const from = parameters.map(({ name, start }) => best.values.get(name) ?? start);
      const result = await refine(fitted, parameters, { ...options, maxSteps: options.maxSteps ?? stepsOfTrial, from, ...(count > 1 && { coarseToFine: [] }) });
      if (!(result.loss < lowest)) continue;
      lowest = result.loss;
      chosen = trial;
      values = new Map(result.parameters.map(({ name, value }) => [name, value]));
    }
    const kept = ready.map(masked(true)).map((still) => withBlocks(still, chosen));
    const misfitAside = await misfit(kept, parametersOf(kept), values);
    const before = tried.at(-1)?.aside;
    tried.push({ blocks: count, fitted: lowest, aside: misfitAside });
    if (before !== undefined && before - misfitAside < Math.max(leastGain, leastPart * before)) break;
    best = { blocks: refinedBlocks(chosen, values), values: new Map([...values].filter(([name]) => !name.startsWith("block_"))), tried };
  }
  return best;
}

function withBlocks(still: ReadyStill, blocks: readonly Block[]): ReadyStill {
  if (blocks.length === 0) return still;
  const { experiment } = still;
  return { ...still, experiment: { ...experiment, crystal: { ...experiment.crystal, blocks } } };
}

/** Blocks with one more, of their mean weight, around the first of them. */
function candidates(blocks: readonly Block[]): Block[][] {
  const present = blocks.length === 0 ? [{ rotationDeg: [0, 0, 0] as const, weight: 1 }] : blocks;
  const weight = present.reduce((sum, block) => sum + (block.weight ?? 1), 0) / present.length;
  const draws = normalDraws({ count: directions * distancesDeg.length, seed: -1 - blocks.length });
  return draws.map(([x, y, z], i) => {
    const distance = distancesDeg[i % distancesDeg.length];
    return [...present, { rotationDeg: [distance * x, distance * y, distance * z] as const, weight: firstWeight * weight }];
  });
}

/** The first block is where the misset says, and of its starting weight. */
function refinedBlocks(blocks: readonly Block[], values: ReadonlyMap<string, number>): Block[] {
  return blocks.map(({ rotationDeg = [0, 0, 0], weight = 1 }, i) => {
    const value = (axis: string, start: number): number => values.get(`block_${i + 1}_${axis}`) ?? start;
    return { rotationDeg: [value("x", rotationDeg[0]), value("y", rotationDeg[1]), value("z", rotationDeg[2])] as const, weight: value("weight", weight) };
  });
}

/** 1 in the pixels whose nearest reflection is kept aside: one in so many, as its indices decide; never F(000). */
function reflectionsAside({ experiment, mask }: ReadyStill): NdArray {
  const aside = zeros(mask.shape, "int32");
  const [, columns] = mask.shape;
  const indices = indicesAt(experiment);
  for (let at = 0; at < mask.size; at++) {
    if (mask.data[at] === 0) continue;
    const [h, k, l] = indices(at % columns, Math.floor(at / columns));
    aside.data[at] = (((h + 2 * k + 3 * l) % keptAside) + keptAside) % keptAside === 1 ? 1 : 0;
  }
  return aside;
}

/** The indices of the reflection nearest to a pixel. */
function indicesAt({ beam, crystal, detector }: Experiment): (fast: number, slow: number) => number[] {
  const frame = detectorFrame(detector);
  const { direct } = orientedLattice(crystal);
  const pixel = known(frame.pixelSize);
  return (fast, slow) => {
    const direction = unitize(pixelPosition(frame, detector.curved ?? false, (fast + 0.5) * pixel, (slow + 0.5) * pixel, 0));
    const q = scatteringVector(direction, frame.beam, beam.wavelengthA);
    return [direct.a, direct.b, direct.c].map((edge) => Math.round(known(dot(edge, q))));
  };
}
