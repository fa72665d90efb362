import { known, type Quantity } from "../autodiff/tape.js";
import { div, mul } from "../autodiff/primitives/elementwise.js";
import { defaultFluence, type Fan } from "../models/beam.js";
import { mostBackgroundTerms } from "../models/background.js";
import type { UnitCell } from "../models/crystal.js";
import { detectorFrame, type Detector } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { checkChoice } from "../models/validity.js";
import { InputError } from "../ndarray/errors.js";
import { shapeNamed } from "../physics/lattice-factor.js";
import type { Vector } from "../physics/vector.js";
import { withCell } from "./crystal-cell.js";
import { cellTies, crystalSystemOf, type CellParameter, type CrystalSystem } from "./crystal-system.js";
import type { Parameter } from "./parameter.js";

type Write = Parameter["write"];

/** What can be asked for: a parameter's name, or that of a group of them. */
export const refinable = [
  "cell", "misset", "N", "mosaic_spread", "fudge", "distance", "beam_center", "rotation", "twotheta", "wavelength", "dispersion",
  "divergence", "polarization", "fluence", "scale", "water", "thickness", "absorption", "background",
] as const;
export type Refinable = (typeof refinable)[number];

/** Other names for the same. */
export const refinableAliases: ReadonlyMap<string, Refinable> = new Map<string, Refinable>([
  ["orientation", "misset"],
  ["cells", "N"],
  ["mosaic", "mosaic_spread"],
  ["mosaicity", "mosaic_spread"],
  ["spread", "mosaic_spread"],
  ["beam", "beam_center"],
  ["beam_centre", "beam_center"],
  ["detector_rot", "rotation"],
  ["lambda", "wavelength"],
]);

export interface CatalogueOptions {
  /** that of the starting cell's shape unless given */
  readonly system?: CrystalSystem;
  /** true gives the crystal a number of cells of its own along each axis; unless given, where the start has them */
  readonly separateN?: boolean;
  /** terms of the smooth background, 1 to 6; as many as the start has, or 3, unless given */
  readonly backgroundTerms?: number;
}

/**
 * An experiment ready to be refined: with a cell and a misset in place of reciprocal vectors, and its detector's distance along
 * the beam.
 */
export function refinableExperiment(experiment: Experiment): Experiment {
  const crystal = withCell(experiment.crystal);
  const { closeDistanceMm, ...detector } = experiment.detector;
  if (closeDistanceMm === undefined) return { ...experiment, crystal };
  const { distance, closeDistance } = detectorFrame(experiment.detector);
  return { ...experiment, crystal, detector: { ...detector, distanceMm: closeDistanceMm * known(div(distance, closeDistance)) } };
}

/**
 * The parameters of an experiment that names stand for, each starting at the experiment's own value.
 * @param experiment as `refinableExperiment` gives it
 * @throws InputError when a name stands for nothing, or the experiment has not what it stands for
 */
export function parametersNamed(names: readonly Refinable[], experiment: Experiment, options: CatalogueOptions = {}): Parameter[] {
  for (const name of names) checkChoice("a parameter to refine", name, refinable);
  return names.flatMap((name) => groups[name](experiment, options));
}

/** A crystal whose domains are turned by more is a powder. */
const widestSpreadDeg = 10;

