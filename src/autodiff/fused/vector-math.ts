import { bytesPerElement, type FloatDType } from "../../ndarray/dtype.js";
import type { HalfTurnShortcuts } from "./half-turns.js";
import { doubledExpPolynomial, sinPiPolynomial, splitLn2, splitPi } from "./polynomials.js";
import { float32Opcodes, float64Opcodes, scalarOpcodes, vectorOpcodes, type FloatOpcodes } from "./opcodes.js";
import { v128, type FunctionBody, type ImportedFunction } from "./wasm-assembler.js";

type FloatOpcode = keyof FloatOpcodes;

/** What lanes call one by one, where there is no vector instruction and no polynomial. */
export const laneFunctions: readonly (ImportedFunction & { readonly apply: (x: number, y: number) => number })[] = [
  { name: "log", arity: 1, apply: Math.log },
  { name: "sin", arity: 1, apply: Math.sin },
  { name: "cos", arity: 1, apply: Math.cos },
  { name: "atan2", arity: 2, apply: Math.atan2 },
];

/** Beyond this, whole multiples of π are no longer exact enough, and lanes call the library's sine one by one. */
const largestReduced: Readonly<Record<FloatDType, number>> = { float64: 1e5, float32: 5e3 };
/** Below, the exponential function is about as small as a normal number can be, and 0 stands for it; above, it is infinite. */
const expRange: Readonly<Record<FloatDType, readonly [number, number]>> = { float64: [-708, 709.782712893384], float32: [-86.5, 88.72283172607422] };
const exponentBias: Readonly<Record<FloatDType, number>> = { float64: 1023, float32: 127 };
const mantissaBits: Readonly<Record<FloatDType, number>> = { float64: 52, float32: 23 };

/** Every elementwise primitive on vectors. Values are local variables of the function. */
export class VectorMath {
  readonly opcodes: FloatOpcodes;
  readonly lanes: number;
  readonly laneBytes: number;
  /** of values that are 1 or 0, the mask that they stand for */
  readonly #masks = new Map<number, number>();

  /**
   * @param constant the variable that holds a number in all lanes
   * @param hasMultiplyAdd whether the engine knows relaxed vectors
   */
  constructor(
    readonly body: FunctionBody,
    readonly dtype: FloatDType,
    readonly constant: (value: number) => number,
    readonly hasMultiplyAdd: boolean,
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
  push(opcode: FloatOpcode | "and" | "xor" | "andNot", ...operands: number[]): void {
    for (const operand of operands) this.body.get(operand);
    this.body.vector(opcode === "and" || opcode === "xor" || opcode === "andNot" ? vectorOpcodes[opcode] : this.opcodes[opcode]);
  }

  do(opcode: FloatOpcode | "and" | "xor" | "andNot", ...operands: number[]): number {
    this.push(opcode, ...operands);
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

  /** @param shortcuts of sin(πx) and cos(πx) */
  apply(primitive: string, inputs: readonly number[], shortcuts: HalfTurnShortcuts): number {
    const [x, y, z] = inputs;
    switch (primitive) {
      case "add":
      case "sub":
      case "mul":
      case "div":
      case "neg":
      case "sqrt":
      case "abs":
      case "floor":
      case "ceil":
      case "min":
      case "max":
        return this.do(primitive, ...inputs);
      case "less":
        return this.#oneWhere(this.do("lt", x, y));
      case "equal":
        return this.#oneWhere(this.do("eq", x, y));
      case "where":
        return this.select(this.#masks.get(x) ?? this.do("ne", x, this.constant(0)), y, z);
      case "sinPi":
      case "cosPi":
        return this.#sinPi(x, primitive === "cosPi", shortcuts);
      case "sin":
      case "cos":
        return this.#sine(x, primitive);
      case "exp":
        return this.#exp(x);
      default:
        return this.#laneByLane(primitive, inputs);
    }
  }

  #oneWhere(mask: number): number {
    const value = this.do("and", mask, this.constant(1));
    this.#masks.set(value, mask);
    return value;
  }

  /** sin or cos of π x. */
  #sinPi(x: number, isCosine: boolean, { isWithinHalf, isSignless }: HalfTurnShortcuts): number {
    if (isWithinHalf) return this.#quarterTurns(x, isCosine);
    const nearest = this.do("nearest", x);
    const sine = this.#quarterTurns(this.do("sub", x, nearest), isCosine);
    return isSignless ? sine : this.#negatedWhereOdd(sine, nearest);
  }

  /** sin or cos of π r for |r| <= 1/2. */
  #quarterTurns(r: number, isCosine: boolean): number {
    const angle = isCosine ? this.do("sub", this.constant(0.5), this.do("abs", r)) : r;
    const square = this.do("mul", angle, angle);
    return this.do("mul", angle, this.polynomial(sinPiPolynomial[this.dtype], square));
  }

