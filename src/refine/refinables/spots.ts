import type { Quantity } from "../../autodiff/tape.js";
import { known } from "../../autodiff/tape.js";
import type { Crystal } from "../../models/crystal.js";
import type { Experiment } from "../../models/experiment.js";
import { restingLattice } from "../../models/crystal.js";
import { InputError } from "../../ndarray/errors.js";
import { crystalFrame, lengthsOfCells } from "../../physics/spots.js";
import { componentsOf, type Symmetric } from "../../physics/symmetric.js";
import type { Parameter } from "../parameter.js";
import { carriedBy, inDetector, linear, singleNumber, width, type OptionWords, type RefinableRecord } from "./refinable.js";

const tensorAxes = ["xx", "yy", "zz", "xy", "xz", "yz"] as const;

function inCrystal(experiment: Experiment<Quantity>, part: Partial<Crystal<Quantity>>): Experiment<Quantity> {
  return { ...experiment, crystal: { ...experiment.crystal, ...part } };
}

/** A list with another component. */
function withComponent(components: readonly Quantity[], at: number, value: Quantity): Quantity[] {
  return components.map((component, i) => (i === at ? value : component));
}

function six([xx, yy, zz, xy, xz, yz]: readonly Quantity[]): Symmetric {
  return [xx, yy, zz, xy, xz, yz];
}

/** The components of standard deviations: what is alone on its axis is above 0, and what mixes two axes may have either sign. */
function deviations(
  group: string,
  unit: string,
  names: readonly string[],
  value: Quantity | readonly Quantity[] | undefined,
  onAxes: number,
  write: (experiment: Experiment<Quantity>, components: readonly Quantity[]) => Experiment<Quantity>,
  read: (experiment: Experiment<Quantity>) => Quantity | readonly Quantity[] | undefined,
): Parameter[] {
  const start = componentsOf(value ?? 0).map(known);
  if (start.every((component) => component === 0)) throw new InputError(`${group} can be refined where it starts above 0, in spots in closed form`);
  const largest = Math.max(...start.map(Math.abs));
  return start.map((component, i) => {
    const name = start.length === 1 ? names[0] : `${group}_${names[i + 1]}`;
    const into: Parameter["write"] = (experiment, moved) => write(experiment, withComponent(componentsOf(read(experiment) ?? start), i, moved));
    const isTensor = start.length > onAxes;
    const parameter = isTensor ? linear(name, unit, component, 0.3 * largest, 10 * largest, into) : width(name, unit, Math.max(component, 0.01 * largest), into, largest);
    return { ...parameter, role: "width" };
  });
}

const readEta = ({ crystal: { etaDeg } }: Experiment<Quantity>): Quantity | readonly Quantity[] | undefined => etaDeg;

const eta = {
  name: "eta",
  help: "standard deviation of the domains' rotations, of spots in closed form",
  members: tensorAxes.map((axes) => `eta_${axes}`),
  parameters: (experiment: Experiment): Parameter[] =>
    deviations("eta", "deg", ["eta", ...tensorAxes], readEta(experiment), 3, (given, components) => {
      const [x, y, z] = components;
      return inCrystal(given, { etaDeg: components.length === 1 ? x : components.length === 3 ? [x, y, z] : six(components) });
    }, readEta),
  carrier: { replaces: ["eta"], words: ({ crystal: { etaDeg } }) => wordsOf("eta", etaDeg) },
} as const satisfies RefinableRecord;

const bandwidth = singleNumber({
  name: "bandwidth",
  unit: "percent",
  help: "standard deviation of the wavelength, of spots in closed form",
  role: "width",
  read: ({ beam: { bandwidthPercent } }) => (bandwidthPercent === 0 ? undefined : bandwidthPercent),
  missing: "bandwidth can be refined where it starts above 0, in spots in closed form",
  write: (experiment, value) => ({ ...experiment, beam: { ...experiment.beam, bandwidthPercent: value } }),
  parameter: (name, unit, start, write) => width(name, unit, start, write),
  carrier: carriedBy("bandwidth", ({ beam: { bandwidthPercent } }) => bandwidthPercent),
});

const readFootprint = ({ detector: { footprintMm } }: Experiment<Quantity>): Quantity | readonly Quantity[] | undefined => footprintMm;

const footprint = {
  name: "footprint",
  help: "standard deviation of a spot's place on the detector, of spots in closed form",
  members: ["footprint_ff", "footprint_ss", "footprint_fs"],
  parameters: (experiment: Experiment): Parameter[] =>
    deviations("footprint", "mm", ["footprint", "ff", "ss", "fs"], readFootprint(experiment), 2, (given, components) => {
      const [f, s, mixed] = components;
      return inDetector(given, { footprintMm: components.length === 1 ? f : components.length === 2 ? [f, s] : [f, s, mixed] });
    }, readFootprint),
  carrier: { replaces: ["footprint"], words: ({ detector: { footprintMm } }) => wordsOf("footprint", footprintMm) },
} as const satisfies RefinableRecord;

const domain = {
  name: "domain",
  help: "shape of a domain as a tensor of lengths, of spots in closed form",
  members: tensorAxes.map((axes) => `domain_${axes}`),
  parameters: ({ crystal }: Experiment): Parameter[] => {
    const { cells = [1, 1, 1] } = crystal;
    const start = crystal.domainA ?? lengthsOfCells(cells, crystalFrame(restingLattice(crystal)));
    const mean = (start[0] + start[1] + start[2]) / 3;
    return tensorAxes.map((axes, i) => ({
      ...linear(`domain_${axes}`, "A", start[i], 0.3 * mean, 10 * mean, (experiment, value) =>
        inCrystal(experiment, { domainA: six(withComponent(experiment.crystal.domainA ?? start, i, value)) }),
      ),
      role: "width",
    }));
  },
  carrier: { replaces: ["domain"], words: ({ crystal: { domainA } }) => wordsOf("domain", domainA) },
} as const satisfies RefinableRecord;

const bfactor = {
  name: "bfactor",
  aliases: ["b_factor"],
  help: "overall temperature factor",
  members: tensorAxes.map((axes) => `bfactor_${axes}`),
  parameters: ({ crystal: { bFactorA2 = 0 } }: Experiment): Parameter[] => {
    const start = componentsOf(bFactorA2).map(known);
    return start.map((component, i) => ({
      ...linear(start.length === 1 ? "bfactor" : `bfactor_${tensorAxes[i]}`, "A^2", component, 10, 500, (experiment, value) => {
        const components = withComponent(componentsOf(experiment.crystal.bFactorA2 ?? start), i, value);
        return inCrystal(experiment, { bFactorA2: components.length === 1 ? components[0] : six(components) });
      }),
      role: "profile",
    }));
  },
  carrier: { replaces: ["bfactor"], words: ({ crystal: { bFactorA2 } }) => wordsOf("bfactor", bFactorA2) },
} as const satisfies RefinableRecord;

/** An option with the components of a tensor. */
function wordsOf(option: string, value: Quantity | readonly Quantity[] | undefined): OptionWords[] {
  return value === undefined ? [] : [[option, ...componentsOf(value)]];
}

export const spotRecords = [eta, domain, bandwidth, footprint, bfactor] as const;
