import type { Data } from "../../ndarray/dtype.js";
import { allocate } from "../../ndarray/dtype.js";
import { ProjectedRows } from "./projected-rows.js";
import { floorPhotons, type LocalBox, type LocalFit } from "./local-fit.js";

/** What a box tells of the intensity of its reflection. */
export interface BoxIntensity {
  /** |F|², as far as the model's partialities are right */
  readonly square: number;
  /** standard deviation of it, by the noise of the counts alone */
  readonly sigma: number;
  /** photons of the spot in the box */
  readonly photons: number;
  /** of the photons */
  readonly photonsSigma: number;
  /** photons of |F|² = 1 in the box */
  readonly perSquare: number;
}

/** The intensity of a box, with the standard deviation that the background leaves it. */
export function intensityOf({ first, end, slopes }: LocalBox, profile: Data, fit: LocalFit): BoxIntensity {
  const length = end - first;
  const roots = allocate("float64", length);
  let perSquare = 0;
  for (let p = 0; p < length; p++) {
    let model = fit.intensity * profile[first + p] + fit.background[0] + floorPhotons;
    slopes.forEach((slope, j) => (model += fit.background[j + 1] * slope[first + p]));
    roots[p] = 1 / Math.sqrt(model);
    perSquare += profile[first + p];
  }
  const rows = new ProjectedRows(1);
  rows.begin(length);
  // Photons are the unit: of |F|² the numbers could be of any size.
  rows.setRow(0, profile, first, perSquare > 0 ? 1 / perSquare : 0, roots);
  rows.addColumn(roots.slice());
  for (const slope of slopes) rows.addColumn(roots.map((root, p) => root * slope[first + p]));
  const information = [[0]];
  rows.addProducts(information);
  const photonsSigma = information[0][0] > 0 ? 1 / Math.sqrt(information[0][0]) : Infinity;
  const photons = fit.intensity * perSquare;
  return { square: fit.intensity, sigma: perSquare > 0 ? photonsSigma / perSquare : Infinity, photons, photonsSigma, perSquare };
}
