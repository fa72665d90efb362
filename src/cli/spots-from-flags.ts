import type { Beam } from "../models/beam.js";
import type { Crystal } from "../models/crystal.js";
import type { Draws } from "../models/draws.js";
import type { Detector } from "../models/detector.js";
import { InputError } from "../ndarray/errors.js";
import type { Symmetric } from "../physics/symmetric.js";
import type { SimulateFlag } from "./flags.js";
import type { Given } from "./parse-flags.js";
import { shapeFlagNames } from "./shape-flags.js";

/** What the options say of spots, as the parts of an experiment. */
export interface SpotRequest {
  readonly isClosed: boolean;
  readonly crystal: Pick<Crystal, "etaDeg" | "domainA" | "bFactorA2" | "blocks">;
  readonly beam: Pick<Beam, "bandwidthPercent" | "beamDivergenceMrad">;
  readonly detector: Pick<Detector, "footprintMm">;
  readonly draws?: Draws;
  readonly warnings: readonly string[];
}

/** What says how steps are sampled, which spots in closed form have none of. */
const ofSteps: readonly SimulateFlag[] = ["oversample_thick", "oversample_polar", "oversample_omega"];
const ofClosed: readonly SimulateFlag[] = ["eta", "domain", "bandwidth", "beam_divergence", "footprint"];

/** @throws InputError that names the option */
export function spotsFromFlags(given: Given<SimulateFlag>): SpotRequest {
  const isClosed = given.word("spots") === "closed";
  const count = given.number("draws");
  if (isClosed && count !== undefined) throw new InputError("-draws samples what -spots closed has in closed form; leave one of them out");
  const unheeded = given.last(...(count === undefined ? ofClosed : ["domain" as const]));
  if (!isClosed && unheeded) throw new InputError(`${unheeded.spelling} widens spots in closed form; give -spots closed with it${unheeded.name === "domain" ? "" : ", or -draws"}`);
  if (isClosed && given.word("semantics") === "nanobragg") {
    throw new InputError("-semantics nanobragg is how nanoBragg sums its steps, and -spots closed is summed with -semantics physical");
  }
  if (isClosed && given.word("policy") === "sequential") {
    throw new InputError("-policy sequential follows nanoBragg's steps, which -spots closed has not; -policy mask is taken where none is given");
  }
  const warnings: string[] = [];
  const shape = isClosed ? given.last(...shapeFlagNames, "fudge") : undefined;
  if (shape) warnings.push(`${shape.spelling} has no effect with -spots closed, whose domains are Gaussian`);
  const steps = isClosed ? given.last(...ofSteps) : undefined;
  if (steps) warnings.push(`${steps.spelling} has no effect with -spots closed, where each term has its own factors anyway`);
  if (given.has("domain") && given.has("N", "Na", "Nb", "Nc", "cells", "xtal_size")) {
    warnings.push("-domain gives the shape of a domain, and the numbers of cells have no effect");
  }
  const [eta, bFactor] = [componentsOf(given, "eta", [1, 3, 6]), componentsOf(given, "bfactor", [1, 6])];
  const domain = componentsOf(given, "domain", [6]);
  const divergence = componentsOf(given, "beam_divergence", [1, 2]);
  const footprint = componentsOf(given, "footprint", [1, 2, 3]);
  const bandwidth = given.number("bandwidth");
  const checkPositive = (spelling: string, components: readonly number[] = [], most: number): void => {
    const below = components.length <= most ? components.find((component) => component < 0) : undefined;
    if (below !== undefined) throw new InputError(`${spelling} is ${below}; a standard deviation is at least 0`);
  };
  checkPositive("-eta", eta, 3);
  checkPositive("-footprint", footprint, 2);
  const blocks = given.occurrences
    .filter(({ name }) => name === "block")
    .map(({ numbers: [x, y, z, weight = 1], spelling }) => {
      if (weight < 0) throw new InputError(`${spelling} has the weight ${weight}; it must be at least 0`);
      return { rotationDeg: [x, y, z] as const, weight };
    });
  return {
    isClosed,
    crystal: {
      ...(eta && { etaDeg: eta.length === 6 ? six(eta) : eta.length === 3 ? [eta[0], eta[1], eta[2]] : eta[0] }),
      ...(domain && { domainA: six(domain) }),
      ...(blocks.length > 0 && { blocks }),
      ...(bFactor && { bFactorA2: bFactor.length === 6 ? six(bFactor) : bFactor[0] }),
    },
    beam: {
      ...(bandwidth !== undefined && { bandwidthPercent: bandwidth }),
      ...(divergence && { beamDivergenceMrad: divergence.length === 2 ? [divergence[0], divergence[1]] : divergence[0] }),
    },
    detector: {
      ...(footprint && {
        footprintMm: footprint.length === 3 ? [footprint[0], footprint[1], footprint[2]] : footprint.length === 2 ? [footprint[0], footprint[1]] : footprint[0],
      }),
    },
    ...(count !== undefined && { draws: { count } }),
    warnings,
  };
}

function six([xx, yy, zz, xy, xz, yz]: readonly number[]): Symmetric<number> {
  return [xx, yy, zz, xy, xz, yz];
}

function componentsOf(given: Given<SimulateFlag>, name: SimulateFlag, lengths: readonly number[]): readonly number[] | undefined {
  const found = given.last(name);
  if (found && !lengths.includes(found.numbers.length)) {
    throw new InputError(`${found.spelling} has ${found.numbers.length} values; it takes ${lengths.join(" or ")}`);
  }
  return found?.numbers;
}
