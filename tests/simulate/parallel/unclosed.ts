/** Uses workers and leaves them to themselves: the process ends all the same. */
import { nodeWorkers } from "../../../src/simulate/parallel/node.js";
import { modelOf, numbersIn, start } from "../still-life.js";

const model = modelOf({ domains: 1, scanSteps: 1 }, { interpolation: "nearest", oversample: 1 });
const { image } = await model.simulateOn({ pool: nodeWorkers(2) }, start);
process.stdout.write(String(Math.max(...numbersIn(image))));
