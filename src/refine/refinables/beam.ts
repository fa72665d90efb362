import { div, mul } from "../../autodiff/primitives/elementwise.js";
import { known, type Quantity } from "../../autodiff/tape.js";
import { defaultFluence, type Beam, type Fan } from "../../models/beam.js";
import type { Experiment } from "../../models/experiment.js";
import { InputError } from "../../ndarray/errors.js";
import { componentsOf } from "../../physics/symmetric.js";
import type { Parameter } from "../parameter.js";
import { carriedBy, length, positive, singleNumber, width, type OptionWords, type RefinableRecord } from "./refinable.js";

function inBeam(experiment: Experiment<Quantity>, part: Partial<Beam<Quantity>>): Experiment<Quantity> {
  return { ...experiment, beam: { ...experiment.beam, ...part } };
}

const wavelength = singleNumber({
  name: "wavelength",
  aliases: ["lambda"],
  unit: "A",
  help: "of the beam",
  read: ({ beam: { wavelengthA } }) => wavelengthA,
  write: (experiment, value) => inBeam(experiment, { wavelengthA: value }),
  parameter: length,
  carrier: carriedBy("lambda", ({ beam: { wavelengthA } }) => wavelengthA, "energy"),
});

type FanName = "dispersionPercent" | "horizontalDivergenceMrad" | "verticalDivergenceMrad";

/** A fan of several values, if the beam has one. */
function fanOf({ beam }: Experiment<Quantity>, field: FanName): Fan<Quantity> | undefined {
  const fan = beam[field];
  return fan === undefined || fan.count < 2 || fan.range === 0 ? undefined : fan;
}

function rangeOf(name: string, unit: string, field: FanName, experiment: Experiment): Parameter {
  const fan = fanOf(experiment, field);
  if (fan === undefined) throw new InputError(`${name} can be refined where it starts above 0 with at least 2 steps`);
  const { range, step } = fan;
  const write: Parameter["write"] = (given, value) =>
    inBeam(given, { [field]: { ...fan, range: value, ...(step !== undefined && { step: mul(value, div(step, range)) }) } });
  return { ...positive(1)(name, unit, known(range), write), role: "profile" };
}

const dispersion = {
  name: "dispersion",
  help: "range of wavelengths",
  parameters: (experiment: Experiment): Parameter[] => [rangeOf("dispersion", "percent", "dispersionPercent", experiment)],
  carrier: {
    replaces: ["dispersion", "dispsteps"],
    words: (experiment) => {
      const fan = fanOf(experiment, "dispersionPercent");
      return fan ? [["dispersion", fan.range], ["dispsteps", fan.count]] : [];
    },
  },
} as const satisfies RefinableRecord;

const directions = [
  { name: "divergence_h", field: "horizontalDivergenceMrad", option: "hdiv" },
  { name: "divergence_v", field: "verticalDivergenceMrad", option: "vdiv" },
] as const;

const divergence = {
  name: "divergence",
  help: "horizontal and vertical divergence of the beam",
  members: [...directions.map(({ name }) => name), "beam_divergence", "beam_divergence_h", "beam_divergence_v"],
  parameters: (experiment: Experiment): Parameter[] => {
    const { beamDivergenceMrad } = experiment.beam;
    if (beamDivergenceMrad === undefined) return directions.map(({ name, field }) => rangeOf(name, "mrad", field, experiment));
    const start = componentsOf(beamDivergenceMrad).map(known);
    return start.map((value, i) => {
      const name = start.length === 1 ? "beam_divergence" : `beam_divergence_${i === 0 ? "h" : "v"}`;
      const write: Parameter["write"] = (given, moved) => {
        const [horizontal, vertical] = componentsOf(given.beam.beamDivergenceMrad ?? beamDivergenceMrad).map((other, k) => (k === i ? moved : other));
        return inBeam(given, { beamDivergenceMrad: vertical === undefined ? horizontal : [horizontal, vertical] });
      };
      return { ...width(name, "mrad", value, write), role: "width" };
    });
  },
  carrier: {
    replaces: ["divergence", "divsteps", "beam_divergence", ...directions.flatMap(({ option }) => [`${option}range`, `${option}step`, `${option}steps`])],
    words: (experiment) => [
      ...directions.flatMap(({ field, option }): OptionWords[] => {
        const fan = fanOf(experiment, field);
        if (!fan) return [];
        const { range, count, step = div(range, count - 1) } = fan;
        return [[`${option}range`, range], [`${option}step`, step], [`${option}steps`, count]];
      }),
      ...(experiment.beam.beamDivergenceMrad === undefined ? [] : [["beam_divergence", ...componentsOf(experiment.beam.beamDivergenceMrad)] as const]),
    ],
  },
} as const satisfies RefinableRecord;

const kahnFactor = singleNumber({
  name: "kahn_factor",
  aliases: ["polarization", "polar"],
  unit: "",
  help: "Kahn's polarization factor",
  role: "profile",
  read: ({ beam: { kahnFactor = 0, polarized = true } }) => (polarized ? kahnFactor : undefined),
  missing: "the polarization factor is left out, so that it cannot be refined",
  write: (experiment, value) => inBeam(experiment, { kahnFactor: value }),
  parameter: (name, unit, start, write) => ({ name, unit, start, scale: "linear", doubt: 0.5, lower: -1, upper: 1, write }),
  carrier: "polar",
});

const readFluence = ({ beam: { fluence: photons = defaultFluence } }: Experiment<Quantity>): Quantity => photons;

const fluence = singleNumber({
  name: "fluence",
  unit: "photons/m^2",
  help: "photons before the sample",
  role: "brightness",
  isPerImage: true,
  read: readFluence,
  write: (experiment, value) => inBeam(experiment, { fluence: value }),
  parameter: positive(1),
  carrier: carriedBy("fluence", readFluence, "flux", "exposure"),
});

const scale = singleNumber({
  name: "scale",
  unit: "",
  help: "factor of all photons but those of the smooth background",
  role: "brightness",
  isPerImage: true,
  isFactor: true,
  read: () => 1,
  write: (experiment, value) => inBeam(experiment, { fluence: mul(readFluence(experiment), value) }),
  parameter: positive(1),
  carrier: fluence.carrier,
});

export const beamRecords = [wavelength, dispersion, divergence, kahnFactor, fluence, scale] as const;
