/**
 * Prints what an image or its gradient takes beyond the image and the structure factors, in MB, and nanoseconds a (pixel, step), of
 * the first tiles; later ones use the same memory again: `memory.ts EDGE DOMAINS QUESTION`.
 */
import { chiSquare, uniform } from "../counts.js";
import { bytesInUse } from "../measure.js";
import { parametersFor, protein } from "../protein.js";

const [edge, domains] = process.argv.slice(2).map(Number);
const isGradient = process.argv[4] === "gradient";
const most = 5e6;

class Enough extends Error {}

const held = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const counts = uniform(edge, "float64");
bytesInUse();
const before = held();
let peak = before;
let began = performance.now();
let first = 0;
let done = 0;
const onProgress = (pixels: number): void => {
  peak = Math.max(peak, held());
  if (first === 0) {
    began = performance.now();
    first = pixels;
  }
  done = pixels;
  if (done * domains > most) throw new Enough();
};
const model = protein({ edge, domains }, { interpolation: "nearest", onProgress });
try {
  if (isGradient) model.lossAndGradient(chiSquare, parametersFor(edge), counts);
  else model.simulate(parametersFor(edge));
} catch (error) {
  if (!(error instanceof Enough)) throw error;
}
const nanoseconds = ((performance.now() - began) * 1e6) / (Math.max(1, done - first) * domains);
const image = isGradient ? 0 : counts.size * 8;
process.stdout.write(JSON.stringify({ megabytes: (peak - before - image) / 2 ** 20, nanoseconds, items: done * domains }));
