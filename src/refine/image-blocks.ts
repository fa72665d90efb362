/** A search for the blocks of a crystal on whole images. */
import { evaluate } from "../autodiff/differentiate.js";
import { known, type Variable } from "../autodiff/tape.js";
import { orientedLattice } from "../models/crystal.js";
import { detectorFrame, pixelPosition } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { allocate, type Data } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { flatData, fromData, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { Vector } from "../optim/vector.js";
import { scatteringVector } from "../physics/scattering.js";
import { dot, unitize } from "../physics/vector.js";
import { ImageModel } from "../simulate/image-model.js";
import { recorded } from "../simulate/steps.js";
import { peaksOf, weightsOf } from "./block-density.js";
import { searchBlocks, type BlockFit, type PromisedBlock, type TurnDeg, type TurnedBlock } from "./block-search.js";
import { refinableMembers } from "./catalogue.js";
import { rockingWidthDeg } from "./exposure.js";
import { fit } from "./fit.js";
import { Likelihood } from "./likelihood.js";
import { lossNamed, type Loss } from "./loss.js";
import { coordinateOf, experimentAt, type Parameter } from "./parameter.js";
import { refine, type RefineOptions } from "./refine.js";
import { readyStills, type ReadyStill, type Still } from "./still.js";

/** Where a search on images has ended. */
export interface ImageBlocks extends BlockFit {
  /** of all parameters but those of the blocks, by name */
  readonly values: ReadonlyMap<string, number>;
}

/** What a search on images needs to know. */
export interface ImageBlockSearch extends Pick<RefineOptions, "loss" | "restraints" | "coarseToFine" | "maxSteps" | "maxSeconds" | "signal" | "pool"> {
  /** those that are refined, of stills whose crystals have so many blocks */
  readonly parametersOf: (stills: readonly Still[]) => readonly Parameter[];
  /** number of blocks at which the search ends */
  readonly most?: number;
  /** told of each fit, and whether it is an advance; waited for */
  readonly onFit?: (found: ImageBlocks, isKept: boolean) => void | Promise<void>;
}

/** One reflection in so many is kept aside. */
const keptAside = 5;
/** Steps of each fit on the way, and a change of the misfit that no decision hangs on. */
const stepsOfFit = 25;
const roughly = 1e-6;
/** Blocks are looked for within so many degrees at least; spots that are wider are parted less. */
const leastReachDeg = 0.15;
/** Steps of the grid of rotations from none to the reach: at least as many as the first, at most as many as the second. */
const stepsOfGrid = [3, 4] as const;
/**
 * The blocks of a crystal whose spots are in images: each fifth reflection is kept aside, all other pixels are fitted.
 * @param stills of a crystal of one block, where a refinement would start
 * @throws InputError when a detector has many panels
 */
export async function searchImageBlocks(stills: readonly Still[], { parametersOf, most, onFit, ...options }: ImageBlockSearch): Promise<ImageBlocks> {
  const { loss = lossNamed("poisson"), maxSteps = stepsOfFit, maxSeconds = Infinity, signal, restraints, pool } = options;
  if (stills.some(({ experiment: { panels } }) => panels)) throw new InputError("blocks are looked for on whole images of one panel, or on boxes; this detector has many");
  const began = performance.now();
  const secondsLeft = (): number => Math.max(0, maxSeconds - (performance.now() - began) / 1000);
  const ready = readyStills(stills, new Set(), loss.fewest);
  const [fitted, kept] = [ready.map((still) => withPart(still, false)), ready.map((still) => withPart(still, true))];
  const likelihoodOf = (some: readonly ReadyStill[], blocks: readonly TurnedBlock[], isFitted: boolean): Likelihood => {
    const turned = withBlocks(some, blocks);
    return new Likelihood(turned, parametersOf(turned), loss, isFitted ? restraints : [], pool);
  };
  const ended = async (likelihood: Likelihood, values: Vector, fittedLoss: number, before: readonly TurnedBlock[]): Promise<ImageBlocks> => {
    const byName = new Map(likelihood.parameters.map(({ name }, i) => [name, values[i]]));
    const blocks = blocksAt(before, byName);
    const aside = likelihoodOf(kept, blocks, false);
    return {
      blocks,
      values: new Map([...byName].filter(([name]) => !name.startsWith("block_"))),
      fittedLoss,
      keptLoss: await aside.value(coordinatesOf(aside.parameters, byName)),
    };
  };
  const fitOf = async (blocks: readonly TurnedBlock[], before: ImageBlocks | undefined): Promise<ImageBlocks> => {
    if (before === undefined) {
      const { loss: least, parameters } = await refine(fitted, parametersOf(fitted), options);
      return ended(likelihoodOf(fitted, blocks, true), parameters.map(({ value }) => value), least, blocks);
    }
    const likelihood = likelihoodOf(fitted, blocks, true);
    const stop = { maxSteps, valueTolerance: roughly, maxSeconds: secondsLeft(), ...(signal && { signal }) };
    const { parameters, value } = await fit(likelihood, coordinatesOf(likelihood.parameters, before.values), stop);
    return ended(likelihood, likelihood.valuesAt(parameters), value, blocks);
  };
  const widthDeg = Math.max(...stills.map(({ experiment }) => rockingWidthDeg(experiment)));
  const reachDeg = Math.max(leastReachDeg, (stepsOfGrid[0] * widthDeg) / 2);
  const spacingDeg = Math.max(widthDeg / 2, reachDeg / stepsOfGrid[1]);
  return searchBlocks({
    fit: fitOf,
    gains: (rotations, found) => promisedBlocks(likelihoodOf(fitted, found.blocks, true), withBlocks(fitted, found.blocks), rotations, found, spacingDeg),
    reachDeg,
    spacingDeg,
    ...(most !== undefined && { most }),
    isOver: () => signal?.aborted === true || secondsLeft() === 0,
    ...(onFit && { onFit }),
  });
}

/**
 * What further blocks promise. A fit of too few blocks has made the mosaicity of each larger than it is, which hides the others; so the data
 * are explained by many sharper ones on the grid of rotations, of which those are the most likely that scatter most.
 * @param stills of crystals with the blocks that there are
 * @param values of all parameters that the blocks share
 */
async function promisedBlocks(
  likelihood: Likelihood,
  stills: readonly ReadyStill[],
  rotations: readonly TurnDeg[],
  { blocks, values }: ImageBlocks,
  spacingDeg: number,
): Promise<PromisedBlock[]> {
  const { parameters, loss } = likelihood;
  const x = coordinatesOf(parameters, values);
  const used = new UsedPixels(stills);
  const counts = used.of(stills.map((still) => still.counts));
  const weights = curvatureOf(loss, used.of(await likelihood.images(x)), counts);
  const sharper = parameters.map(({ name, lower }, i) => {
    const value = likelihood.valuesAt(x)[i];
    return isOfMosaicity(name) ? Math.max(lower, sharperBy * value) : value;
  });
  const experiments = stills.map(({ experiment }, image) => experimentAt(experiment, parameters, sharper, image));
  const dark = used.of(stills.map(({ options }, image) => new ImageModel(() => ({ ...experiments[image], structureFactors: 0 }), options).simulate([]).image));
  const alone = stills.map(({ options }, image) => {
    const { crystal: { blocks: _, ...crystal }, ...rest } = experiments[image];
    return new ImageModel<TurnDeg>(([rx, ry, rz]) => ({ ...rest, crystal: { ...crystal, blocks: [{ rotationDeg: [rx, ry, rz] }] } }), options);
  });
  // With square roots of the weights on either side, products are weighted.
  const inSigmas = (photons: Data): Data => {
    const scaled = allocate("float64", photons.length);
    for (let i = 0; i < scaled.length; i++) scaled[i] = Math.sqrt(weights[i]) * (photons[i] - dark[i]);
    return scaled;
  };
  const places: readonly TurnDeg[] = [...blocks.map(({ rotationDeg }) => rotationDeg), ...rotations];
  const scattered: Data[] = [];
  for (const rotation of places) {
    const images: NdArray[] = [];
    for (const model of alone) images.push((likelihood.pool ? await model.simulateOn({ pool: likelihood.pool }, rotation) : model.simulate(rotation)).image);
    scattered.push(inSigmas(used.of(images)));
  }
  const measured = inSigmas(counts);
  const half = scattered.map((one, i) => scattered.slice(0, i + 1).map((other) => product(one, other)));
  const gram = half.map((row, i) => half.map((other, j) => (j <= i ? row[j] : other[i])));
  const found = weightsOf(gram, scattered.map((one) => product(one, measured)));
  const [total, all] = [blocks.reduce((sum, { weight }) => sum + weight, 0), found.reduce((sum, weight) => sum + weight, 0)];
  const promised = rotations.map((): PromisedBlock => ({ gain: 0, weight: 0 }));
  for (const { rotationDeg, part, heaviest } of peaksOf(places, found, spacingDeg)) {
    const place = heaviest - blocks.length;
    if (place >= 0) promised[place] = { gain: (part * all) ** 2 * gram[heaviest][heaviest] / 2, weight: total * part, rotationDeg };
  }
  return promised;
}

/** Blocks are looked for as if the mosaicity were so many times as large. */
const sharperBy = 0.5;

function isOfMosaicity(name: string): boolean {
  return (refinableMembers.get(name) ?? name) === "eta";
}

function product(one: Data, other: Data): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}

