import { has, type Axes, type Level, type Plan, type Stage } from "./plan.js";

/** A plan in words: its loops, its ops, and what each nest of loops does at each of its levels. */
export function describePlan(plan: Plan): string {
  const axes = (along: Axes): string => plan.extents.map((_, axis) => axis).filter((axis) => has(along, axis)).join(", ") || "none";
  const ops = plan.ops.map(({ kind, axes: along, pass, inputs, ...op }, id) => {
    const name = "primitive" in op ? op.primitive : "value" in op ? String(op.value) : kind;
    const from = inputs.length === 0 ? "" : ` of ${inputs.join(", ")}`;
    return `op ${id}: ${name}${from}; varies along ${axes(along)}; pass ${pass}`;
  });
  return [`loops of ${plan.extents.join(" x ")}, in ${plan.dtype}`, ...ops, ...plan.stages.flatMap(describeStage)].join("\n");
}

function describeStage(stage: Stage, at: number): string[] {
  if ("node" in stage) return [`stage ${at}: the interpreter runs node ${stage.node}`];
  const { outer, vector, levels, masked } = stage;
  const loops = [...outer.map((axis) => `for axis ${axis}`), vector === undefined ? "once" : `vectors along axis ${vector}`];
  const obeys = masked ? ", where the mask is set" : "";
  return [`stage ${at}: nest of ${loops.join(", ")}${obeys}`, ...levels.flatMap((level, depth) => describeLevel(level, depth))];
}

function describeLevel({ scalars, vectors, computed, stored, sums, scatters }: Level, depth: number): string[] {
  if (computed.length + sums.length + scatters.length === 0) return [];
  const parts = { "reads before the loop": scalars, reads: vectors, computes: computed, keeps: stored, "adds up": sums, "adds to grids": scatters };
  const said = Object.entries(parts).flatMap(([what, ops]) => (ops.length === 0 ? [] : [`${what} ${ops.join(", ")}`]));
  return [`  level ${depth}: ${said.join("; ")}`];
}
