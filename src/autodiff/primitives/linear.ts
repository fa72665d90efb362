import { describe, InputError } from "../../ndarray/errors.js";
import type { Shape } from "../../ndarray/shape.js";
import { record, type Kernel, type Primitive } from "../primitive.js";
import { Variable, type Attributes, type Typed } from "../tape.js";

/** Along which axes. */
export type Axes = { readonly axes: readonly number[] };

/** To which shape. */
export type To = { readonly shape: Shape };

/** A primitive whose derivative is itself. */
interface LinearRecord<A extends Attributes> {
  readonly name: string;
  infer(input: Typed, attributes: A): Typed;
  readonly kernel: Kernel<A>;
  /** The cotangent of the input from that of the output. */
  transpose(cotangent: Variable, input: Variable, attributes: A): Variable | undefined;
}

/** The primitive of a linear operation, whose derivative backwards is its transpose. */
export function linear<A extends Attributes>({ name, infer, kernel, transpose }: LinearRecord<A>): Primitive<A> {
  const primitive: Primitive<A> = {
    name,
    kernel,
    masks: "moved",
    infer: ([input], attributes) => infer(input, attributes),
    vjp: (_index, cotangent, { inputs, attributes }) => transpose(cotangent, inputs[0], attributes),
    jvp: (_index, tangent, { attributes }) => record(primitive, [tangent], attributes),
  };
  return primitive;
}

/** Throws InputError unless the operand is recorded, so that it has the shape that the step is made of. */
export function checkRecorded(operation: string, x: Variable): void {
  if (!(x instanceof Variable)) throw new InputError(`${operation}: the operand is ${describe(x)}; it has to be a recorded value`);
}
