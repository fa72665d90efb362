import type { Experiment } from "../../models/experiment.js";
import { groupsOf, type GroupMove } from "../../models/panels.js";
import type { Quantity } from "../../autodiff/tape.js";
import { known } from "../../autodiff/tape.js";
import { InputError } from "../../ndarray/errors.js";
import type { Parameter } from "../parameter.js";
import { axes, linear, replaced, type RefinableRecord } from "./refinable.js";

const rest = [0, 0, 0] as const;
/** In millimetres and degrees: the errors to be expected of a detector's file, and how far groups may move. */
const [doubtMm, reachMm] = [0.1, 10];
const [doubtDeg, reachDeg] = [0.1, 20];

/** Shifts and turns of all groups of panels but the one that holds all, which distance, beam centre and rotation move. */
const groups = {
  name: "groups",
  help: "shifts and turns of the groups of panels within the detector; group:NAME for one of them",
  parameters: ({ panels }: Experiment): Parameter[] => {
    const [, ...within] = panels ? groupsOf(panels) : [];
    if (within.length === 0) throw new InputError(panels ? "all panels hang in one group, which distance, beam_center and rotation move" : "the detector has one panel, and no groups of them that could be refined");
    return within.flatMap(({ name }) => [
      ...axes.map(({ name: axisName, axis }) => moveOf(name, "shiftMm", axis, `${name}_shift_${axisName}`, panels?.moves?.[name])),
      ...axes.map(({ name: axisName, axis }) => moveOf(name, "turnDeg", axis, `${name}_turn_${axisName}`, panels?.moves?.[name])),
    ]);
  },
  carrier: { replaces: [], words: () => [] },
} as const satisfies RefinableRecord;

function moveOf(group: string, kind: keyof GroupMove, axis: 0 | 1 | 2, name: string, start: GroupMove = { shiftMm: rest, turnDeg: rest }): Parameter {
  const [unit, doubt, reach] = kind === "shiftMm" ? (["mm", doubtMm, reachMm] as const) : (["deg", doubtDeg, reachDeg] as const);
  const write: Parameter["write"] = (experiment, value) => {
    const { panels } = experiment;
    if (panels === undefined) return experiment;
    const before: GroupMove<Quantity> = panels.moves?.[group] ?? { shiftMm: rest, turnDeg: rest };
    return { ...experiment, panels: { ...panels, moves: { ...panels.moves, [group]: { ...before, [kind]: replaced(before[kind], axis, value) } } } };
  };
  return { ...linear(name, unit, known(start[kind][axis]), doubt, reach, write), move: { group, number: (kind === "shiftMm" ? 0 : 3) + axis } };
}

/** How a single group of panels is asked for. */
export const groupPrefix = "group:";

/** Whether a word asks for a group of panels, or for a single number of its move. */
export function isOfGroup(word: string): boolean {
  return word.startsWith(groupPrefix) || /_(shift|turn)_[xyz]$/.test(word);
}

export const groupRecords = [groups] as const;
