import { readTextFile } from "../io/files.js";
import { parseStol } from "../io/stol.js";
import { usualBeamSizeMm, type Amorphous } from "../models/amorphous.js";
import { known } from "../autodiff/tape.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { ScatteringCurve } from "../models/scattering-curve.js";
import { waterMolecularWeight } from "../physics/constants.js";
import { airCurve, airDensityGcm3, airMolecularWeight } from "../structure/air.js";
import { iceCurve, iceDensityGcm3 } from "../structure/ice.js";
import { waterCurve } from "../structure/water.js";
import type { SimulateFlag } from "./flags.js";
import type { Given } from "./parse-flags.js";
import { detectorReach } from "./plausible.js";

const curveFlags = ["stol", "4stol", "Q"] as const;
/** By what the first column of each option's file is divided. */
const divisors = { stol: 1, "4stol": 4, Q: 4 * Math.PI } as const;

/** The curve of a file. */
export interface ListedCurve {
  readonly name: string;
  readonly curve: ScatteringCurve;
  readonly warnings: readonly string[];
}

/**
 * Reads the file of -stol, -4stol or -Q.
 * @param path of a name
 * @throws InputError when it cannot be read
 */
export async function readCurve(given: Given<SimulateFlag>, path: (name: string) => string): Promise<ListedCurve | undefined> {
  const last = given.last(...curveFlags);
  if (last === undefined) return undefined;
  const [name] = last.words;
  const { angles, f, warnings } = parseStol(await readTextFile(path(name)), name);
  const divisor = divisors[curveFlags.find((flag) => flag === last.name) ?? "stol"];
  const others = given.occurrences.filter((each) => curveFlags.some((flag) => flag === each.name) && each !== last).map(({ spelling, words }) => `${spelling} ${words[0]}`);
  const replaced = others.length > 0 ? [`${last.spelling} ${name} takes the place of ${others.join(" and of ")}: one curve is read from a file`] : [];
  return { name, curve: ScatteringCurve.through({ stol: angles.map((angle) => angle / divisor), f }), warnings: [...warnings, ...replaced] };
}

/** The materials that options name. */
export function amorphousFromFlags(given: Given<SimulateFlag>, file: ListedCurve | undefined): { readonly amorphous: readonly Amorphous[]; readonly warnings: readonly string[] } {
  const beamSizeMm = given.number("beamsize") ?? usualBeamSizeMm;
  const warnings: string[] = [];
  const amorphous: Amorphous[] = [];
  const add = (material: Omit<Amorphous, "beamSizeMm">): unknown => amorphous.push({ ...material, beamSizeMm });
  if (file) {
    const thicknessMm = given.number("bg_thick") ?? 0.1;
    if (thicknessMm > 0) add({ name: "stol", curve: file.curve, thicknessMm, densityGcm3: given.number("density") ?? 1, molecularWeight: given.number("MW") ?? waterMolecularWeight });
  } else {
    for (const flag of ["bg_thick", "density", "MW"] as const) {
      const idle = given.last(flag);
      if (idle) warnings.push(`${idle.spelling} is of the material of -stol, which is not given, and has no effect`);
    }
  }
  const air = given.number("bg_air") ?? 0;
  if (air > 0) add({ name: "air", curve: airCurve(), thicknessMm: air, densityGcm3: airDensityGcm3, molecularWeight: airMolecularWeight });
  const liquid = given.number("bg_water") ?? 0;
  if (liquid > 0) add({ name: "water", curve: waterCurve(), thicknessMm: liquid, densityGcm3: 1, molecularWeight: waterMolecularWeight });
  const ice = given.number("bg_ice") ?? 0;
  if (ice > 0) add({ name: "ice", curve: iceCurve(given.number("ice_grain")), thicknessMm: ice, densityGcm3: iceDensityGcm3, molecularWeight: waterMolecularWeight });
  else if (given.has("ice_grain")) warnings.push("-ice_grain is of the powder of -bg_ice, which is not given, and has no effect");
  return { amorphous, warnings };
}

/** Curves that end before the detector does, and rings that fall between the points of a pixel. */
export function curveWarnings({ amorphous = [], detector, beam }: Experiment, oversample: number, file: ListedCurve | undefined): string[] {
  const reached = detectorReach(detector, beam.wavelengthA).high / 2;
  const step = detector.pixelSizeMm / (1000 * Math.abs(known(detectorFrame(detector).closeDistance))) / beam.wavelengthA / 2 / oversample;
  return amorphous.flatMap(({ name, curve: { end, detail } }) => {
    const said = name === "stol" ? (file?.name ?? name) : name;
    if (name === "ice") {
      // Points as far apart as a ring's standard deviation, its detail, find its photons to a part in 10⁸.
      return step > detail ? [`the rings of ice are narrower than a pixel: -oversample ${Math.ceil((oversample * step) / detail)} or smaller grains (-ice_grain) resolve them`] : [];
    }
    return reached > end * (1 + 1e-9) ? [`the curve of ${said} ends at sin(theta)/lambda = ${end.toPrecision(3)} 1/A, and the detector reaches ${reached.toPrecision(3)}; beyond, the last value is taken`] : [];
  });
}
