/** Every operation that can be recorded, as functions of numbers and recorded values. */
export * from "./primitives/elementwise.js";
export { nearest, tricubic } from "./primitives/lookup.js";
export {
  broadcastTo,
  convert,
  cumulativeSum,
  flip,
  gather,
  reshape,
  slice,
  sum,
  total,
  transpose,
} from "./primitives/structure.js";
export { waveSum } from "./primitives/waves.js";
