import { sameShape } from "../ndarray/shape.js";
import { between, pushForward } from "./forward.js";
import { closed, plus, type Contribution } from "./masks.js";
import { mul } from "./primitives/elementwise.js";
import { primitiveNamed } from "./primitives/registry.js";
import { broadcastTo } from "./primitives/sum.js";
import { pullBackEach } from "./reverse.js";
import { asQuantity, Variable } from "./tape.js";

/**
 * Records the derivatives of each element of a value by single numbers: backwards from the value to the last single numbers that act on
 * its elements, and forward from the sources to those. Where many sources act on many elements, that takes far fewer steps than to go
 * forward all the way.
 * @param sources of shape []
 * @param target made of single numbers and of arrays of its own shape by steps on each element alone
 * @returns one derivative for each source, of the target's shape; undefined where the target does not depend on it
 */
export function derivativesOfEach(sources: readonly Variable[], target: Variable): (Variable | undefined)[] {
  const { tape } = target;
  const one = tape.constant(1, target.dtype);
  if (target.shape.length === 0) return sources.map((source) => pushForward([source], [one], [target])[0]);
  const last = lastSingles(sources, target);
  const slopes = pullBackEach(target, broadcastTo(one, target.shape), last);
  return sources.map((source) => {
    const moves = pushForward([source], [one], last);
    let sum: Contribution | undefined;
    moves.forEach((move, i) => {
      const slope = slopes[i];
      if (move === undefined || slope === undefined) return;
      const part = { value: mul(slope.value, asQuantity(move)), mask: slope.mask, isOpen: slope.mask !== undefined };
      sum = sum === undefined ? part : plus(sum, part);
    });
    return sum && closed(sum);
  });
}

/** What gives each element from the one at its place, besides elementwise steps. */
const perElement: ReadonlySet<string> = new Set(["broadcast", "masked", "nearest", "tricubic"]);

/** Whether a target is made of single numbers and of arrays of its own shape by steps on each element alone, as far as it depends on the sources. */
export function isMadeOfEach(sources: readonly Variable[], { tape, id: last, shape: whole }: Variable): boolean {
  return between(sources, [new Variable(tape, last)]).every((id) => {
    const { primitive, shape } = tape.nodes[id];
    if (shape.length === 0) return true;
    return sameShape(shape, whole) && (primitiveNamed(primitive).kernel.kind === "elementwise" || perElement.has(primitive));
  });
}

/** What depends on the sources, has no elements yet, and is an operand of what has them; of what is merely repeated, the elements. */
function lastSingles(sources: readonly Variable[], target: Variable): Variable[] {
  const { tape, shape } = target;
  const way = between(sources, [target]);
  const onWay = new Set(way);
  const hasElements = (id: number): boolean => sameShape(tape.nodes[id].shape, shape);
  const last = new Set<number>();
  for (const id of way) {
    if (!hasElements(id)) continue;
    const { primitive, inputs } = tape.nodes[id];
    const singles = inputs.filter((input) => onWay.has(input) && !hasElements(input));
    if (primitive !== "broadcast") for (const single of singles) last.add(single);
    else if (singles.length > 0) last.add(id);
  }
  return [...last].sort((a, b) => a - b).map((id) => new Variable(tape, id));
}
