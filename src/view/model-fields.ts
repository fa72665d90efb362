import { known, type Quantity } from "../autodiff/tape.js";
import { defaultFluence, type Beam } from "../models/beam.js";
import type { Crystal, UnitCell } from "../models/crystal.js";
import { detectorFrame, type Detector } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import type { Vector } from "../physics/vector.js";

/** Steps that sample what widens a spot, or one Gaussian for all of it. */
export type SpotSum = "sampled" | "closed";

/** A number of the model that a person can change. */
export interface ModelField {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly group: string;
  readonly step: number;
  /** how far its slider reaches to either side of the value that it starts from */
  readonly reach: (value: number) => number;
  readonly least: number;
  readonly most: number;
  /** the way to sum spots that it belongs to; both unless given */
  readonly spots?: SpotSum;
  /** whether the slider moves by factors */
  readonly isLogarithmic?: boolean;
  readonly read: (experiment: Experiment) => number;
  readonly write: (experiment: Experiment<Quantity>, value: Quantity) => Experiment<Quantity>;
}

type Axis = 0 | 1 | 2;

function inCrystal(experiment: Experiment<Quantity>, part: Partial<Crystal<Quantity>>): Experiment<Quantity> {
  return { ...experiment, crystal: { ...experiment.crystal, ...part } };
}

function inDetector(experiment: Experiment<Quantity>, part: Partial<Detector<Quantity>>): Experiment<Quantity> {
  return { ...experiment, detector: { ...experiment.detector, ...part } };
}

function inBeam(experiment: Experiment<Quantity>, part: Partial<Beam<Quantity>>): Experiment<Quantity> {
  return { ...experiment, beam: { ...experiment.beam, ...part } };
}

function replaced(vector: Vector, axis: Axis, value: Quantity): Vector {
  const [x, y, z] = vector;
  return axis === 0 ? [value, y, z] : axis === 1 ? [x, value, z] : [x, y, value];
}

/** @param experiment whose crystal has a cell and a misset, as `refinableExperiment` gives it */
export function cellOf({ crystal: { lattice } }: Experiment): UnitCell {
  if ("a" in lattice) return lattice;
  throw new TypeError("the crystal has reciprocal vectors in place of a cell");
}

function cellField(key: keyof UnitCell, label: string, isAngle: boolean): ModelField {
  return {
    key,
    label,
    unit: isAngle ? "°" : "Å",
    group: "Unit cell",
    step: isAngle ? 0.05 : 0.01,
    reach: (value) => (isAngle ? 10 : 0.1 * value),
    least: isAngle ? 30 : 2,
    most: isAngle ? 150 : 2000,
    read: (experiment) => cellOf(experiment)[key],
    write: (experiment, value) => {
      const { lattice } = experiment.crystal;
      return "a" in lattice ? inCrystal(experiment, { lattice: { ...lattice, [key]: value } }) : experiment;
    },
  };
}

function missetField(axis: Axis): ModelField {
  const name = "xyz"[axis];
  return {
    key: `misset_${name}`,
    label: `about ${name.toUpperCase()}`,
    unit: "°",
    group: "Orientation",
    step: 0.01,
    reach: () => 5,
    least: -360,
    most: 360,
    read: ({ crystal: { missetDeg = [0, 0, 0] } }) => missetDeg[axis],
    write: (experiment, value) => inCrystal(experiment, { missetDeg: replaced(experiment.crystal.missetDeg ?? [0, 0, 0], axis, value) }),
  };
}

function cellsField(axis: Axis): ModelField {
  const name = "abc"[axis];
  return {
    key: `N${name}`,
    label: `N along ${name}`,
    unit: "cells",
    group: "Crystal",
    step: 1,
    reach: (value) => Math.max(4, value),
    least: 1,
    most: 1000,
    read: ({ crystal: { cells = [1, 1, 1] } }) => cells[axis],
    write: (experiment, value) => inCrystal(experiment, { cells: replaced(experiment.crystal.cells ?? [1, 1, 1], axis, value) }),
  };
}

/** A standard deviation of spots in closed form. Of several directions, the first is shown, and a change is one of all of them. */
function closedField(
  key: string,
  label: string,
  unit: string,
  reach: number,
  read: (experiment: Experiment) => number | readonly number[] | undefined,
  write: ModelField["write"],
): ModelField {
  return {
    key,
    label,
    unit,
    group: "Widths of spots",
    spots: "closed",
    step: 0.01,
    reach: () => reach,
    least: 0,
    most: 20,
    read: (experiment) => {
      const value = read(experiment) ?? 0;
      return typeof value === "number" ? value : value[0];
    },
    write,
  };
}

function centreField(axis: "x" | "y"): ModelField {
  return {
    key: `beam_${axis}`,
    label: `beam ${axis.toUpperCase()}`,
    unit: "mm",
    group: "Detector and beam",
    step: 0.01,
    reach: () => 5,
    least: -5000,
    most: 5000,
    // Where nothing is said of it, it is the convention's own, which follows the detector's size.
    read: ({ detector }) => 1000 * known(detectorFrame(detector).beamCenter[axis]),
    write: (experiment, value) => inDetector(experiment, { beamCenterMm: { ...experiment.detector.beamCenterMm, [axis]: value } }),
  };
}

