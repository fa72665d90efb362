import { known, type Quantity } from "../../autodiff/tape.js";
import type { Detector } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { InputError } from "../../ndarray/errors.js";
import type { Vector } from "../../physics/vector.js";
import type { CrystalSystem } from "../crystal-system.js";
import type { Parameter } from "../parameter.js";

/** How quantities become parameters. */
export interface CatalogueOptions {
  /** that of the starting cell's shape unless given */
  readonly system?: CrystalSystem;
  /** true gives the crystal a number of cells of its own along each axis; unless given, where the start has them */
  readonly separateN?: boolean;
  /** terms of the smooth background, 1 to 6; as many as the start has, or 3, unless given */
  readonly backgroundTerms?: number;
}

/** An option of the command line without its dash, and its values. */
export type OptionWords = readonly [option: string, ...values: readonly (Quantity | string)[]];

/** How options of `simulate` carry a part of an experiment. */
export interface Carrier {
  /** options that say something of the same part, and give way to the written ones */
  readonly replaces: readonly string[];
  /** the part in words; none where the experiment does not have it */
  readonly words: (experiment: Experiment<Quantity>) => readonly OptionWords[];
}

/** Everything that the program knows of a quantity that can be refined. Lists, help, blurred stages and written results read it here. */
export interface RefinableRecord {
  /** what is asked for: a number, or a group of them */
  readonly name: string;
  /** other names for the same */
  readonly aliases?: readonly string[];
  /** for the help */
  readonly help: string;
  /** numbers of the group that can be asked for one by one */
  readonly members?: readonly string[];
  /** whether each of several images that are refined together has a value of its own */
  readonly isPerImage?: boolean;
  /**
   * The numbers that are refined, each starting at the experiment's own value.
   * @throws InputError when the experiment does not have them
   */
  readonly parameters: (experiment: Experiment, options: CatalogueOptions) => Parameter[];
  /** the option of `simulate` that carries the refined value */
  readonly carrier: Carrier;
}

type Write = Parameter["write"];

/** A quantity that is a single number. */
export interface SingleNumber<Name extends string> extends Pick<RefinableRecord, "aliases" | "help" | "isPerImage">, Pick<Parameter, "unit" | "role" | "isFactor"> {
  readonly name: Name;
  /** the experiment's value; undefined where it has none that could be refined */
  readonly read: (experiment: Experiment<Quantity>) => Quantity | undefined;
  /** the sentence for an experiment without it */
  readonly missing?: string;
  readonly write: Write;
  /** unit, doubt and bounds of a parameter that starts at a value */
  readonly parameter: (name: string, unit: string, start: number, write: Write) => Parameter;
  /** the option of `simulate` that carries it, or how several of them do */
  readonly carrier: string | Carrier;
}

/** The record of a quantity that is a single number. */
export function singleNumber<Name extends string>(number: SingleNumber<Name>): RefinableRecord & { readonly name: Name } {
  const { name, aliases, help, isPerImage, unit, role, isFactor, read, missing, write, parameter, carrier } = number;
  return {
    name,
    help,
    ...(aliases && { aliases }),
    ...(isPerImage && { isPerImage }),
    parameters: (experiment) => {
      const start = read(experiment);
      if (start === undefined) throw new InputError(missing ?? `the experiment has no ${name} that could be refined`);
      return [{ ...parameter(name, unit, known(start), write), ...(role && { role }), ...(isFactor && { isFactor }) }];
    },
    carrier: typeof carrier === "string" ? carriedBy(carrier, read) : carrier,
  };
}

/** What a single option carries, and others give way to. */
export function carriedBy(option: string, read: (experiment: Experiment<Quantity>) => Quantity | undefined, ...others: readonly string[]): Carrier {
  return {
    replaces: [option, ...others],
    words: (experiment) => {
      const value = read(experiment);
      return value === undefined ? [] : [[option, value]];
    },
  };
}

/** A parameter that may lie so far from its start on either side. */
export function linear(name: string, unit: string, start: number, doubt: number, reach: number, write: Write): Parameter {
  return { name, unit, start, scale: "linear", doubt, lower: start - reach, upper: start + reach, write };
}

/** An angle in degrees, which may be wrong by 30 of them. */
export function angle(name: string, unit: string, start: number, write: Write): Parameter {
  return linear(name, unit, start, 1, 30, write);
}

/** A length that is known within a percent or so. */
export function length(name: string, unit: string, start: number, write: Write): Parameter {
  return linear(name, unit, start, 0.01 * start, 0.3 * start, write);
}

/** What is above 0 and may be wrong by a factor of exp(doubt). */
export function positive(doubt: number) {
  return (name: string, unit: string, start: number, write: Write): Parameter => {
    if (!(start > 0)) throw new InputError(`${name} starts at ${start}; what is refined by its logarithm starts above 0`);
    return { name, unit, start, scale: "log", doubt, lower: start * 1e-6, upper: start * 1e6, write };
  };
}

/**
 * A width that may be wrong by a factor of 2 or 3, and that may be next to nothing.
 * @param expected its order of magnitude, where it starts far below
 */
export function width(name: string, unit: string, start: number, write: Write, expected = start): Parameter {
  if (!(start > 0)) throw new InputError(`${name} starts at ${start}; what is refined by its square starts above 0`);
  return { name, unit, start, scale: "square", doubt: (expected / start) ** 2, lower: expected * leastWidth, upper: expected * 1e3, write };
}

/** A width that is such a part of its start is as good as none. */
const leastWidth = 1e-3;

/** A vector with another component along an axis. */
export function replaced([x, y, z]: Vector = [0, 0, 0], axis: 0 | 1 | 2, value: Quantity): Vector {
  return [axis === 0 ? value : x, axis === 1 ? value : y, axis === 2 ? value : z];
}

export function inDetector(experiment: Experiment<Quantity>, part: Partial<Detector<Quantity>>): Experiment<Quantity> {
  return { ...experiment, detector: { ...experiment.detector, ...part } };
}

export const axes = [
  { name: "x", axis: 0 },
  { name: "y", axis: 1 },
  { name: "z", axis: 2 },
] as const;
