import { asymmetricUnit } from "../../io/asymmetric-unit.js";
import { shown } from "../../io/mtz-contradictions.js";
import type { Cell } from "../../io/mtz.js";
import { operatorsOf, spaceGroupStated, type SpaceGroup } from "../../io/space-groups.js";
import { pointGroup } from "../../io/symmetry.js";
import type { Experiment } from "../../models/experiment.js";
import { withCell } from "../../refine/crystal-cell.js";

/** The space group that a crystal's intensities are written in; P 1 where there is none. */
export interface StatedSymmetry {
  readonly group?: SpaceGroup;
  /** the cell that they are written with */
  readonly cell: Cell;
  /** why it is not the one that the model file states */
  readonly warning?: string;
}

/** The edges and angles of a crystal. */
export function cellOf({ crystal }: Experiment): Cell {
  const { a, b, c, alpha, beta, gamma } = withCell(crystal).lattice;
  return [a, b, c, alpha, beta, gamma];
}

/** By so much, relative and in degrees, a cell under strain may differ from the one of its symmetry. */
const [mostStrain, mostStrainDeg] = [0.01, 1];
const rounding = 1e-5;

/**
 * @param experiment refined
 * @param stated number or symbol, as the crystal's model file has it
 */
export function statedSymmetry(experiment: Experiment, stated: string | number | undefined): StatedSymmetry {
  const cell = cellOf(experiment);
  if (stated === undefined) return { cell };
  const said = `space group ${String(stated).trim()}`;
  // Which setting of a group is meant, the angles say: 90 and 120 degrees, as far as strain leaves them.
  const group = spaceGroupStated(stated, cell.slice(3).map(unstrained));
  if (group === undefined) return { cell, warning: `no ${said} is known, so the intensities are written in P 1` };
  const rotations = pointGroup(operatorsOf(group), said);
  if (asymmetricUnit(rotations) === undefined) return { cell, warning: `${said} has unusual axes, so the intensities are written in P 1` };
  const mean = meanCell(cell, rotations);
  const isWithin = (edge: number, degrees: number): boolean => mean.every((value, i) => Math.abs(value - cell[i]) <= (i < 3 ? edge * value : degrees));
  if (isWithin(rounding, rounding)) return { group, cell };
  if (isWithin(mostStrain, mostStrainDeg)) return { group, cell: mean, warning: `the refined cell ${shown(cell)} does not quite have the symmetry of ${said}: the intensities are written with its mean over that, ${shown(mean)}` };
  return { cell, warning: `the refined cell ${shown(cell)} does not have the symmetry of ${said}, so the intensities are written in P 1` };
}

function unstrained(angle: number): number {
  return [60, 90, 120].find((usual) => Math.abs(angle - usual) <= mostStrainDeg) ?? angle;
}

/** The cell whose metric is the mean of what the rotations make of a cell's. */
function meanCell([a, b, c, alpha, beta, gamma]: Cell, rotations: readonly (readonly number[])[]): Cell {
  const cosines = [1, gamma, beta, gamma, 1, alpha, beta, alpha, 1].map((angle) => (angle === 1 ? 1 : Math.cos((angle * Math.PI) / 180)));
  const edges = [a, b, c];
  const metric = cosines.map((cosine, i) => cosine * edges[Math.floor(i / 3)] * edges[i % 3]);
  const turned = (rotation: readonly number[], row: number, column: number): number =>
    metric.reduce((sum, value, i) => sum + rotation[3 * Math.floor(i / 3) + row] * value * rotation[3 * (i % 3) + column], 0);
  const mean = (row: number, column: number): number => rotations.reduce((sum, rotation) => sum + turned(rotation, row, column), 0) / rotations.length;
  const [x, y, z] = [0, 1, 2].map((axis) => Math.sqrt(mean(axis, axis)));
  const angle = (row: number, column: number, product: number): number => Number(((Math.acos(mean(row, column) / product) * 180) / Math.PI).toFixed(9));
  return [x, y, z, angle(1, 2, y * z), angle(0, 2, x * z), angle(0, 1, x * y)];
}
