import type { HeapAddresses } from "./heap-addresses.js";
import type { Lanes, Numbers } from "./lanes.js";
import { v128 } from "./function-body.js";

/** A sum over the loop, or rather over each of its lanes, in variables until the loop has ended. */
export class SumRegister {
  /** the variables: of float64 or, alone, of float32 */
  readonly locals: readonly number[];
  readonly #numbers: Numbers;

  /**
   * @param sum the op
   * @param isDouble whether it is summed in float64
   */
  constructor(
    readonly sum: number,
    readonly isDouble: boolean,
    readonly lanes: Lanes,
    readonly addresses: HeapAddresses,
  ) {
    const { body } = lanes;
    this.#numbers = isDouble ? lanes.eachPart(() => body.local(v128)) : lanes.ofSingle(body.local(v128));
    this.locals = isDouble ? this.#numbers.doubles() : [this.#numbers.single()];
    // Its base, which is needed behind the loop, is computed before it.
    addresses.base(sum);
  }

  /** @param inLoop a mask of the elements that count; all unless given */
  add(value: Numbers, inLoop: Numbers | undefined): void {
    const { doubles, singles, body } = this.lanes;
    const math = this.isDouble ? doubles : singles;
    const vectorsOf = (numbers: Numbers): readonly number[] => (this.isDouble ? numbers.doubles() : [numbers.single()]);
    const values = vectorsOf(value);
    const masks = inLoop && vectorsOf(inLoop);
    this.locals.forEach((local, i) => {
      math.push("add", local, masks ? math.do("and", values[i], masks[i]) : values[i]);
      body.set(local);
    });
  }

  /** Adds what the lanes have come to, to the sum in the heap. */
  addToHeap(): void {
    const { body, doubles } = this.lanes;
    const { addresses, sum } = this;
    const base = addresses.base(sum);
    const inLoop = this.lanes.total(this.#numbers, this.isDouble);
    addresses.pushBase(base);
    this.lanes.splat(addresses.byteOffset(sum));
    body.get(inLoop);
    body.vector(doubles.opcodes.add);
    const total = doubles.keep();
    addresses.pushBase(base);
    body.get(total);
    body.memory(doubles.opcodes.storeLane, addresses.byteOffset(sum), 0);
  }
}
