/**
 * The nearest whole number; of two that are equally near, the lower one. Miller indices and counts of pixels are rounded so.
 *
 * Source: nanoBragg, which writes ceil(x - 0.5). `ops.round` is the same for recorded values, and the loops of WebAssembly have it as
 * vector instructions.
 */
export function nearestWhole(x: number): number {
  return Math.ceil(x - 0.5);
}
