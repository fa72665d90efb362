/** What is linear in a box, its intensity and its background, found by Poisson's likelihood. */
import { cholesky, solveCholesky } from "../../optim/linear-algebra.js";
import { allocate, type Data } from "../../ndarray/dtype.js";

/** Photons that are added to counts and model, so that a stray photon does not count more than a spot. */
export const floorPhotons = 0.1;

/** Background terms in a box. */
export type BackgroundTerms = 1 | 3;

export interface LocalFit {
  /** in units of the profile: |F|² where it is that of |F|² = 1 */
  readonly intensity: number;
  /** photons in the middle of the box, then the slopes from the middle to its edges */
  readonly background: readonly number[];
  /** half the deviance */
  readonly cost: number;
}

/** A box as a local fit sees it. */
export interface LocalBox {
  readonly first: number;
  readonly end: number;
  /** columns of the background, without the constant one, of all pixels */
  readonly slopes: readonly Data[];
}

const mostSteps = 50;
const converged = 1e-13;
const halvings = 30;

/**
 * Fits a box by Newton's steps: the likelihood is concave in what is linear. Neither intensity nor background falls below 0.
 * @param profile, counts of all pixels
 * @param known the intensity where it is not fitted
 * @param before where to begin
 */
export function fitBox({ first, end, slopes }: LocalBox, profile: Data, counts: Data, known: number | undefined, before?: LocalFit): LocalFit {
  const size = end - first;
  let [brightest, total] = [0, 0];
  for (let p = first; p < end; p++) {
    brightest = Math.max(brightest, profile[p]);
    total += counts[p];
  }
  const unit = brightest > 0 ? 1 / brightest : 0;
  const terms = 2 + slopes.length;
  const isFixed = (term: number): boolean => term === 0 && (known !== undefined || unit === 0);
  const column = (term: number, p: number): number => (term === 0 ? profile[p] * unit : term === 1 ? 1 : slopes[term - 2][p]);
  let x = allocate("float64", terms);
  x[0] = known !== undefined ? known * brightest : before && unit > 0 ? before.intensity * brightest : 0;
  x[1] = before ? before.background[0] : total / size;
  before?.background.slice(1).forEach((slope, i) => (x[i + 2] = slope));
  const costAt = (at: Data): number => {
    let cost = 0;
    for (let p = first; p < end; p++) {
      let model = at[0] * profile[p] * unit + at[1];
      for (let j = 2; j < terms; j++) model += at[j] * slopes[j - 2][p];
      if (!(model >= 0)) return Infinity;
      cost += costOf(model, counts[p]);
    }
    return cost;
  };
  let cost = costAt(x);
  for (let step = 0; step < mostSteps; step++) {
    const gradient = allocate("float64", terms);
    const curvature = Array.from({ length: terms }, () => new Array<number>(terms).fill(0));
    const values = new Array<number>(terms).fill(0);
    for (let p = first; p < end; p++) {
      let model = floorPhotons;
      for (let j = 0; j < terms; j++) {
        values[j] = column(j, p);
        model += x[j] * values[j];
      }
      const seen = counts[p] + floorPhotons;
      const slope = 1 - seen / model;
      const weight = seen / (model * model);
      for (let j = 0; j < terms; j++) {
        gradient[j] += slope * values[j];
        for (let i = 0; i <= j; i++) curvature[j][i] += weight * values[i] * values[j];
      }
    }
    // What stands at 0 and would go below it is held there.
    const free = Array.from({ length: terms }, (_, j) => j).filter((j) => !isFixed(j) && !(j < 2 && x[j] === 0 && gradient[j] >= 0));
    if (free.length === 0) break;
    const factor = cholesky(free.map((j, a) => free.map((i, b) => curvature[Math.max(i, j)][Math.min(i, j)] * (a === b ? 1 + 1e-12 : 1))));
    if (factor === undefined) break;
    const move = solveCholesky(factor, free.map((j) => -gradient[j]));
    const promised = -free.reduce((sum, j, a) => sum + gradient[j] * move[a], 0);
    if (!(promised > converged * (1 + Math.abs(cost)))) break;
    let isLower = false;
    for (let part = 1, tries = 0; tries < halvings; part /= 2, tries++) {
      const target = x.slice();
      free.forEach((j, a) => (target[j] = j < 2 ? Math.max(0, x[j] + part * move[a]) : x[j] + part * move[a]));
      const value = costAt(target);
      if (value < cost) {
        [x, cost, isLower] = [target, value, true];
        break;
      }
    }
    if (!isLower) break;
  }
  return { intensity: known ?? x[0] * unit, background: Array.from(x.subarray(1)), cost };
}

/** Half the deviance of a pixel. */
export function costOf(model: number, counts: number): number {
  const [expected, seen] = [model + floorPhotons, counts + floorPhotons];
  return model - counts - seen * Math.log(expected / seen);
}
