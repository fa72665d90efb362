/** The linear primitives that move, repeat and add up numbers. The derivative of each is itself, its transpose another. */
import { cumulativeSumPrimitive } from "./cumulative-sum.js";
import { gatherPrimitive, scatterAddPrimitive } from "./gather.js";
import { aliasPrimitive, convertPrimitive, stopPrimitive } from "./identity.js";
import { reshapePrimitive, transposePrimitive } from "./reshape.js";
import { padPrimitive, slicePrimitive } from "./slice.js";
import { broadcastPrimitive, sumPrimitive } from "./sum.js";

export const structurePrimitives = {
  stopGradient: stopPrimitive,
  sum: sumPrimitive,
  broadcast: broadcastPrimitive,
  reshape: reshapePrimitive,
  transpose: transposePrimitive,
  slice: slicePrimitive,
  pad: padPrimitive,
  cumulativeSum: cumulativeSumPrimitive,
  convert: convertPrimitive,
  gather: gatherPrimitive,
  scatterAdd: scatterAddPrimitive,
  alias: aliasPrimitive,
};
