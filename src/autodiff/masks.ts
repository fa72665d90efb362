import { sameShape, type Shape } from "../ndarray/shape.js";
import type { Primitive, Step } from "./primitive.js";
import { add, where } from "./primitives/elementwise.js";
import { broadcastTo, unbroadcast } from "./primitives/sum.js";
import { asQuantity, Variable } from "./tape.js";

/** A cotangent on its way back. */
export interface Contribution {
  readonly value: Variable;
  /** where it is not 0 at the most; everywhere unless given */
  readonly mask: Variable | undefined;
  /** whether its value is any number where it is 0, so that the mask has still to be applied */
  readonly isOpen: boolean;
}

/** The number that a contribution is, everywhere. */
export function closed({ value, mask, isOpen }: Contribution): Variable {
  return mask && isOpen ? where(mask, value, 0) : value;
}

/** The sum of two contributions of one shape. */
export function plus(a: Contribution, b: Contribution): Contribution {
  if (a.mask && a.mask.id === b.mask?.id) return { value: add(a.value, b.value), mask: a.mask, isOpen: a.isOpen || b.isOpen };
  return { value: add(closed(a), closed(b)), mask: undefined, isOpen: false };
}

/**
 * Where the cotangents of a walk backwards can be other than 0: a mask is not 0 there. What a choice leaves out has the cotangent 0 but
 * may have an infinite slope, and 0 times infinity is NaN; so products count where the mask is not 0, and are 0 elsewhere. That a
 * cotangent happens to be 0 is not enough: its own derivative need not be. A mask is applied as late as can be, where cotangents of
 * different masks are added up or are moved, and once for all products on the way there.
 */
export class Masks {
  /** by value, of shapes that broadcast to the value's; undefined for everywhere */
  readonly #masks = new Map<number, Variable | undefined>();

  /** Adds where one contribution to a value's cotangent can be other than 0. */
  contribute({ id, shape }: Variable, mask: Variable | undefined): void {
    const sofar = this.#masks.get(id);
    const isFirst = !this.#masks.has(id);
    const own = mask && fitted(mask, shape);
    this.#masks.set(id, isFirst || sofar?.id === own?.id ? own : sofar && own && add(sofar, own));
  }

  /**
   * What a step contributes to the cotangent of one of its inputs.
   * @param cotangent of the step's result
   * @returns undefined where no gradient flows
   */
  through(primitive: Primitive, index: number, cotangent: Contribution, step: Step): Contribution | undefined {
    const mask = this.#masks.get(step.output.id);
    const { shape } = step.output;
    const isPlain = primitive.kernel.kind === "elementwise" && primitive.masks === undefined;
    const incoming = isPlain ? cotangent.value : closed(cotangent);
    const value = primitive.vjp(index, incoming, step);
    if (value === undefined) return undefined;
    if (primitive.masks === "chosen") return { value, mask: letThrough(primitive, index, mask, step), isOpen: false };
    if (mask === undefined) return { value, mask, isOpen: false };
    if (primitive.masks === "moved") return { value, mask: primitive.vjp(index, broadcastTo(mask, shape), step), isOpen: false };
    if (!sameShape(value.shape, shape)) return { value, mask: undefined, isOpen: false };
    const isOpen = (isPlain && cotangent.isOpen) || !isFinite(value, incoming);
    return { value, mask, isOpen };
  }
}

/** Where a choice lets something through: of a condition, where it is not 0. */
function letThrough(primitive: Primitive, index: number, mask: Variable | undefined, step: Step): Variable | undefined {
  if (primitive.name === "where" && index === 1 && (mask === undefined || mask.id === step.inputs[0].id)) return step.inputs[0];
  return primitive.vjp(index, mask ?? step.output.tape.constant(1, step.output.dtype), step);
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
