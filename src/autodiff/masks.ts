import { sameShape, type Shape } from "../ndarray/shape.js";
import type { Primitive, Step } from "./primitive.js";
import { add, where } from "./primitives/elementwise.js";
import { broadcastTo, unbroadcast } from "./primitives/sum.js";
import { asQuantity, Variable } from "./tape.js";

/**
 * Where the cotangents of a walk backwards can be other than 0: a mask is not 0 there. What a choice leaves out has the cotangent 0 but
 * may have an infinite slope, and 0 times infinity is NaN; so products are taken where the mask is not 0, and are 0 elsewhere. That a
 * cotangent happens to be 0 is not enough: its own derivative need not be.
 */
export class Masks {
  /** by value, of shapes that broadcast to the value's; undefined for everywhere */
  readonly #masks = new Map<number, Variable | undefined>();

  /** Adds where one contribution to a value's cotangent can be other than 0. */
  contribute({ id, shape }: Variable, mask: Variable | undefined): void {
    const sofar = this.#masks.get(id);
    const isFirst = !this.#masks.has(id);
    const own = mask && fitted(mask, shape);
    this.#masks.set(id, isFirst ? own : sofar && own && add(sofar, own));
  }

  /**
   * What a step contributes to the cotangent of one of its inputs, and where that can be other than 0.
   * @param contribution as the derivative rule has it
   */
  through(primitive: Primitive, index: number, cotangent: Variable, contribution: Variable, step: Step): { readonly contribution: Variable; readonly mask: Variable | undefined } {
    const mask = this.#masks.get(step.output.id);
    const { shape, dtype, tape } = step.output;
    if (primitive.masks === "chosen") return { contribution, mask: primitive.vjp(index, mask ?? tape.constant(1, dtype), step) };
    if (mask === undefined) return { contribution, mask };
    if (primitive.masks === "moved") return { contribution, mask: primitive.vjp(index, broadcastTo(mask, shape), step) };
    if (!sameShape(contribution.shape, shape)) return { contribution, mask: undefined };
    return { contribution: isFinite(contribution, cotangent) ? contribution : where(mask, contribution, 0), mask };
  }
}

/** Whether a contribution is the cotangent itself, or the cotangent times a number. */
function isFinite(contribution: Variable, { tape, id }: Variable): boolean {
  if (contribution.id === id) return true;
  const { primitive, inputs } = contribution.node;
  if (primitive === "neg") return inputs[0] === id;
  return primitive === "mul" && inputs.some((input) => input !== id && Number.isFinite(asQuantity(new Variable(tape, input))));
}

/** A mask summed over the axes that a value was repeated along. */
function fitted(mask: Variable, shape: Shape): Variable {
  const aligned = shape.slice(Math.max(0, shape.length - mask.shape.length));
  const added = mask.shape.length - aligned.length;
  return unbroadcast(mask, aligned.map((extent, axis) => (extent === 1 ? 1 : mask.shape[axis + added])));
}
