/** Every operation that can be recorded, as functions of numbers and recorded values. */
export * from "./primitives/elementwise.js";
export { concatenate, stack } from "./primitives/joining.js";
export { nearest, tricubic } from "./primitives/lookup.js";
export { broadcastTo, sum, total } from "./primitives/sum.js";
export { convert, stopGradient } from "./primitives/identity.js";
export { cumulativeSum } from "./primitives/cumulative-sum.js";
export { flip, slice } from "./primitives/slice.js";
export { gather } from "./primitives/gather.js";
export { reshape, transpose } from "./primitives/reshape.js";
export { largest, logsumexp, mean, prod, smallest } from "./primitives/reductions.js";
export { waveSum } from "./primitives/waves.js";
