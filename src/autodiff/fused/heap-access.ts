import { bytesPerElement, type FloatDType } from "../../ndarray/dtype.js";
import { float32Opcodes, float64Opcodes, scalarOpcodes, type FloatOpcodes, type FunctionBody } from "./wasm-assembler.js";

/**
 * How an innermost loop moves through the heap: by whole vectors; or, where they do not fit, number by number, each in all lanes of
 * a vector, whose first lane counts.
 */
export class HeapAccess {
  readonly #opcodes: FloatOpcodes;
  /** whether numbers of the heap become wider in the vectors */
  readonly widens: boolean;

  /** @param math dtype of the vectors, which differs from the heap's only where numbers come one by one */
  constructor(
    readonly body: FunctionBody,
    readonly heap: FloatDType,
    readonly math: FloatDType,
    readonly isWide: boolean,
  ) {
    this.#opcodes = math === "float32" ? float32Opcodes : float64Opcodes;
    this.widens = heap !== math;
  }

  /** Bytes by which the loop moves on. */
  get step(): number {
    return this.isWide ? 16 : bytesPerElement[this.heap];
  }

  /** Replaces an address on the stack by what stands there for this turn of the loop. */
  load(byteOffset: number): void {
    if (this.isWide) this.body.load(byteOffset);
    else this.splat(byteOffset);
  }

  /** Replaces an address on the stack by the number there, in all lanes. */
  splat(byteOffset: number): void {
    const { body } = this;
    if (!this.widens) return body.memory(this.#opcodes.loadSplat, byteOffset);
    body.scalarMemory(scalarOpcodes.f32Load, byteOffset);
    body.scalar(scalarOpcodes.f64FromF32);
    body.vector(this.#opcodes.splat);
  }

  /** Puts a variable at the address on the stack, for this turn of the loop. */
  store(byteOffset: number, value: number): void {
    if (!this.isWide) return this.storeFirst(byteOffset, value);
    this.body.get(value);
    this.body.store(byteOffset);
  }

  /** Puts the first lane of a variable at the address on the stack. */
  storeFirst(byteOffset: number, value: number): void {
    const { body } = this;
    body.get(value);
    if (!this.widens) return body.memory(this.#opcodes.storeLane, byteOffset, 0);
    body.lane(this.#opcodes.extractLane, 0);
    body.scalar(scalarOpcodes.f32FromF64);
    body.scalarMemory(scalarOpcodes.f32Store, byteOffset);
  }
}
