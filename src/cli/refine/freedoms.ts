import type { Experiment } from "../../models/experiment.js";
import { componentsOf } from "../../physics/symmetric.js";
import type { Freedom } from "../../refine/boxes/options.js";
import { parametersNamed } from "../../refine/catalogue.js";
import type { Parameter } from "../../refine/parameter.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";

/** In percent: what a spread of the cell does to spots is like it. */
const expectedBandwidth = 0.05;
/** In mm. */
const expectedFootprint = 0.05;

/**
 * What is tried where no option says what is refined: a detector that is not quite square to the beam, a spread of cells and the size of
 * the crystal, and a crystal under strain, whose cell has not quite the symmetry of its lattice.
 */
export function freedomsOf(given: Given<RefineFlag>): Freedom[] {
  const tilt: Freedom = {
    what: "the detector's tilt",
    parametersOf: (experiment, without) => [...without, ...named(["rotation"], experiment).filter(({ name }) => name !== aboutBeam)],
  };
  const widths: Freedom = {
    what: "what bandwidth and footprint do to spots",
    begin: (experiment) => {
      const { beam, detector } = experiment;
      const isSet = componentsOf(detector.footprintMm ?? 0).some((component) => component !== 0);
      return {
        ...experiment,
        beam: { ...beam, bandwidthPercent: beam.bandwidthPercent || expectedBandwidth },
        detector: { ...detector, footprintMm: isSet && detector.footprintMm !== undefined ? detector.footprintMm : expectedFootprint },
      };
    },
    parametersOf: (experiment, without) => [...without, ...named(["bandwidth", "footprint"], experiment)],
  };
  const cell: Freedom = {
    what: "a cell without the symmetry of its lattice",
    parametersOf: (experiment, without) => {
      const tied = new Map(without.map((parameter) => [parameter.name, parameter]));
      const free = parametersNamed(["cell"], experiment, { system: "triclinic" }).map((parameter) => {
        const { lower, upper } = tied.get(parameter.name) ?? parameter;
        return { ...parameter, lower, upper };
      });
      const isFree = ({ name }: Parameter): boolean => free.some((parameter) => parameter.name === name);
      return [...free, ...without.filter((parameter) => !isFree(parameter))];
    },
  };
  return [tilt, widths, ...(given.has("system") ? [] : [cell])];
}

/** A turn of the detector about the beam is one of the crystal. */
const aboutBeam = "detector_rotz";

function named(names: readonly ("rotation" | "bandwidth" | "footprint")[], experiment: Experiment): Parameter[] {
  return parametersNamed(names, experiment);
}
