import { checkElement, isFloat, type DType } from "../ndarray/dtype.js";
import { describe, describeShape, DTypeError, InputError, ShapeError } from "../ndarray/errors.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";

/** A plain value that a step carries besides its inputs. */
export type Attribute = number | string | readonly number[];
/** What a step carries besides its inputs, by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** Shape and dtype of a value that need not exist yet. */
export interface Typed {
  /** extents of the axes, the slowest first */
  readonly shape: Shape;
  /** type of the elements */
  readonly dtype: DType;
}

/**
 * One recorded step. A leaf has no inputs and one of the names "input" (attribute index: which argument of a run),
 * "literal" (attribute index: which of the tape's arrays) and "constant" (attribute value); every other name is a primitive's.
 */
export interface Node extends Typed {
  /** name of the operation, or of the kind of leaf */
  readonly primitive: string;
  /** numbers of the steps that it takes, in their order */
  readonly inputs: readonly number[];
  /** what the operation needs besides its inputs */
  readonly attributes: Attributes;
}

/** A value on a tape: known by shape and dtype while recording, by its numbers when the tape is run. */
export class Variable implements Typed {
  constructor(
    /** the tape that it is recorded on */
    readonly tape: Tape,
    /** number of its step on the tape */
    readonly id: number,
  ) {}

  /** the step that makes it */
  get node(): Node {
    return this.tape.nodes[this.id];
  }
  /** extents of its axes, the slowest first */
  get shape(): Shape {
    return this.node.shape;
  }
  /** type of its elements */
  get dtype(): DType {
    return this.node.dtype;
  }

  /** Refuses to stand in a JavaScript expression, where it would count as NaN. */
  [Symbol.toPrimitive](): never {
    throw new TypeError(
      "a Variable has no number while it is recorded, so a JavaScript expression cannot use it: write ops.add, ops.sub, ops.mul, ops.div, ops.less or ops.where in place of +, -, *, /, < or ?, and ops.sin in place of Math.sin",
    );
  }
}

/** Values of two tapes meet. */
export class TwoTapes extends ShapeError {
  constructor(
    message: string,
    /** the tapes of the values, in their order */
    readonly tapes: readonly Tape[],
  ) {
    super(message);
  }
}

/** A number that is known while recording, or a value on the tape. The formulas of physics take either. */
export type Quantity = number | Variable;

/**
 * A quantity that has to be known while recording.
 * @throws TypeError when it is recorded
 */
export function known(quantity: Quantity): number {
  if (typeof quantity === "number") return quantity;
  throw new TypeError("a number is needed where a recorded value was given");
}

/** What may stand beside a Variable in an operation. */
export type Operand = Quantity | NdArray;

/** A pruned tape with its results chosen: plain data that any executor can run and any worker can receive. */
export interface Program {
  /** the steps, each behind those that it takes */
  readonly nodes: readonly Node[];
  /** arrays that were known while recording */
  readonly literals: readonly NdArray[];
  /** shape and dtype of the arguments of a run, used or not */
  readonly inputs: readonly Typed[];
  /** numbers of the steps whose values are the results */
  readonly outputs: readonly number[];
}

/** What was computed, in order, as data. Equal steps are recorded once. */
export class Tape {
  /** the steps so far, each behind those that it takes */
  readonly nodes: Node[] = [];
  readonly #literals: NdArray[] = [];
  readonly #inputs: Typed[] = [];
  readonly #known = new Map<string, number>();

  /** The arrays that were known while recording, by the index that their steps have. */
  get literals(): readonly NdArray[] {
    return this.#literals;
  }

  /** All steps so far, spelled out, numbers included: two tapes of one spelling differ in literals and arguments alone. */
  get spelling(): string {
    return [...this.#known.keys()].join("\n");
  }

  /** Shape and dtype of the values that are handed in when the tape is run. */
  get inputs(): readonly Typed[] {
    return this.#inputs;
  }

  /** A value that is handed in when the tape is run. */
  input({ shape, dtype }: Typed): Variable {
    const index = this.addInput({ shape, dtype });
    return this.record({ primitive: "input", inputs: [], attributes: { index }, shape, dtype });
  }

  /** An array that is known now; the tape keeps it, not a copy. */
  literal(array: NdArray): Variable {
    const present = this.#literals.indexOf(array);
    const index = present >= 0 ? present : this.addLiteral(array);
    return this.record({ primitive: "literal", inputs: [], attributes: { index }, shape: array.shape, dtype: array.dtype });
  }

  /**
   * A number that is known now, of shape [].
   * @throws DTypeError when the dtype is int32 and cannot hold it
   */
  constant(value: number, dtype: DType): Variable {
    checkElement(value, dtype);
    return this.record({ primitive: "constant", inputs: [], attributes: { value }, shape: [], dtype });
  }

  /** Records a step, with its own copies of the caller's lists. */
  record(node: Node): Variable {
    const key = keyOf(node);
    return this.#present(key) ?? this.#add(key, node);
  }

  /**
   * Records a step of other values.
   * @param infer tells shape and dtype, if there is no such step yet
   */
  recordStep(primitive: string, inputs: readonly Variable[], attributes: Attributes, infer: () => Typed): Variable {
    const ids = inputs.map(({ id }) => id);
    const key = keyOfStep(primitive, ids, attributes);
    const present = this.#present(key);
    if (present !== undefined) return present;
    const { shape, dtype } = infer();
    return this.#add(key, { primitive, inputs: ids, attributes, shape, dtype });
  }

  /** Expects one more argument, and gives its index. */
  protected addInput({ shape, dtype }: Typed): number {
    return this.#inputs.push({ shape: [...shape], dtype }) - 1;
  }

  /** Keeps one more array, and gives its index. */
  protected addLiteral(array: NdArray): number {
    return this.#literals.push(array) - 1;
  }

  /** Spells those of the last steps that are not spelled yet, so that equal ones are found. */
  protected spellOut(): void {
    for (let id = this.#known.size; id < this.nodes.length; id++) this.#known.set(keyOf(this.nodes[id]), id);
  }

  #present(key: string): Variable | undefined {
    const id = this.#known.get(key);
    return id === undefined ? undefined : new Variable(this, id);
  }

  #add(key: string, { primitive, inputs, attributes, shape, dtype }: Node): Variable {
    const id = this.nodes.push({ primitive, inputs, attributes: withOwnLists(attributes), shape: [...shape], dtype }) - 1;
    this.#known.set(key, id);
    return new Variable(this, id);
  }