const groups: Readonly<Record<Refinable, (experiment: Experiment, options: CatalogueOptions) => Parameter[]>> = {
  cell: cellParameters,
  misset: ({ crystal: { missetDeg = [0, 0, 0] } }) =>
    axes.map(({ name, axis }) =>
      angle(`misset_${name}`, missetDeg[axis], 30, (experiment, value) => {
        const { crystal } = experiment;
        return { ...experiment, crystal: { ...crystal, missetDeg: replaced(crystal.missetDeg, axis, value) } };
      }),
    ),
  N: cellCountParameters,
  mosaic_spread: ({ crystal: { mosaic } }) => {
    if (mosaic === undefined || mosaic.domains < 2 || !(mosaic.spreadDeg > 0)) {
      throw new InputError("the mosaic spread can be refined where it starts above 0 with at least 2 domains");
    }
    return [
      {
        ...positive("mosaic_spread", "deg", mosaic.spreadDeg, 1, (experiment, spreadDeg) => {
          const { crystal } = experiment;
          return { ...experiment, crystal: { ...crystal, mosaic: { ...mosaic, ...crystal.mosaic, spreadDeg } } };
        }),
        upper: Math.max(widestSpreadDeg, 3 * mosaic.spreadDeg),
      },
    ];
  },
  fudge: ({ crystal: { fudge = 1, shape = "square" } }) => {
    if (!shapeNamed(shape).isFudged) throw new InputError(`fudge says nothing of a ${shape} crystal; it can be refined for the other shapes`);
    return [positive("fudge", "", fudge, 0.5, (experiment, value) => ({ ...experiment, crystal: { ...experiment.crystal, fudge: value } }))];
  },
  distance: ({ detector: { distanceMm = 100, originMm } }) => {
    if (originMm) throw new InputError("the detector stands where its origin says, and its distance cannot be refined");
    const write: Write = (experiment, value) => inDetector(experiment, { distanceMm: value });
    return [linear("distance", "mm", distanceMm, 0.01 * distanceMm, 0.3 * distanceMm, write)];
  },
  beam_center: beamCenterParameters,
  rotation: ({ detector: { rotationDeg = [0, 0, 0] } }) =>
    axes.map(({ name, axis }) =>
      angle(`detector_rot${name}`, rotationDeg[axis], 30, (experiment, value) =>
        inDetector(experiment, { rotationDeg: replaced(experiment.detector.rotationDeg, axis, value) }),
      ),
    ),
  twotheta: ({ detector: { twothetaDeg = 0 } }) => [
    angle("twotheta", twothetaDeg, 30, (experiment, value) => inDetector(experiment, { twothetaDeg: value })),
  ],
  wavelength: ({ beam: { wavelengthA } }) => [
    linear("wavelength", "A", wavelengthA, 0.01 * wavelengthA, 0.3 * wavelengthA, (experiment, value) => ({
      ...experiment,
      beam: { ...experiment.beam, wavelengthA: value },
    })),
  ],
  dispersion: ({ beam }) => [fanParameter("dispersion", "percent", "dispersionPercent", beam.dispersionPercent)],
  divergence: ({ beam }) => [
    fanParameter("divergence_h", "mrad", "horizontalDivergenceMrad", beam.horizontalDivergenceMrad),
    fanParameter("divergence_v", "mrad", "verticalDivergenceMrad", beam.verticalDivergenceMrad),
  ],
  polarization: ({ beam: { kahnFactor = 0, polarized = true } }) => {
    if (!polarized) throw new InputError("the polarization factor is left out, so that it cannot be refined");
    const write: Write = (experiment, value) => ({ ...experiment, beam: { ...experiment.beam, kahnFactor: value } });
    return [{ name: "polarization", unit: "", start: kahnFactor, scale: "linear", doubt: 0.5, lower: -1, upper: 1, write }];
  },
  fluence: ({ beam: { fluence = defaultFluence } }) => [
    positive("fluence", "photons/m^2", fluence, 1, (experiment, value) => ({ ...experiment, beam: { ...experiment.beam, fluence: value } })),
  ],
  scale: () => [scaleParameter()],
  water: ({ waterUm = 0 }) => {
    // Water that is not there has no slope: its scattering goes with the third power of its edge.
    const start = waterUm > 0 ? waterUm : 1;
    return [positive("water", "um", start, 1, (experiment, value) => ({ ...experiment, waterUm: value }))];
  },
  thickness: ({ detector: { sensor } }) => {
    if (!sensor) throw new InputError("the detector has no sensor whose thickness could be refined");
    const { thicknessUm, layerThicknessUm } = sensor;
    const layer = (value: Quantity): { readonly layerThicknessUm?: Quantity } =>
      layerThicknessUm === undefined ? {} : { layerThicknessUm: mul(value, layerThicknessUm / thicknessUm) };
    return [
      positive("thickness", "um", thicknessUm, 0.5, (experiment, value) =>
        inDetector(experiment, { sensor: { ...sensor, ...experiment.detector.sensor, thicknessUm: value, ...layer(value) } }),
      ),
    ];
  },
  absorption: ({ detector: { sensor } }) => {
    if (!sensor || !Number.isFinite(sensor.attenuationDepthUm)) {
      throw new InputError("the detector has no sensor with a finite attenuation depth that could be refined");
    }
    return [
      positive("absorption", "um", sensor.attenuationDepthUm, 0.5, (experiment, value) =>
        inDetector(experiment, { sensor: { ...sensor, ...experiment.detector.sensor, attenuationDepthUm: value } }),
      ),
    ];
  },
  background: backgroundOf,
};

