import { bytesPerElement, type FloatDType } from "../../ndarray/dtype.js";
import type { ElementwiseKernel } from "../primitive.js";
import { primitiveNamed } from "../primitives/registry.js";
import type { Mask, Shortcuts, Vector, Vectors } from "../vectors.js";
import { float32Opcodes, float64Opcodes, scalarOpcodes, vectorOpcodes, type FloatOpcodes } from "./opcodes.js";
import type { Plan } from "./plan.js";
import { v128, type FunctionBody } from "./function-body.js";
import type { ImportedFunction } from "./wasm-module.js";

type FloatOpcode = keyof FloatOpcodes;

/** What lanes call one by one, where there is no vector instruction and no polynomial. */
export interface LaneFunction extends ImportedFunction {
  readonly primitive: string;
  readonly apply: (...numbers: number[]) => number;
}

/** The functions that a plan's lanes call. */
export function laneFunctionsOf({ ops }: Pick<Plan, "ops">): LaneFunction[] {
  const arities = new Map(ops.flatMap((op) => (op.kind === "elementwise" ? [[op.primitive, op.inputs.length]] : [])));
  return [...arities].flatMap(([primitive, arity], i) => {
    const { vector, evaluate, callsLanes } = elementwiseKernel(primitive);
    return vector === undefined || callsLanes ? [{ primitive, name: `lane ${i}`, arity, apply: evaluate }] : [];
  });
}

/** @throws TypeError when the primitive is none that works number by number */
function elementwiseKernel(primitive: string): ElementwiseKernel {
  const { kernel } = primitiveNamed(primitive);
  if (kernel.kind === "elementwise") return kernel;
  throw new TypeError(`the primitive "${primitive}" does not work number by number`);
}

const exponentBias: Readonly<Record<FloatDType, number>> = { float64: 1023, float32: 127 };
const mantissaBits: Readonly<Record<FloatDType, number>> = { float64: 52, float32: 23 };

/** Vectors as local variables of a function. */
export class VectorMath implements Vectors {
  readonly opcodes: FloatOpcodes;
  readonly lanes: number;
  readonly laneBytes: number;
  /** of values that are 1 or 0, the mask that they stand for */
  readonly #masks = new Map<Vector, Mask>();
  /** the primitive whose code is being written */
  #applied = "";

  /**
   * @param constant the variable that holds a number in all lanes
   * @param hasMultiplyAdd whether the engine knows relaxed vectors
   * @param laneFunctions the functions that the module imports
   */
  constructor(
    readonly body: FunctionBody,
    readonly dtype: FloatDType,
    readonly constant: (value: number) => number,
    readonly hasMultiplyAdd: boolean,
    readonly laneFunctions: readonly LaneFunction[],
  ) {
    this.opcodes = dtype === "float32" ? float32Opcodes : float64Opcodes;
    this.laneBytes = bytesPerElement[dtype];
    this.lanes = 16 / this.laneBytes;
  }

  /** The variable of what is on the stack. */
  keep(): number {
    const local = this.body.local(v128);
    this.body.set(local);
    return local;
  }

  /** Puts the result of an instruction on the stack. */
  push(opcode: FloatOpcode, x: Vector, y?: Vector, z?: Vector): void {
    const { body } = this;
    body.get(x);
    if (y !== undefined) body.get(y);
    if (z !== undefined) body.get(z);
    body.vector(this.opcodes[opcode]);
  }

  do(opcode: FloatOpcode, x: Vector, y?: Vector, z?: Vector): number {
    this.push(opcode, x, y, z);
    return this.keep();
  }

  /** x where the mask is set, else y. */
  select(mask: number, x: number, y: number): number {
    for (const local of [x, y, mask]) this.body.get(local);
    this.body.vector(vectorOpcodes.bitselect);
    return this.keep();
  }

  /** Lanes of two vectors, those of the second counted on from those of the first. */
  shuffled(x: number, y: number, lanes: readonly number[]): number {
    this.body.get(x);
    this.body.get(y);
    this.body.shuffle(lanes.flatMap((lane) => Array.from({ length: this.laneBytes }, (_, byte) => lane * this.laneBytes + byte)));
    return this.keep();
  }

  /** c0 + c1 x + c2 x² + ... */
  polynomial(coefficients: readonly number[], x: number): number {
    let sum = this.constant(coefficients[coefficients.length - 1]);
    for (let i = coefficients.length - 2; i >= 0; i--) {
      sum = coefficients[i] === 0 ? this.do("mul", sum, x) : this.multiplyAdd(sum, x, this.constant(coefficients[i]));
    }
    return sum;
  }

  /** x y + z, rounded once where the engine can. */
  multiplyAdd(x: number, y: number, z: number): number {
    return this.hasMultiplyAdd ? this.do("relaxedMultiplyAdd", x, y, z) : this.do("add", this.do("mul", x, y), z);
  }

  /** An elementwise primitive of vectors: by its vector form, or lane by lane. */
  apply(primitive: string, inputs: readonly Vector[], shortcuts: Shortcuts): Vector {
    const { vector } = elementwiseKernel(primitive);
    this.#applied = primitive;
    if (vector === undefined) return this.laneByLane(...inputs);
    return typeof vector === "string" ? this.do(vector, inputs[0], inputs[1], inputs[2]) : vector(this, inputs, shortcuts);
  }

  oneWhere(mask: Mask): Vector {
    const value = this.do("and", mask, this.constant(1));
    this.#masks.set(value, mask);
    return value;
  }

  maskOf(x: Vector): Mask {
    return this.#masks.get(x) ?? this.do("ne", x, this.constant(0));
  }

  /** Put together from its bits. */
  powerOfTwo(n: Vector): Vector {
    this.push("add", n, this.constant(exponentBias[this.dtype]));
    this.body.vector(this.opcodes.truncToI32);
    if (this.dtype === "float64") this.body.vector(vectorOpcodes.extendLowI32ToI64);
    this.body.i32Const(mantissaBits[this.dtype]);
    this.body.vector(this.opcodes.shiftLeft);
    return this.keep();
  }

  /** Beside the power of 2 from which on only whole numbers are floats, the last bit tells odd from even. */
  signWhereOdd(n: Vector): Vector {
    const bits = 8 * this.laneBytes;
    this.push("add", n, this.constant(2 ** mantissaBits[this.dtype]));
    this.body.i32Const(bits - 1);
    this.body.vector(this.opcodes.shiftLeft);
    return this.keep();
  }

  unlessAny(mask: Mask, usual: Vector, otherwise: () => Vector): Vector {
    this.body.get(mask);
    this.body.vector(vectorOpcodes.anyTrue);
    this.body.choose(
      () => {
        this.body.get(otherwise());
        this.body.set(usual);
      },
      () => undefined,
    );
    return usual;
  }

  laneByLane(...operands: Vector[]): Vector {
    const { body } = this;
    const index = this.laneFunctions.findIndex(({ primitive }) => primitive === this.#applied);
    if (index < 0) throw new TypeError(`the module imports no function for the primitive "${this.#applied}"`);
    const result = body.local(v128);
    for (let lane = 0; lane < this.lanes; lane++) {
      body.get(lane === 0 ? operands[0] : result);
      for (const operand of operands) {
        body.get(operand);
        body.lane(this.opcodes.extractLane, lane);
        if (this.dtype === "float32") body.scalar(scalarOpcodes.f64FromF32);
      }
      body.call(index);
      if (this.dtype === "float32") body.scalar(scalarOpcodes.f32FromF64);
      body.lane(this.opcodes.replaceLane, lane);
      body.set(result);
    }
    return result;
  }
}
