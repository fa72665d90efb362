import { Enclosure } from "../../autodiff/enclosure.js";
import { ProgramValues } from "../../autodiff/program-values.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import { positionOutputs, type Reach } from "./reach.js";

const firstVector = 3;

/** What encloses a reach's results: made once for all runs and panels, each of which has arguments of its own. */
export class EnclosedReach {
  /** of q */
  readonly positions: Enclosure;
  /** of the direct vectors */
  readonly vectors: Enclosure;
  /** of what else there is, by the reach's kind */
  readonly rest: Enclosure;
  readonly #values: ProgramValues;
  /** results behind q that are the same for all pixels */
  readonly #fixed: readonly number[];

  /**
   * @param parameters how many arguments there are before the pixels' indices
   * @throws RangeError when the program cannot be enclosed
   */
  constructor({ program }: Reach, readonly parameters: number) {
    const values = new ProgramValues(program, [parameters, parameters + 1]);
    this.positions = new Enclosure(values, [0, firstVector]);
    this.vectors = new Enclosure(values, [firstVector, positionOutputs]);
    this.rest = new Enclosure(values, [positionOutputs]);
    this.#values = values;
    this.#fixed = program.outputs.slice(firstVector).filter((id) => !values.isVarying(id));
  }

  /**
   * Takes the arguments before the pixels' indices and those at the end.
   * @returns whether anything behind q that is the same for all pixels was another before
   */
  take(parameters: readonly NdArray[], known: readonly NdArray[]): boolean {
    const firstKnown = this.#values.program.inputs.length - known.length;
    this.#values.take((index) => (index < this.parameters ? parameters[index] : known[index - firstKnown]));
    return this.#fixed.some((id) => this.#values.hasChanged(id));
  }
}
