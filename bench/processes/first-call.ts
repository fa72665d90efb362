/** Prints how much longer the first call of an image and of its gradient takes than the second, in milliseconds: `first-call.ts LOOKUP`. */
import { chiSquare, uniform } from "../counts.js";
import { parametersFor, protein } from "../protein.js";

const edge = 1024;
const region = { fastMin: 0, fastMax: 31, slowMin: 0, slowMax: 31 };
const interpolation = process.argv[2] === "tricubic" ? "tricubic" : "nearest";
const model = protein({ edge, domains: 10 }, { interpolation, roi: region });
const parameters = parametersFor(edge);
const counts = uniform(edge, "float64");

function excess(call: () => void): number {
  const times = [0, 1].map(() => {
    const began = performance.now();
    call();
    return performance.now() - began;
  });
  return times[0] - times[1];
}

const image = excess(() => void model.simulate(parameters));
const gradient = excess(() => void model.lossAndGradient(chiSquare, parameters, counts));
process.stdout.write(JSON.stringify({ image, gradient }));