  /**
   * The steps that the outputs need, renumbered, in their order.
   * @throws ShapeError when an output stands on another tape
   */
  program(outputs: readonly Variable[]): Program {
    if (outputs.some(({ tape }) => tape !== this)) throw new ShapeError("an output of a program stands on another tape");
    const needed = new Set<number>();
    const visit = outputs.map((output) => output.id);
    for (let id = visit.pop(); id !== undefined; id = visit.pop()) {
      if (needed.has(id)) continue;
      needed.add(id);
      const { inputs } = this.nodes[id];
      for (let i = 0; i < inputs.length; i++) if (!needed.has(inputs[i])) visit.push(inputs[i]);
    }
    const order = [...needed].sort((a, b) => a - b);
    const renumbered: number[] = [];
    order.forEach((id, index) => (renumbered[id] = index));
    const nodes = order.map((id) => {
      const node = this.nodes[id];
      return { ...node, inputs: node.inputs.map((input) => renumbered[input]) };
    });
    return { nodes, literals: this.#literals, inputs: this.#inputs, outputs: outputs.map(({ id }) => renumbered[id]) };
  }
}

function withOwnLists(attributes: Attributes): Attributes {
  const own: Record<string, Attribute> = {};
  for (const name in attributes) {
    const value = attributes[name];
    own[name] = typeof value === "object" ? [...value] : value;
  }
  return own;
}

/** What makes a step the same as another one: shape and dtype follow from what it takes, if it takes something. */
function keyOf({ primitive, inputs, attributes, shape, dtype }: Node): string {
  const key = keyOfStep(primitive, inputs, attributes);
  return inputs.length > 0 ? key : `${key}${shape.join()}${dtype}`;
}

function keyOfStep(primitive: string, inputs: readonly number[], attributes: Attributes): string {
  let key = primitive;
  for (let i = 0; i < inputs.length; i++) key += `,${inputs[i]}`;
  key += ";";
  for (const name in attributes) {
    const value = attributes[name];
    key += `${name}=${typeof value === "object" ? value.map(spelled).join() : spelled(value)};`;
  }
  return key;
}

/** What programs have in common that do the same with other arguments and literals. */
export function structureOf({ nodes, outputs }: Pick<Program, "nodes" | "outputs">): string {
  return [...nodes.map(keyOf), outputs.join()].join("\n");
}

/** In letters that tell 0 from -0. */
function spelled(value: number | string): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A constant as the number that it is, so that rules simplify and fold. */
export function asQuantity(variable: Variable): Quantity {
  const { primitive, attributes } = variable.node;
  return primitive === "constant" && typeof attributes.value === "number" ? attributes.value : variable;
}

/**
 * Operands as values of one tape; numbers take the dtype of the others.
 * @throws InputError when an operand is something else; DTypeError when a number is not whole and the others are int32; ShapeError
 *   when there is no Variable, or there are two tapes
 */
export function onOneTape(operation: string, operands: readonly Operand[]): Variable[] {
  let like: Variable | undefined;
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index];
    if (operand instanceof Variable) like ??= operand;
    else if (typeof operand !== "number" && !(operand instanceof NdArray)) {
      throw new InputError(`${operation}: operand ${index} is ${describe(operand)}; operands are recorded values, arrays and numbers`);
    }
  }
  if (like === undefined) throw new ShapeError(`${operation}: none of the operands is recorded on a tape`);
  const { tape, dtype } = like;
  return operands.map((operand) => {
    if (typeof operand === "number") return tape.constant(operand, dtype);
    if (!(operand instanceof Variable)) return tape.literal(operand);
    if (operand.tape !== tape) throw new TwoTapes(`${operation}: the operands stand on two different tapes`, [operand.tape, tape]);
    return operand;
  });
}

/**
 * Refuses arguments of a run other than those that the tape was recorded for.
 * @throws ShapeError when their number or a shape differs; DTypeError when a dtype does; InputError when one is no array
 */
export function checkInputs({ inputs: wanted }: Program, given: readonly NdArray[]): void {
  if (given.length !== wanted.length) {
    throw new ShapeError(`a program of ${wanted.length} inputs cannot run on ${given.length}`);
  }
  wanted.forEach((typed, index) => checkInput(index, typed, given[index]));
}

function checkInput(index: number, wanted: Typed, given: NdArray): void {
  if (!(given instanceof NdArray)) throw new InputError(`input ${index} is ${describe(given)}; a program runs on arrays`);
  if (given.dtype !== wanted.dtype) {
    throw new DTypeError(`input ${index} was recorded as ${wanted.dtype} and is ${given.dtype}`);
  }
  if (!sameShape(given.shape, wanted.shape)) {
    throw new ShapeError(
      `input ${index} was recorded with shape ${describeShape(wanted.shape)} and has shape ${describeShape(given.shape)}`,
    );
  }
}

/** Whether a gradient can flow through a value of this dtype. */
export function carriesGradient({ dtype }: Typed): boolean {
  return isFloat(dtype);
}
