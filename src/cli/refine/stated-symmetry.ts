import { asymmetricUnit } from "../../io/asymmetric-unit.js";
import { keepsMetric, shown } from "../../io/mtz-contradictions.js";
import type { Cell } from "../../io/mtz.js";
import { operatorsOf, spaceGroupStated, type SpaceGroup } from "../../io/space-groups.js";
import { pointGroup } from "../../io/symmetry.js";
import type { Experiment } from "../../models/experiment.js";
import { withCell } from "../../refine/crystal-cell.js";

/** The space group that a crystal's intensities are written in; P 1 where there is none. */
export interface StatedSymmetry {
  readonly group?: SpaceGroup;
  /** why it is not the one that the model file states */
  readonly warning?: string;
}

/** The edges and angles of a crystal. */
export function cellOf({ crystal }: Experiment): Cell {
  const { a, b, c, alpha, beta, gamma } = withCell(crystal).lattice;
  return [a, b, c, alpha, beta, gamma];
}

/**
 * @param experiment refined
 * @param stated number or symbol, as the crystal's model file has it
 */
export function statedSymmetry(experiment: Experiment, stated: string | number | undefined): StatedSymmetry {
  if (stated === undefined) return {};
  const cell = cellOf(experiment);
  const group = spaceGroupStated(stated, cell.slice(3));
  const said = `space group ${String(stated).trim()}`;
  if (group === undefined) return { warning: `no ${said} is known, so the intensities are written in P 1` };
  const rotations = pointGroup(operatorsOf(group), said);
  if (!rotations.every((rotation) => keepsMetric(rotation, cell))) return { warning: `the refined cell ${shown(cell)} does not have the symmetry of ${said}, so the intensities are written in P 1` };
  if (asymmetricUnit(rotations) === undefined) return { warning: `${said} has unusual axes, so the intensities are written in P 1` };
  return { group };
}
