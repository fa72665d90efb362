import { symmetricEigen, type Matrix } from "../optim/linear-algebra.js";
import { maxAbs, type Vector } from "../optim/vector.js";

/** How well data determine parameters, in the minimiser's coordinates, of which 1 is what was in doubt before. */
export interface Uncertainty {
  /** standard deviations; undefined where the data do not determine a parameter */
  readonly sigmas: readonly (number | undefined)[];
  /** both triangles, ones on the diagonal; 0 beside what is not determined */
  readonly correlations: Matrix;
  /** H⁻¹ within the space of what is known; 0 beside what is not */
  readonly inverse: Matrix;
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
 * than the doubt at the start, are reported, and the parameters that take part in them have no standard deviation. A parameter that is
 * such a combination by itself is taken as known for the others: of a quantity that the image does not show, such as the mosaicity of a
 * perfect crystal, the linear estimate would reach far beyond what its doubt allows, and carry the others with it.
 * @param curvature H, of the cost
 * @param information V, of the cost's slope
 * @param held indices of parameters that stand on a bound and are taken as known
 * @see Huber, Proc. Fifth Berkeley Symp. Math. Statist. Prob. 1, 221 (1967)
 */
export function uncertainty(curvature: Matrix, information: Matrix, held: readonly number[] = []): Uncertainty {
  const idle: number[] = [];
  for (;;) {
    const found = withHeld(curvature, information, [...held, ...idle]);
    const alone = found.undetermined.filter(({ length }) => length === 1).flat();
    if (alone.length === 0) {
      return {
        ...found,
        sigmas: found.sigmas.map((sigma, i) => (idle.includes(i) ? undefined : sigma)),
        undetermined: [...idle.map((i) => [i]), ...found.undetermined],
      };
    }
    idle.push(...alone);
  }
}

function withHeld(curvature: Matrix, information: Matrix, held: readonly number[]): Uncertainty {
  const free = [...curvature.keys()].filter((i) => !held.includes(i));
  const seen = free.filter((i) => curvature[i][i] > 0);
  const lost = new Set<number>(free.filter((i) => !seen.includes(i)));
  const undetermined: number[][] = [...lost].map((i) => [i]);
  const units = seen.map((i) => Math.sqrt(curvature[i][i]));
  const { values, vectors } = symmetricEigen(scaledBy(curvature, seen, units));
  const isKnown = values.map((value) => value > rounding);
  vectors.forEach((vector, k) => {
    if (isKnown[k]) return;
    const members = membersOf(vector.map((element, m) => element / units[m])).map((m) => seen[m]);
    undetermined.push(members);
    for (const i of members) lost.add(i);
  });
  // The inverse within the space of what is known: the uncertainty of the others is that with all of it free.
  const inverse = seen.map((_, i) =>
    seen.map((__, j) => values.reduce((sum, value, k) => (isKnown[k] ? sum + (vectors[k][i] * vectors[k][j]) / value : sum), 0)),
  );
  const middle = product(product(inverse, scaledBy(information, seen, units)), inverse);
  const inUnits = (matrix: Matrix): number[][] => matrix.map((row, i) => row.map((element, j) => element / (units[i] * units[j])));
  const covariance = inUnits(middle);

  const certain = seen.filter((i) => !lost.has(i));
  const place = new Map(seen.map((i, k) => [i, k]));
  const between = (i: number, j: number): number => covariance[place.get(i) ?? 0][place.get(j) ?? 0];
  const doubtful = symmetricEigen(certain.map((i) => certain.map((j) => between(i, j))));
  doubtful.values.forEach((value, k) => {
    if (value <= 1) return;
    undetermined.push(membersOf(doubtful.vectors[k]).map((m) => certain[m]));
  });
  for (const i of certain) if (between(i, i) > 1) lost.add(i);
  const isDetermined = (i: number): boolean => place.has(i) && !lost.has(i) && between(i, i) > 0;
  const inverseOfSeen = inUnits(inverse);
  return {
    sigmas: curvature.map((_, i) => (held.includes(i) ? 0 : isDetermined(i) ? Math.sqrt(between(i, i)) : undefined)),
    correlations: curvature.map((_, i) =>
      curvature.map((__, j) => {
        if (i === j) return 1;
        return isDetermined(i) && isDetermined(j) ? between(i, j) / Math.sqrt(between(i, i) * between(j, j)) : 0;
      }),
    ),
    inverse: curvature.map((_, i) => curvature.map((__, j) => inverseOfSeen[place.get(i) ?? -1]?.[place.get(j) ?? -1] ?? 0)),
    undetermined,
  };
}

/** The indices of a vector's large elements, the largest first. */
function membersOf(vector: Vector): number[] {
  const largest = maxAbs(vector);
  return [...vector.keys()].filter((i) => Math.abs(vector[i]) > part * largest).sort((i, j) => Math.abs(vector[j]) - Math.abs(vector[i]));
}

/** Rows and columns of a matrix, divided by a unit each. */
function scaledBy(matrix: Matrix, indices: readonly number[], units: Vector): number[][] {
  return indices.map((i, k) => indices.map((j, l) => matrix[i][j] / (units[k] * units[l])));
}

function product(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => row.map((_, j) => row.reduce((sum, element, k) => sum + element * b[k][j], 0)));
}