/** The curvature of each pixel's misfit by the expected photons. */
function curvatureOf(loss: Loss, photons: Data, counts: Data): Data {
  const curvature = evaluate((given: { readonly photons: Variable; readonly counts: Variable }) => recorded(loss.curvature(given.photons, given.counts), given.photons));
  return flatData(curvature({ photons: fromData(photons), counts: fromData(counts) }));
}

/** So many pixels say where blocks are to be looked for as well as all of them. */
const mostPixels = 2 ** 15;

/** The numbers of pixels that are used, or of some of them evenly spread, one image after another. */
class UsedPixels {
  readonly #places: readonly Int32Array[];
  readonly size: number;

  constructor(stills: readonly ReadyStill[]) {
    const all = stills.map(({ mask }) => Int32Array.from([...mask.data.keys()].filter((at) => mask.data[at] !== 0)));
    const step = Math.ceil(all.reduce((total, { length }) => total + length, 0) / mostPixels);
    this.#places = all.map((places) => places.filter((_, i) => i % step === 0));
    this.size = this.#places.reduce((total, { length }) => total + length, 0);
  }

  /** @param images of all stills, contiguous */
  of(images: readonly NdArray[]): Data {
    const used = allocate("float64", this.size);
    let next = 0;
    images.forEach((image, i) => {
      const values = flatData(image);
      for (const at of this.#places[i]) used[next++] = values[at];
    });
    return used;
  }
}

/** The still with the pixels of the reflections that are kept aside, or with all others. */
function withPart(still: ReadyStill, isKept: boolean): ReadyStill {
  const mask = zeros(still.mask.shape, "int32");
  const [, columns] = mask.shape;
  const indices = indicesAt(still.experiment);
  for (let at = 0; at < mask.size; at++) {
    if (still.mask.data[at] === 0) continue;
    const [h, k, l] = indices(at % columns, Math.floor(at / columns));
    const rest = (((h + 2 * k + 3 * l) % keptAside) + keptAside) % keptAside;
    mask.data[at] = (rest === 1) === isKept ? 1 : 0;
  }
  return { ...still, mask, options: { ...still.options, mask } };
}

/** The indices of the reflection that is nearest to a pixel. */
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

/** Stills whose crystals have so many blocks; one is as good as none. */
function withBlocks(stills: readonly ReadyStill[], blocks: readonly TurnedBlock[]): readonly ReadyStill[] {
  if (blocks.length === 1) return stills;
  return stills.map((still) => ({ ...still, experiment: { ...still.experiment, crystal: { ...still.experiment.crystal, blocks } } }));
}

function coordinatesOf(parameters: readonly Parameter[], values: ReadonlyMap<string, number>): number[] {
  return parameters.map((parameter) => coordinateOf(parameter, values.get(parameter.name) ?? parameter.start));
}

/** Blocks with refined numbers in their places. */
function blocksAt(blocks: readonly TurnedBlock[], values: ReadonlyMap<string, number>): TurnedBlock[] {
  return blocks.map(({ rotationDeg: [x, y, z], weight }, i) => {
    const value = (part: string, start: number): number => values.get(`block_${i + 1}_${part}`) ?? start;
    return { rotationDeg: [value("x", x), value("y", y), value("z", z)], weight: value("weight", weight) };
  });
}
