/**
 * One image and its gradient on one thread and on workers, in turn: how much faster the cores are together. Where there are fewer cores than
 * workers, only how much more the workers have to do than one thread would: what remains is a matter of the cores.
 */
import { availableParallelism } from "node:os";
import { nodeWorkers } from "../src/simulate/parallel/node.js";
import { chiSquare, uniform } from "./counts.js";
import type { GoalName } from "./goals.js";
import { measureInTurn, type Row, type Subject } from "./measure.js";
import { parametersFor, protein } from "./protein.js";

const edge = 1024;
const domains = 10;
const items = edge ** 2 * domains;
const counted = [1, 2, 4];
const goalOf = new Map<number, GoalName>([
  [2, "twoCores"],
  [4, "fourCores"],
]);

export async function run(): Promise<Row[]> {
  const model = protein({ edge, domains }, { interpolation: "nearest" });
  const parameters = parametersFor(edge);
  const counts = uniform(edge, "float64");
  const what = `${edge}², ${domains} domains, nearest`;
  const pools = counted.map((threads) => nodeWorkers(threads));
  const onWorkers = (threads: number): string => `on ${threads} worker${threads === 1 ? "" : "s"}, ${what}`;
  const images: Subject[] = [
    { name: `image on one thread, ${what}`, items, task: () => void model.simulate(parameters) },
    ...pools.map((pool) => ({ name: `image ${onWorkers(pool.size)}`, items, task: async () => void (await model.simulateOn({ pool }, parameters)) })),
  ];
  const gradients: Subject[] = [
    { name: `gradient on one thread, ${what}`, items, task: () => void model.lossAndGradient(chiSquare, parameters, counts) },
    ...pools.map((pool) => ({
      name: `gradient ${onWorkers(pool.size)}`,
      items,
      task: async () => void (await model.lossAndGradientOn({ pool }, chiSquare, parameters, counts)),
    })),
  ];
  const rows: Row[] = [];
  for (const subjects of [images, gradients]) {
    const measured = await measureInTurn(subjects, { runs: 11, warmups: 6 });
    const work = await processorTimes(subjects);
    measured.forEach((row, i) => rows.push(i === 0 ? row : { ...row, ...compared(row, measured[0], work[i] / work[0], counted[i - 1], subjects === images) }));
  }
  for (const pool of pools) await pool.close();
  return rows;
}

function compared(row: Row, alone: Row, work: number, threads: number, isGoal: boolean): Pick<Row, "remark" | "reached"> {
  const hasCores = threads <= availableParallelism();
  const figure = alone.nsPerItem / row.nsPerItem;
  const goal = isGoal && hasCores ? goalOf.get(threads) : undefined;
  const speed = hasCores ? `${figure.toFixed(2)} times as fast` : "more workers than cores";
  return { remark: `${speed}, ${work.toFixed(2)} times the work of one thread`, ...(goal && { reached: [{ goal, figure }] }) };
}

/** What all threads of the process work in one run of each task, in microseconds. */
async function processorTimes(subjects: readonly Subject[]): Promise<number[]> {
  const runs = 5;
  const times: number[] = [];
  for (const { task } of subjects) {
    const before = process.cpuUsage();
    for (let i = 0; i < runs; i++) await task();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / runs);
  }
  return times;
}
