/**
 * One image, in the memory of the one before, and its gradient on one thread and on workers: how much faster the cores are together. Where
 * there are fewer cores than workers, only how much more the workers have to do than one thread would: what remains is a matter of the cores.
 */
import { availableParallelism } from "node:os";
import { nodeWorkers } from "../src/simulate/parallel/node.js";
import { chiSquare, uniform } from "./counts.js";
import type { GoalName } from "./goals.js";
import { measure, measureAwaited, type Row } from "./measure.js";
import { parametersFor, protein } from "./protein.js";

const edge = 1024;
const domains = 10;
const items = edge ** 2 * domains;
const goalOf = new Map<number, GoalName>([
  [2, "twoCores"],
  [4, "fourCores"],
]);

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const effort = { time: 0, runs: 9, warmups: 6 };
  const model = protein({ edge, domains }, { interpolation: "nearest" });
  const parameters = parametersFor(edge);
  const counts = uniform(edge, "float64");
  const what = `${edge}², ${domains} domains, nearest`;
  const alone = {
    image: () => {
      const { image } = model.simulate(parameters);
      return measure(`image on one thread, ${what}`, items, () => void model.simulate(parameters, image), effort);
    },
    gradient: () => measure(`gradient on one thread, ${what}`, items, () => void model.lossAndGradient(chiSquare, parameters, counts), effort),
  };
  for (const threads of [1, 2, 4]) {
    const hasCores = threads <= availableParallelism();
    const pool = nodeWorkers(threads);
    const { image } = await model.simulateOn({ pool }, parameters);
    const tasks = {
      image: async () => void (await model.simulateOn({ pool }, parameters, image)),
      gradient: async () => void (await model.lossAndGradientOn({ pool }, chiSquare, parameters, counts)),
    };
    for (const question of ["image", "gradient"] as const) {
      // Anew each time: a machine that others use, too, is now faster and now slower.
      const single = alone[question]();
      const row = await measureAwaited(`${question} on ${threads} worker${threads === 1 ? "" : "s"}, ${what}`, items, tasks[question], effort);
      const figure = single.nsPerItem / row.nsPerItem;
      const goal = question === "image" && hasCores ? goalOf.get(threads) : undefined;
      const work = (await processorTime(tasks[question])) / (single.nsPerItem * items);
      const remark = hasCores ? `${figure.toFixed(2)} times as fast` : "more workers than cores";
      rows.push(single, { ...row, remark: `${remark}, ${work.toFixed(2)} times the work of one thread`, ...(goal && { reached: [{ goal, figure }] }) });
    }
    await pool.close();
  }
  return rows;
}

/** What all threads of the process work in one run, in nanoseconds. */
async function processorTime(task: () => Promise<void>): Promise<number> {
  const runs = 5;
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) await task();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / runs;
}
