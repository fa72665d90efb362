import { broadcastTo } from "../../autodiff/primitives/sum.js";
import type { Quantity, Tape, Variable } from "../../autodiff/tape.js";
import type { Shape } from "../../ndarray/shape.js";
import type { Vector } from "../../physics/vector.js";
import type { RecordedReach } from "../image.js";
import { recorded } from "../steps.js";
import type { Reach } from "./reach.js";

/** Reflections whose covariances tell those of all: what is added for a reflection is a quadratic form of its indices. */
const quadraticForm: readonly Vector<number>[] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]];

/**
 * Makes a program of what bounds the steps.
 * @param pixels a value of theirs, shape [P, 1, 1, 1]
 */
export function recordReach({ bounds, scattering, lattice, crystal, covariance, ofReflection, shape }: RecordedReach, tape: Tape, pixels: Variable): Reach {
  const all = (quantities: readonly Quantity[]): Variable[] => quantities.map((x) => recorded(x, pixels));
  const ofReflections = ofReflection ? quadraticForm.flatMap((hkl) => all(ofReflection(hkl))) : [];
  const outputs = [
    ...together(all(scattering), pixels.shape),
    ...together(all([...lattice.a, ...lattice.b, ...lattice.c]), []),
    ...(ofReflection ? together([...all(crystal), ...ofReflections], []) : all(crystal)),
    ...together(all(covariance), pixels.shape),
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