const axes = [
  { name: "x", axis: 0 },
  { name: "y", axis: 1 },
  { name: "z", axis: 2 },
] as const;

function linear(name: string, unit: string, start: number, doubt: number, reach: number, write: Write): Parameter {
  return { name, unit, start, scale: "linear", doubt, lower: start - reach, upper: start + reach, write };
}

function angle(name: string, start: number, reach: number, write: Write): Parameter {
  return linear(name, "deg", start, 1, reach, write);
}

function positive(name: string, unit: string, start: number, doubt: number, write: Write): Parameter {
  if (!(start > 0)) throw new InputError(`${name} starts at ${start}; what is refined by its logarithm starts above 0`);
  return { name, unit, start, scale: "log", doubt, lower: start * 1e-6, upper: start * 1e6, write };
}

/** What all of an image's photons that do not belong to its smooth background are multiplied by. */
export function scaleParameter(): Parameter {
  const write: Write = (experiment, value) => {
    const { fluence = defaultFluence } = experiment.beam;
    return { ...experiment, beam: { ...experiment.beam, fluence: mul(fluence, value) } };
  };
  return { ...positive("scale", "", 1, 1, write), isFactor: true };
}

function replaced([x, y, z]: Vector = [0, 0, 0], axis: 0 | 1 | 2, value: Quantity): Vector {
  return [axis === 0 ? value : x, axis === 1 ? value : y, axis === 2 ? value : z];
}

function inDetector(experiment: Experiment<Quantity>, part: Partial<Detector<Quantity>>): Experiment<Quantity> {
  return { ...experiment, detector: { ...experiment.detector, ...part } };
}

function cellParameters(experiment: Experiment, { system }: CatalogueOptions): Parameter[] {
  const { lattice } = withCell(experiment.crystal);
  return cellTies(lattice, system ?? crystalSystemOf(lattice)).map(({ name, followers }) => {
    const start = lattice[name];
    const write: Write = (given, value) => {
      const tied: Partial<UnitCell<Quantity>> = Object.fromEntries([name, ...followers].map((which) => [which, value]));
      return { ...given, crystal: { ...given.crystal, lattice: { ...lattice, ...given.crystal.lattice, ...tied } } };
    };
    return isEdge(name) ? linear(name, "A", start, 0.01 * start, 0.2 * start, write) : angle(name, start, Math.min(10, 0.3 * start), write);
  });
}

function isEdge(name: CellParameter): boolean {
  return name === "a" || name === "b" || name === "c";
}

/** Below three cells a crystal would be looked up otherwise, and of one cell there is no shape to refine. */
const fewestCells = 2.001;

function cellCountParameters({ crystal: { cells = [1, 1, 1] } }: Experiment, { separateN }: CatalogueOptions): Parameter[] {
  const [na, nb, nc] = cells;
  const count = (name: string, axis: 0 | 1 | 2): Parameter => {
    const start = cells[axis];
    if (start <= 1) throw new InputError(`${name} is 1, which makes no spots, and cannot be refined; start it at the expected number of cells`);
    const write: Write = (experiment, value) => {
      const { crystal } = experiment;
      const all = name === "N" ? ([value, value, value] as const) : replaced(crystal.cells, axis, value);
      return { ...experiment, crystal: { ...crystal, cells: all } };
    };
    const lower = start > fewestCells ? fewestCells : 1.001;
    return { name, unit: "", start, scale: "log", doubt: 0.5, lower, upper: Math.max(1000, 10 * start), write };
  };
  const isSeparate = separateN ?? !(na === nb && nb === nc);
  return isSeparate ? [count("Na", 0), count("Nb", 1), count("Nc", 2)] : [count("N", 0)];
}