  /** -x where n is odd, else x, for a whole n. */
  #negatedWhereOdd(x: number, n: number): number {
    const half = this.do("mul", n, this.constant(0.5));
    const isOdd = this.do("ne", half, this.do("floor", half));
    return this.do("xor", x, this.do("and", isOdd, this.constant(-0)));
  }

  #sine(x: number, primitive: "sin" | "cos"): number {
    const n = this.do("nearest", this.do("mul", x, this.constant(1 / Math.PI)));
    const [high, low] = splitPi[this.dtype];
    const rough = this.do("sub", x, this.do("mul", n, this.constant(high)));
    const radians = this.do("sub", rough, this.do("mul", n, this.constant(low)));
    const result = this.#negatedWhereOdd(this.#quarterTurns(this.do("mul", radians, this.constant(1 / Math.PI)), primitive === "cos"), n);
    this.push("lt", this.constant(largestReduced[this.dtype]), this.do("abs", x));
    this.body.vector(vectorOpcodes.anyTrue);
    this.body.choose(
      () => {
        this.body.get(this.#laneByLane(primitive, [x]));
        this.body.set(result);
      },
      () => undefined,
    );
    return result;
  }

  /** 2ⁿ exp(x - n ln 2), as twice the half of it, of which no exponent is too large; powers of 2 are put together from their bits. */
  #exp(x: number): number {
    const [smallest, largest] = expRange[this.dtype];
    const within = this.do("pmin", this.constant(largest), this.do("pmax", this.constant(smallest), x));
    const n = this.do("nearest", this.do("mul", within, this.constant(Math.LOG2E)));
    const [high, low] = splitLn2[this.dtype];
    const rest = this.do("sub", this.do("sub", within, this.do("mul", n, this.constant(high))), this.do("mul", n, this.constant(low)));
    const mantissa = this.polynomial(doubledExpPolynomial[this.dtype], rest);
    this.push("add", n, this.constant(exponentBias[this.dtype] - 1));
    this.body.vector(this.opcodes.truncToI32);
    if (this.dtype === "float64") this.body.vector(vectorOpcodes.extendLowI32ToI64);
    this.body.i32Const(mantissaBits[this.dtype]);
    this.body.vector(this.opcodes.shiftLeft);
    const result = this.do("mul", mantissa, this.keep());
    const atMost = this.select(this.do("lt", this.constant(largest), x), this.constant(Infinity), result);
    const finite = this.select(this.do("lt", x, this.constant(smallest)), this.constant(0), atMost);
    return this.select(this.do("ne", x, x), x, finite);
  }

  #laneByLane(name: string, inputs: readonly number[]): number {
    const { body } = this;
    const result = body.local(v128);
    for (let lane = 0; lane < this.lanes; lane++) {
      body.get(lane === 0 ? inputs[0] : result);
      for (const input of inputs) {
        body.get(input);
        body.lane(this.opcodes.extractLane, lane);
        if (this.dtype === "float32") body.scalar(scalarOpcodes.f64FromF32);
      }
      body.call(laneFunctions.findIndex((entry) => entry.name === name));
      if (this.dtype === "float32") body.scalar(scalarOpcodes.f32FromF64);
      body.lane(this.opcodes.replaceLane, lane);
      body.set(result);
    }
    return result;
  }
}
