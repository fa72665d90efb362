/** The instructions of WebAssembly that loops over vectors of floats need. */

/** Instructions without immediates that take their operands from the stack. */
export const scalarOpcodes = { i32Add: 0x6a, i32Sub: 0x6b, i32Mul: 0x6c, i32LtU: 0x49, f64FromF32: 0xbb, f32FromF64: 0xb6, i32Ne: 0x47, i32Shl: 0x74 };

/** The same of the vector instructions; those of floats by their number of lanes. */
export const vectorOpcodes = {
  or: 80,
  bitselect: 82,
  anyTrue: 83,
  i32Add: 0xae,
  i32Mul: 0xb5,
  i32LtU: 58,
  i32Splat: 17,
  i64Add: 0xce,
  extendLowI32ToI64: 0xc7,
  demoteF64: 0x5e,
  promoteLowF32: 0x5f,
};

/** Vector instructions on the bits of floats, whatever their number of lanes is. */
const bitOpcodes = { and: 78, andNot: 79, xor: 81 };

/** Vector instructions on floats, for 2 lanes of float64 and 4 lanes of float32. */
export interface FloatOpcodes {
  readonly and: number;
  readonly andNot: number;
  readonly xor: number;
  readonly loadSplat: number;
  readonly loadLane: number;
  readonly storeLane: number;
  readonly splat: number;
  readonly extractLane: number;
  readonly replaceLane: number;
  readonly eq: number;
  readonly ne: number;
  readonly lt: number;
  readonly le: number;
  readonly ceil: number;
  readonly floor: number;
  readonly nearest: number;
  readonly abs: number;
  readonly neg: number;
  readonly sqrt: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly div: number;
  readonly min: number;
  readonly max: number;
  readonly pmin: number;
  readonly pmax: number;
  readonly truncToI32: number;
  readonly shiftLeft: number;
  readonly relaxedMultiplyAdd: number;
}

export const float64Opcodes: FloatOpcodes = {
  ...bitOpcodes,
  loadSplat: 10,
  loadLane: 87,
  storeLane: 91,
  splat: 20,
  extractLane: 33,
  replaceLane: 34,
  eq: 71,
  ne: 72,
  lt: 73,
  le: 75,
  ceil: 0x74,
  floor: 0x75,
  nearest: 0x94,
  abs: 0xec,
  neg: 0xed,
  sqrt: 0xef,
  add: 0xf0,
  sub: 0xf1,
  mul: 0xf2,
  div: 0xf3,
  min: 0xf4,
  max: 0xf5,
  pmin: 0xf6,
  pmax: 0xf7,
  truncToI32: 0xfc,
  shiftLeft: 0xcb,
  relaxedMultiplyAdd: 0x107,
};

export const float32Opcodes: FloatOpcodes = {
  ...bitOpcodes,
  loadSplat: 9,
  loadLane: 86,
  storeLane: 90,
  splat: 19,
  extractLane: 31,
  replaceLane: 32,
  eq: 65,
  ne: 66,
  lt: 67,
  le: 69,
  ceil: 0x67,
  floor: 0x68,
  nearest: 0x6a,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
  truncToI32: 0xf8,
  shiftLeft: 0xab,
  relaxedMultiplyAdd: 0x105,
};