function beamCenterParameters({ detector }: Experiment): Parameter[] {
  const { beamCenter, closeAt, pixelSize } = detectorFrame(detector);
  const [x, y, pixel] = [1000 * known(beamCenter.x), 1000 * known(beamCenter.y), known(pixelSize)];
  const reach = 1000 * pixel * 50;
  if (isMoved(detector, { beamCenterMm: { x: x + 1, y: y + 1 } })) {
    const write =
      (axis: "x" | "y"): Write =>
      (experiment, value) =>
        inDetector(experiment, { beamCenterMm: { x, y, ...experiment.detector.beamCenterMm, [axis]: value } });
    return [linear("beam_x", "mm", x, 1, reach, write("x")), linear("beam_y", "mm", y, 1, reach, write("y"))];
  }
  const near = { x: known(div(closeAt.fast, pixel)) + 0.5, y: known(div(closeAt.slow, pixel)) + 0.5 };
  if (!isMoved(detector, { nearPointPixels: { x: near.x + 1, y: near.y + 1 } })) {
    throw new InputError("the detector stands where its origin says, and its beam centre cannot be refined");
  }
  const write =
    (axis: "x" | "y"): Write =>
    (experiment, value) =>
      inDetector(experiment, { nearPointPixels: { ...near, ...experiment.detector.nearPointPixels, [axis]: value } });
  const doubt = 1e-3 / pixel;
  return [linear("org_x", "pixels", near.x, doubt, 50, write("x")), linear("org_y", "pixels", near.y, doubt, 50, write("y"))];
}

/** Whether a change moves the detector at all: conventions do not heed every number. */
function isMoved(detector: Detector, change: Partial<Detector>): boolean {
  const origin = (placed: Detector): readonly Quantity[] => detectorFrame(placed).origin;
  const before = origin(detector).map(known);
  return origin({ ...detector, ...change }).some((component, i) => known(component) !== before[i]);
}

type FanName = "dispersionPercent" | "horizontalDivergenceMrad" | "verticalDivergenceMrad";

function fanParameter(name: string, unit: string, field: FanName, fan: Fan | undefined): Parameter {
  if (fan === undefined || fan.count < 2 || !(fan.range > 0)) {
    throw new InputError(`${name} can be refined where it starts above 0 with at least 2 steps`);
  }
  const { range, step } = fan;
  return positive(name, unit, range, 1, (experiment, value) => {
    const written: Fan<Quantity> = { ...fan, range: value, ...(step !== undefined && { step: mul(value, step / range) }) };
    return { ...experiment, beam: { ...experiment.beam, [field]: written } };
  });
}

/** Natural logarithm of the background's photons in a pixel where nothing says better: about one in three pixels. */
const faint = -1;

function backgroundOf({ background = [] }: Experiment, { backgroundTerms }: CatalogueOptions): Parameter[] {
  const terms = backgroundTerms ?? (background.length > 0 ? background.length : 3);
  if (!Number.isInteger(terms) || terms < 1 || terms > mostBackgroundTerms) {
    throw new InputError(`the background has ${terms} terms; it can have 1 to ${mostBackgroundTerms}`);
  }
  return backgroundParameters(Array.from({ length: terms }, (_, i) => background[i] ?? (i === 0 ? faint : 0)));
}

/** The terms of a smooth background, from where they start. */
export function backgroundParameters(start: readonly number[]): Parameter[] {
  return start.map((term, i) =>
    linear(`background_${i}`, "ln photons", term, 1, 30, (experiment, value) => {
      const before = experiment.background ?? [];
      const length = Math.max(before.length, i + 1);
      return { ...experiment, background: Array.from({ length }, (_, k) => (k === i ? value : (before[k] ?? 0))) };
    }),
  );
}
