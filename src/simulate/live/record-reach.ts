import { broadcastTo } from "../../autodiff/primitives/sum.js";
import type { Quantity, Tape, Variable } from "../../autodiff/tape.js";
import type { Shape } from "../../ndarray/shape.js";
import type { RecordedReach } from "../image.js";
import { recorded } from "../steps.js";
import type { Reach } from "./reach.js";

/**
 * Makes a program of what bounds the steps.
 * @param pixels a value of theirs, shape [P, 1, 1, 1]
 */
export function recordReach({ bounds, scattering, lattice, crystal, covariance, shape }: RecordedReach, tape: Tape, pixels: Variable): Reach {
  const all = (quantities: readonly Quantity[]): Variable[] => quantities.map((x) => recorded(x, pixels));
  const outputs = [
    ...together(all(scattering), pixels.shape),
    ...together(all([...lattice.a, ...lattice.b, ...lattice.c]), []),
    ...all(crystal),
    ...all(covariance).map((x) => broadcastTo(x, shape)),
  ];
  return { ...bounds, program: tape.program(outputs), steps: shape.slice(1) };
}

/** Values, all along the axes that any of them varies along. */
function together(values: readonly Variable[], least: Shape): Variable[] {
  const rank = 4;
  const aligned = [least, ...values.map(({ shape }) => shape)].map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  const whole = Array.from({ length: rank }, (_, axis) => Math.max(...aligned.map((shape) => shape[axis])));
  return values.map((x) => broadcastTo(x, whole));
}
