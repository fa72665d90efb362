/** How memory grows with pixels and with steps; image and structure factors do not count. Time a (pixel, step) stays the same. */
import type { Row } from "./measure.js";
import { numbersOf } from "./processes/answer.js";

const sizes = [
  [256, 1],
  [256, 10],
  [256, 100],
  [1024, 10],
  [2048, 100],
] as const;

export async function run(): Promise<Row[]> {
  return sizes.flatMap(([edge, domains]) =>
    (["image", "gradient"] as const).map((question): Row => {
      const numbers = numbersOf("memory", String(edge), String(domains), question);
      const figure = numbers.get("megabytes") ?? NaN;
      const isGoal = edge === 2048 && question === "gradient";
      return {
        name: `memory, ${question}, ${edge}², ${domains} steps`,
        items: numbers.get("items") ?? NaN,
        nsPerItem: numbers.get("nanoseconds") ?? NaN,
        runs: 1,
        remark: `${figure.toFixed(1)} MB`,
        ...(isGoal && { reached: [{ goal: "memory", figure }] }),
      };
    }),
  );
}
