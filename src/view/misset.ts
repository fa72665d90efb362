import { mosaicMatrix, umat2misset } from "../models/ran1.js";
import { radiansPerDegree } from "../physics/constants.js";

type Triple = readonly [number, number, number];

/**
 * Rotations about X, then Y, then Z, followed by one about another axis, as rotations about X, then Y, then Z again.
 * @param axis of length 1, in the laboratory
 * @returns degrees, as all angles
 */
export function turnedMisset([x, y, z]: Triple, axis: Triple, angleDeg: number): Triple {
  const turns: readonly (readonly [Triple, number])[] = [[[1, 0, 0], x], [[0, 1, 0], y], [[0, 0, 1], z], [axis, angleDeg]];
  const whole = turns.reduce<Matrix>((before, [about, degrees]) => multiplied(mosaicMatrix(about, degrees * radiansPerDegree), before), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const [aboutX, aboutY, aboutZ] = umat2misset(whole);
  return [aboutX / radiansPerDegree, aboutY / radiansPerDegree, aboutZ / radiansPerDegree];
}

type Matrix = ReturnType<typeof mosaicMatrix>;

function multiplied(left: Matrix, right: Matrix): Matrix {
  const entry = (i: number, j: number): number => left[3 * i] * right[j] + left[3 * i + 1] * right[3 + j] + left[3 * i + 2] * right[6 + j];
  return [entry(0, 0), entry(0, 1), entry(0, 2), entry(1, 0), entry(1, 1), entry(1, 2), entry(2, 0), entry(2, 1), entry(2, 2)];
}
