/** Every operation that can be recorded, as functions of numbers and recorded values. */
export * from "./primitives/elementwise.js";
export { concatenate, stack } from "./primitives/joining.js";
export { nearest, tricubic } from "./primitives/lookup.js";
export {
  broadcastTo,
  convert,
  cumulativeSum,
  flip,
  gather,
  reshape,
  slice,
  stopGradient,
  sum,
  total,
  transpose,
} from "./primitives/structure.js";
export { largest, logsumexp, mean, prod, smallest } from "./primitives/reductions.js";
export { waveSum } from "./primitives/waves.js";
