/** What is done once for an experiment: to record, to generate and to compile, in a process that has done nothing yet. */
import type { GoalName, Reached } from "./goals.js";
import type { Row } from "./measure.js";
import { numbersOf } from "./processes/answer.js";

const runs = 3;

export async function run(): Promise<Row[]> {
  return (["nearest", "tricubic"] as const).flatMap((interpolation) => {
    const processes = Array.from({ length: runs }, () => numbersOf("first-call", interpolation));
    return (["image", "gradient"] as const).map((question): Row => {
      const sorted = processes.map((numbers) => numbers.get(question) ?? NaN).sort((a, b) => a - b);
      const figure = sorted[Math.floor(runs / 2)];
      const goal: GoalName = question === "image" ? "firstImage" : "firstGradient";
      const reached: Reached[] = interpolation === "nearest" ? [{ goal, figure }] : [];
      return { name: `first call, ${question}, ${interpolation}`, items: 1, nsPerItem: figure * 1e6, runs, remark: `${figure.toFixed(0)} ms`, reached };
    });
  });
}
