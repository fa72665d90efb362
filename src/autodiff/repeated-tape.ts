import type { DType } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { Tape, Variable, type Attributes, type Typed } from "./tape.js";

/** What was asked of a tape, and the number of the step that it gave. */
interface Call {
  readonly primitive: string;
  readonly inputs: readonly number[];
  readonly attributes: Attributes;
  readonly step: number;
}

/**
 * A tape of what was recorded before, mostly alike. As long as it is recorded in the same order, its steps are those of the earlier tape:
 * nothing has to be spelled, looked up or inferred. From the first difference on it is a tape like any other.
 */
export class RepeatedTape extends Tape {
  readonly #calls: Call[] = [];
  /** the earlier tape, as long as there was no difference */
  #before: RepeatedTape | undefined;
  #isSealed = false;
  #spelling: string | undefined;

  /** @param before the earlier recording, to its seal */
  constructor(before?: RepeatedTape) {
    super();
    this.#before = before;
    if (before) before.#before = undefined;
  }

  /** Ends what later tapes are compared with; further steps are this tape's alone. */
  seal(): void {
    this.#spelling = this.spelling;
    this.#isSealed = true;
  }

  /** All steps, as of its seal. */
  override get spelling(): string {
    if (this.#spelling !== undefined) return this.#spelling;
    const before = this.#before;
    if (before && this.#calls.length === before.#calls.length) return before.spelling;
    this.spellOut();
    return super.spelling;
  }

  override input(typed: Typed): Variable {
    const attributes = { index: this.inputs.length };
    const step = this.#stepBefore("input", [], attributes, typed);
    if (step === undefined) return this.#noted("input", [], super.input(typed));
    this.addInput(typed);
    return this.#repeated(step);
  }

  override literal(array: NdArray): Variable {
    const present = this.literals.indexOf(array);
    const attributes = { index: present >= 0 ? present : this.literals.length };
    const step = this.#stepBefore("literal", [], attributes, array);
    if (step === undefined) return this.#noted("literal", [], super.literal(array));
    if (present < 0) this.addLiteral(array);
    return this.#repeated(step);
  }

  override constant(value: number, dtype: DType): Variable {
    const attributes = { value };
    const step = this.#stepBefore("constant", [], attributes, { shape: [], dtype });
    return step === undefined ? this.#noted("constant", [], super.constant(value, dtype)) : this.#repeated(step);
  }

  override recordStep(primitive: string, inputs: readonly Variable[], attributes: Attributes, infer: () => Typed): Variable {
    const step = this.#stepBefore(primitive, inputs, attributes);
    return step === undefined ? this.#noted(primitive, inputs, super.recordStep(primitive, inputs, attributes, infer)) : this.#repeated(step);
  }

  /** The step that the earlier tape gave for the next call, if it was the same one. */
  #stepBefore(primitive: string, inputs: readonly Variable[], attributes: Attributes, leaf?: Typed): number | undefined {
    const before = this.#before;
    if (before === undefined) return undefined;
    const call = before.#calls.at(this.#calls.length);
    if (call && this.#calls.length < before.#calls.length && !this.#isSealed && isSameCall(call, primitive, inputs, attributes) && (leaf === undefined || isSameTyped(leaf, before.nodes[call.step]))) return call.step;
    this.#before = undefined;
    this.spellOut();
    return undefined;
  }

  #repeated(step: number): Variable {
    const before = this.#before;
    if (before === undefined) throw new TypeError("there is no earlier tape");
    if (step === this.nodes.length) this.nodes.push(before.nodes[step]);
    this.#calls.push(before.#calls[this.#calls.length]);
    return new Variable(this, step);
  }

  #noted(primitive: string, inputs: readonly Variable[], result: Variable): Variable {
    if (!this.#isSealed) this.#calls.push({ primitive, inputs: inputs.map(({ id }) => id), attributes: this.nodes[result.id].attributes, step: result.id });
    return result;
  }
}

function isSameCall(call: Call, primitive: string, inputs: readonly Variable[], attributes: Attributes): boolean {
  if (call.primitive !== primitive || call.inputs.length !== inputs.length) return false;
  for (let i = 0; i < inputs.length; i++) if (call.inputs[i] !== inputs[i].id) return false;
  return areSameAttributes(call.attributes, attributes);
}

function areSameAttributes(a: Attributes, b: Attributes): boolean {
  for (const name in b) if (!(name in a)) return false;
  for (const name in a) {
    const [one, other] = [a[name], b[name]];
    const isSame = typeof one === "object" ? typeof other === "object" && one.length === other.length && one.every((value, i) => Object.is(value, other[i])) : Object.is(one, other);
    if (!isSame) return false;
  }
  return true;
}

function isSameTyped(a: Typed, b: Typed): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}