/** Numbers that change without a new recording of the image, in the order of their controls. */
export const modelFields: readonly ModelField[] = [
  cellField("a", "a", false),
  cellField("b", "b", false),
  cellField("c", "c", false),
  cellField("alpha", "α", true),
  cellField("beta", "β", true),
  cellField("gamma", "γ", true),
  missetField(0),
  missetField(1),
  missetField(2),
  {
    key: "distance",
    label: "distance",
    unit: "mm",
    group: "Detector and beam",
    step: 0.05,
    reach: (value) => 0.3 * value,
    least: 1,
    most: 100_000,
    read: ({ detector: { distanceMm = 100 } }) => distanceMm,
    write: (experiment, value) => inDetector(experiment, { distanceMm: value }),
  },
  centreField("x"),
  centreField("y"),
  {
    key: "wavelength",
    label: "wavelength",
    unit: "Å",
    group: "Detector and beam",
    step: 0.001,
    reach: (value) => 0.3 * value,
    least: 0.05,
    most: 20,
    read: ({ beam: { wavelengthA } }) => wavelengthA,
    write: (experiment, value) => inBeam(experiment, { wavelengthA: value }),
  },
  {
    key: "dispersion",
    label: "dispersion",
    unit: "%",
    group: "Widths of spots",
    spots: "sampled",
    step: 0.05,
    reach: () => 5,
    least: 0,
    most: 20,
    read: ({ beam: { dispersionPercent } }) => dispersionPercent?.range ?? 0,
    write: (experiment, value) => {
      const { dispersionPercent } = experiment.beam;
      return dispersionPercent ? inBeam(experiment, { dispersionPercent: { ...withoutStep(dispersionPercent), range: value } }) : experiment;
    },
  },
  {
    key: "fluence",
    label: "fluence",
    unit: "ph/m²",
    group: "Detector and beam",
    step: 0.01,
    reach: () => 2,
    least: 1,
    most: 1e40,
    isLogarithmic: true,
    read: ({ beam: { fluence = defaultFluence } }) => fluence,
    write: (experiment, value) => inBeam(experiment, { fluence: value }),
  },
  cellsField(0),
  cellsField(1),
  cellsField(2),
  {
    key: "spread",
    label: "mosaic spread",
    unit: "°",
    group: "Widths of spots",
    spots: "sampled",
    step: 0.01,
    reach: () => 1.5,
    least: 0,
    most: 20,
    read: ({ crystal: { mosaic } }) => mosaic?.spreadDeg ?? 0,
    write: (experiment, value) => {
      const { mosaic } = experiment.crystal;
      return mosaic ? inCrystal(experiment, { mosaic: { ...mosaic, spreadDeg: value } }) : experiment;
    },
  },
  closedField("eta", "mosaicity η", "°", 0.5, ({ crystal: { etaDeg } }) => etaDeg, (experiment, value) => inCrystal(experiment, { etaDeg: value })),
  closedField("bandwidth", "bandwidth σ", "%", 2, ({ beam: { bandwidthPercent } }) => bandwidthPercent, (experiment, value) => inBeam(experiment, { bandwidthPercent: value })),
  closedField("divergence", "divergence σ", "mrad", 2, ({ beam: { beamDivergenceMrad } }) => beamDivergenceMrad, (experiment, value) => inBeam(experiment, { beamDivergenceMrad: value })),
  closedField("footprint", "footprint σ", "mm", 0.3, ({ detector: { footprintMm } }) => footprintMm, (experiment, value) => inDetector(experiment, { footprintMm: value })),
];

function withoutStep({ range, count }: { readonly range: Quantity; readonly count: number }): { readonly range: Quantity; readonly count: number } {
  return { range, count };
}

/** What cannot change without a new recording: how many terms the sum over a pixel has. */
export interface Sampling {
  readonly spots: SpotSum;
  readonly domains: number;
  readonly wavelengths: number;
  readonly oversample: number;
}

export function samplingOf({ crystal: { mosaic }, beam: { dispersionPercent } }: Experiment, oversample: number, spots: SpotSum): Sampling {
  return { spots, domains: mosaic?.domains ?? 1, wavelengths: dispersionPercent?.count ?? 1, oversample };
}

/** The experiment with so many mosaic domains and wavelengths. */
export function withSampling(experiment: Experiment, { domains, wavelengths }: Pick<Sampling, "domains" | "wavelengths">): Experiment {
  const { crystal, beam } = experiment;
  const mosaic = domains > 1 ? { spreadDeg: 0, ...crystal.mosaic, domains } : undefined;
  const { mosaic: _, ...restOfCrystal } = crystal;
  const { dispersionPercent, ...restOfBeam } = beam;
  const fan = wavelengths > 1 ? { range: 0, ...dispersionPercent, count: wavelengths } : undefined;
  return { ...experiment, crystal: { ...restOfCrystal, ...(mosaic && { mosaic }) }, beam: { ...restOfBeam, ...(fan && { dispersionPercent: fan }) } };
}

/** Values of fields by their keys. */
export type FieldValues = ReadonlyMap<string, number>;

/** The experiment with values in the places of some fields; all else is as it was, to the last bit. */
export function withValues(experiment: Experiment<Quantity>, fields: readonly ModelField[], values: readonly Quantity[]): Experiment<Quantity> {
  return fields.reduce((written, field, i) => field.write(written, values[i]), experiment);
}

/** The fields that have values, and a meaning for this way to sum spots. */
export function fieldsOf(values: FieldValues, spots: SpotSum): ModelField[] {
  return modelFields.filter((field) => values.has(field.key) && (field.spots ?? spots) === spots);
}
