import { cholesky, invertCholesky, symmetricEigen, type Matrix } from "../optim/linear-algebra.js";
import type { Vector } from "../optim/vector.js";

/** How well data determine parameters, in the minimiser's coordinates, of which 1 is what was in doubt before. */
export interface Uncertainty {
  /** standard deviations; undefined where the data do not determine a parameter */
  readonly sigmas: readonly (number | undefined)[];
  /** both triangles, ones on the diagonal; 0 beside what is not determined */
  readonly correlations: Matrix;
  /** combinations of parameters of which the data say next to nothing: the indices of those that take part, largest part first */
  readonly undetermined: readonly (readonly number[])[];
}

/** Information below this part of what single parameters have is rounding. */
const rounding = 1e-11;
/** Parts of a combination that are worth naming. */
const part = 0.1;

/**
 * Standard deviations and correlations at a minimum.
 *
 * The covariance is H⁻¹ V H⁻¹: for a likelihood, V = H and it is the inverse of Fisher's information; for another loss it says what the
 * noise really does. Combinations of parameters whose information is nothing but rounding, or whose standard deviation is larger
 * than the doubt at the start, are reported, and the parameters that take part in them have no standard deviation.
 * @param curvature H, of the cost
 * @param information V, of the cost's slope
 * @param held indices of parameters that stand on a bound and are taken as known
 * @see Huber, Proc. Fifth Berkeley Symp. Math. Statist. Prob. 1, 221 (1967)
 */
export function uncertainty(curvature: Matrix, information: Matrix, held: readonly number[] = []): Uncertainty {
  const count = curvature.length;
  const free = [...curvature.keys()].filter((i) => !held.includes(i));
  const roots = free.map((i) => Math.sqrt(Math.max(curvature[i][i], 0)));
  const lost = new Set<number>(free.filter((_, k) => !(roots[k] > 0)));
  const undetermined: number[][] = [...lost].map((i) => [i]);
  const seen = free.filter((i) => !lost.has(i));
  const { values, vectors } = symmetricEigen(unitDiagonal(curvature, seen));
  vectors.forEach((vector, k) => {
    if (values[k] > rounding) return;
    const members = membersOf(vector);
    undetermined.push(members.map((m) => seen[m]));
    for (const m of members) lost.add(seen[m]);
  });
  const sigmas: (number | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const i of held) sigmas[i] = 0;
  const covariance = covarianceOf(curvature, information, free.filter((i) => !lost.has(i)));
  // What is determined beside others that are not keeps its own uncertainty; what is only doubtful is told after that.
  const kept = covariance.indices;
  for (const [k, i] of kept.entries()) sigmas[i] = Math.sqrt(covariance.matrix[k][k]);
  const doubtful = symmetricEigen(covariance.matrix);
  doubtful.values.forEach((value, k) => {
    if (!(value > 1)) return;
    const members = membersOf(doubtful.vectors[k]).map((m) => kept[m]);
    undetermined.push(members);
    for (const i of members) if ((sigmas[i] ?? 0) > 1) lost.add(i);
  });
  for (const i of lost) sigmas[i] = undefined;
  const place = new Map(kept.map((i, k) => [i, k]));
  const correlations = curvature.map((_, i) =>
    curvature.map((__, j) => {
      if (i === j) return 1;
      const [k, l] = [place.get(i), place.get(j)];
      if (k === undefined || l === undefined || sigmas[i] === undefined || sigmas[j] === undefined) return 0;
      return covariance.matrix[k][l] / Math.sqrt(covariance.matrix[k][k] * covariance.matrix[l][l]);
    }),
  );
  return { sigmas, correlations, undetermined };
}

/** The indices of a vector's large elements, the largest first. */
function membersOf(vector: Vector): number[] {
  const largest = Math.max(...vector.map(Math.abs));
  return [...vector.keys()].filter((i) => Math.abs(vector[i]) > part * largest).sort((i, j) => Math.abs(vector[j]) - Math.abs(vector[i]));
}

function unitDiagonal(matrix: Matrix, indices: readonly number[]): number[][] {
  return indices.map((i) => indices.map((j) => (i === j ? 1 : matrix[i][j] / Math.sqrt(matrix[i][i] * matrix[j][j]))));
}

function covarianceOf(curvature: Matrix, information: Matrix, indices: readonly number[]): { readonly matrix: Matrix; readonly indices: readonly number[] } {
  const roots = indices.map((i) => Math.sqrt(curvature[i][i]));
  const factor = cholesky(unitDiagonal(curvature, indices));
  // The eigenvalues were above rounding; a factor that fails all the same leaves nothing determined.
  if (factor === undefined || indices.length === 0) return { matrix: [], indices: [] };
  const inverse = invertCholesky(factor).map((row, k) => row.map((element, l) => element / (roots[k] * roots[l])));
  const middle = indices.map((i) => indices.map((j) => information[i][j]));
  return { matrix: product(product(inverse, middle), inverse), indices };
}

function product(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, element, k) => sum + element * b[k][j], 0)));
}
