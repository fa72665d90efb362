import { known } from "../autodiff/tape.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { StructureFactors } from "../models/structure-factors.js";
import { withCell } from "../refine/crystal-cell.js";
import { geometryOf, struckBy } from "./geometry.js";
import { significant } from "./numbers.js";

/** A quantity of an experiment, its value with a unit, and where that value comes from: a file, an option, or a default. */
export interface StatedFact {
  readonly what: string;
  readonly value: string;
  readonly from: string;
}

/** Parts of an experiment of which it is said who stated them. */
export type FactName = keyof typeof facts;

const spaced = (values: readonly number[], digits: number): string => values.map((value) => significant(value, digits)).join(" ");
const vectorOf = (value: number | readonly number[]): readonly number[] => (typeof value === "number" ? [value] : value);

/** What a fact is called, and its value; undefined where the experiment has none. */
const facts = {
  wavelength: ["wavelength", ({ beam }) => `${significant(beam.wavelengthA, 6)} Å`],
  dispersion: ["dispersion", ({ beam: { dispersionPercent: fan } }) => (fan && fan.count > 1 ? `${significant(fan.range, 4)} % in ${fan.count} wavelengths` : undefined)],
  bandwidth: ["bandwidth σ", ({ beam }) => (beam.bandwidthPercent ? `${significant(beam.bandwidthPercent, 4)} %` : undefined)],
  fluence: ["fluence", ({ beam }) => (beam.fluence === undefined ? undefined : `${significant(beam.fluence, 4)} photons/m²`)],
  polarization: ["polarization", ({ beam }) => (beam.polarized === false ? "left out" : `Kahn factor ${significant(beam.kahnFactor ?? 0, 4)}`)],
  pixels: ["detector", ({ detector: { pixels, pixelSizeMm } }) => `${pixels.fast} × ${pixels.slow} pixels of ${significant(pixelSizeMm, 5)} mm`],
  distance: ["distance along the beam", ({ detector }) => `${significant(1000 * known(detectorFrame(detector).distance), 7)} mm`],
  centre: ["beam strikes at", centreText],
  sensor: ["sensor", ({ detector: { sensor } }) => sensor && `${significant(sensor.thicknessUm, 4)} µm, 1/e at ${significant(sensor.attenuationDepthUm, 4)} µm`],
  cell: ["cell", ({ crystal }) => `${cellText(crystal)}`],
  orientation: ["misset", ({ crystal }) => `${spaced((withCell(crystal).missetDeg ?? [0, 0, 0]).map(known), 7)}°`],
  turn: ["turn during the image", ({ crystal: { scan } }) => (scan && scan.steps > 1 ? `${significant(scan.stepDeg * scan.steps, 5)}° in ${scan.steps} steps` : undefined)],
  cells: ["cells of a domain", ({ crystal }) => (crystal.domainA ? undefined : (crystal.cells ?? [1, 1, 1]).map((count) => significant(count, 4)).join(" × "))],
  spread: ["mosaic spread", ({ crystal: { mosaic } }) => (mosaic && mosaic.domains > 1 ? `${significant(mosaic.spreadDeg, 4)}° in ${mosaic.domains} domains` : undefined)],
  eta: ["mosaicity η", ({ crystal: { etaDeg } }) => (etaDeg === undefined ? undefined : `${spaced(vectorOf(etaDeg), 4)}°`)],
  amplitudes: ["structure factors", ({ structureFactors }) => amplitudesText(structureFactors)],
} as const satisfies Readonly<Record<string, readonly [what: string, value: (experiment: Experiment) => string | undefined]>>;

export const factNames = Object.keys(facts).filter((name): name is FactName => name in facts);

/** What an experiment is, fact by fact, and who stated each. */
export function statedFacts(experiment: Experiment, from: (name: FactName) => string): StatedFact[] {
  return factNames.flatMap((name) => {
    const [what, read] = facts[name];
    const value = read(experiment);
    return value === undefined ? [] : [{ what, value, from: from(name) }];
  });
}

function centreText(experiment: Experiment): string {
  const { panels, beam } = geometryOf(experiment);
  const at = struckBy(panels[0], beam);
  return at ? `fast ${significant(at.fast, 7)}, slow ${significant(at.slow, 7)} pixels` : "beside the detector";
}

function cellText(crystal: Experiment["crystal"]): string {
  const { a, b, c, alpha, beta, gamma } = withCell(crystal).lattice;
  return `${spaced([a, b, c], 7)} Å, ${spaced([alpha, beta, gamma], 7)}°`;
}

function amplitudesText(structureFactors: Experiment["structureFactors"]): string {
  if (!(structureFactors instanceof StructureFactors)) return `${significant(structureFactors, 4)} electrons for every reflection`;
  const { grid } = structureFactors;
  let count = 0;
  for (const value of grid.data) if (value !== structureFactors.defaultF) count++;
  return `${count.toLocaleString("en")} reflection${count === 1 ? "" : "s"}`;
}
