import type { Cell, Mtz } from "./mtz.js";
import { withInversion } from "./symmetry.js";

/** Edges and angles that differ by more than rounding. */
const edgeTolerance = 0.002;
const angleToleranceDeg = 0.05;
/** How far edges and angles may be from those that the symmetry asks for. */
const metricTolerance = 0.01;

/**
 * What an MTZ file says twice and differently, or against its symmetry.
 * @param cell the one that counts
 * @param group rotations of the SYMM records
 * @returns one sentence for each contradiction
 */
export function contradictions(mtz: Mtz, cell: Cell, group: readonly (readonly number[])[]): string[] {
  const { name, spaceGroupNumber, announcedOperators, symmetryOperators } = mtz;
  const found: string[] = [];
  if (cellsDiffer(cell, mtz.cell)) {
    found.push(`${name}: the column's own data set has the cell ${shown(cell)}, which counts, and not ${shown(mtz.cell)} of the CELL record`);
  }
  const laueOrder = withInversion(group).length;
  const expected = spaceGroupNumber === undefined ? undefined : laueOrderOf(spaceGroupNumber);
  if (expected !== undefined && expected !== laueOrder) {
    const group = `space group ${spaceGroupNumber} (${mtz.spaceGroupName})`;
    found.push(`${name}: SYMINF says ${group}, whose intensities have ${expected} equivalents, and the SYMM records make ${laueOrder}; the SYMM records count`);
  } else if (announcedOperators !== undefined && announcedOperators !== symmetryOperators.length) {
    found.push(`${name}: SYMINF announces ${announcedOperators} symmetry operators, and ${symmetryOperators.length} SYMM records follow; these count`);
  }
  if (!group.every((rotation) => keepsMetric(rotation, cell))) {
    found.push(`${name}: the cell ${shown(cell)} does not have the symmetry of the SYMM records (${mtz.spaceGroupName || "no name"})`);
  }
  return found;
}

/** Whether two cells differ by more than the digits of a file's header. */
export function cellsDiffer(first: Cell, second: Cell): boolean {
  return first.some((value, i) => Math.abs(value - second[i]) > (i < 3 ? edgeTolerance * second[i] : angleToleranceDeg));
}

/** A cell as a sentence shows it. */
export function shown(cell: Cell): string {
  return cell.map((value) => Number(value.toFixed(3))).join(" ");
}

/**
 * The order of a space group's Laue group.
 *
 * Source: International Tables for Crystallography, volume A, the ranges of the crystal classes. CCP4 numbers other settings of a group
 * by adding thousands.
 */
function laueOrderOf(number: number): number | undefined {
  const standard = number % 1000;
  const classes: readonly (readonly [last: number, order: number])[] = [
    [2, 2], [15, 4], [74, 8], [88, 8], [142, 16], [148, 6], [167, 12], [176, 12], [194, 24], [206, 24], [230, 48],
  ];
  return standard < 1 ? undefined : classes.find(([last]) => standard <= last)?.[1];
}

/** Whether a rotation of fractional coordinates keeps all lengths: its transpose times the metric times itself is the metric. */
export function keepsMetric(rotation: readonly number[], [a, b, c, alpha, beta, gamma]: Cell): boolean {
  const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
  const edges = [a, b, c];
  const metric = [1, cosine(gamma), cosine(beta), cosine(gamma), 1, cosine(alpha), cosine(beta), cosine(alpha), 1].map(
    (cos, i) => cos * edges[Math.floor(i / 3)] * edges[i % 3],
  );
  return metric.every((wanted, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3];
    let turned = 0;
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) turned += rotation[3 * i + row] * metric[3 * i + j] * rotation[3 * j + column];
    return Math.abs(turned - wanted) <= 2 * metricTolerance * edges[row] * edges[column];
  });
}
