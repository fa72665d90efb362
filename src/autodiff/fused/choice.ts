/**
 * What a turn of a loop need not compute where a choice has chosen 0 for all of its elements: whatever only such a choice reads, and what
 * is then added up.
 */
import type { LookupGroup } from "./lookups.js";
import { addedBy, instructionsOf, type Level, type Op } from "./plan.js";

/** Work of a turn that stands behind a condition, in parts: what all turns compute comes before each part, between them, and after the last. */
export interface Choice {
  /** the op that is 0 where none of it is needed */
  readonly condition: number;
  readonly parts: readonly ChosenPart[];
}

export interface ChosenPart {
  /** what all turns compute before it, and it computes, in order */
  readonly before: readonly number[];
  readonly ops: readonly number[];
  /** sums and scatters of what is 0 elsewhere */
  readonly sinks: readonly number[];
  /** of the ops, those that are 0 elsewhere and that others read */
  readonly zeros: readonly number[];
}

/** Instructions that are worth a branch. */
const fewestInstructions = 60;

/** The choice of a level that saves most; undefined where none saves enough. */
export function choiceIn(ops: readonly Op[], level: Level, groups: readonly LookupGroup[]): Choice | undefined {
  const conditions = new Set(level.computed.flatMap((id) => (isChoice(ops, id) ? [ops[id].inputs[0]] : [])));
  let best: Choice | undefined;
  let most = fewestInstructions;
  for (const condition of conditions) {
    if (!level.computed.includes(condition)) continue;
    const choice = choiceBehind(condition, ops, level, groups);
    const saved = choice.parts.flatMap((part) => part.ops).reduce((sum, id) => sum + instructionsOf(ops[id]), 0);
    if (saved < most) continue;
    best = choice;
    most = saved;
  }
  return best;
}

/** Whether an op is its second input or the number 0. */
function isChoice(ops: readonly Op[], id: number): boolean {
  const op = ops[id];
  if (op.kind !== "elementwise" || op.primitive !== "where") return false;
  const otherwise = ops[op.inputs[2]];
  return otherwise.kind === "constant" && Object.is(otherwise.value, 0);
}

function choiceBehind(condition: number, ops: readonly Op[], level: Level, groups: readonly LookupGroup[]): Choice {
  const { computed, stored, sums, scatters } = level;
  const { chosen, inside } = membersOf(condition, ops, level, groups);
  const partOf = new Map<number, number>();
  const latest = (id: number): number => ops[id].inputs.reduce((most, input) => Math.max(most, partOf.get(input) ?? 0), 0);
  // What all turns compute of what stands behind the condition comes after that.
  const isAfter = (id: number): boolean => !inside.has(id) && ops[id].inputs.some((input) => inside.has(input) && partOf.get(input) === latest(id));
  for (const id of computed) partOf.set(id, latest(id) + (isAfter(id) ? 1 : 0));
  const sinks = [...sums, ...scatters].filter((id) => chosen.has(addedBy(ops[id])));
  const others = [...sums, ...scatters, ...computed].filter((id) => !sinks.includes(id) && !inside.has(id));
  const readByOthers = new Set([...stored, ...others.flatMap((id) => ops[id].inputs)]);
  const parts = Array.from({ length: Math.max(...partOf.values()) + 1 }, (_, part): ChosenPart => {
    const own = computed.filter((id) => partOf.get(id) === part);
    return {
      before: own.filter((id) => !inside.has(id)),
      ops: own.filter((id) => inside.has(id)),
      sinks: sinks.filter((id) => latest(id) === part),
      zeros: own.filter((id) => chosen.has(id) && readByOthers.has(id)),
    };
  });
  return { condition, parts };
}

interface Members {
  /** ops that are 0 where the condition is */
  readonly chosen: ReadonlySet<number>;
  /** these, and all that only they need */
  readonly inside: ReadonlySet<number>;
}

function membersOf(condition: number, ops: readonly Op[], { computed, stored, sums, scatters }: Level, groups: readonly LookupGroup[]): Members {
  const chosen = new Set<number>();
  for (const id of computed) {
    const { kind, inputs } = ops[id];
    if ((isChoice(ops, id) && inputs[0] === condition) || (kind === "masked" && chosen.has(inputs[0]))) chosen.add(id);
  }
  const outside = new Set([condition, ...stored]);
  for (const sink of [...sums, ...scatters]) if (!chosen.has(addedBy(ops[sink]))) for (const input of ops[sink].inputs) outside.add(input);
  // Lookups of one place are computed together.
  const togetherWith = new Map(groups.flatMap(({ members }) => members.map((member) => [member, members])));
  for (;;) {
    const inside = new Set<number>();
    for (let i = computed.length - 1; i >= 0; i--) {
      const id = computed[i];
      if (chosen.has(id) || !outside.has(id)) inside.add(id);
      else for (const input of ops[id].inputs) outside.add(input);
    }
    const parted = [...togetherWith].filter(([member, members]) => inside.has(member) && !members.every((each) => inside.has(each)));
    if (parted.length === 0) return { chosen, inside };
    for (const [member] of parted) outside.add(member);
  }
}
