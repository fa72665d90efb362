import { prepareWorkspace, type Executor, type Workspace } from "../../autodiff/executor.js";
import { pushForward } from "../../autodiff/forward.js";
import { broadcastTo } from "../../autodiff/primitives/sum.js";
import { Tape, Variable, type Program, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import type { Data } from "../../ndarray/dtype.js";
import { flatData, type NdArray } from "../../ndarray/ndarray.js";
import type { Vector } from "../../physics/vector.js";
import { experimentAt, type Parameter } from "../parameter.js";
import type { BoxPixels } from "./box.js";
import { recordProfile } from "./profile.js";

/** Pixels that are worked on at once: their arguments and results stay in the processor's cache. */
const chunk = 1024;

/**
 * Receives a chunk of results, to add them up: where it begins among what was asked for, how many of it count, and the arrays, the profile
 * first. Each point of the pixels gives a chunk of its own.
 */
export type ChunkReader = (first: number, count: number, results: readonly Data[]) => void;

/**
 * The profiles of all reflections in their boxes, from one block: recorded once, with indices and places of the pixels, parameters and
 * the block's turns as arguments. One recording serves every block.
 */
export class ProfileProgram {
  readonly #experiment: Experiment;
  readonly #parameters: readonly Parameter[];
  readonly #executor: Executor;
  #plain: Workspace | undefined;
  #derived: Workspace | undefined;

  /**
   * @param parameters without those of blocks
   * @param points along each edge of a pixel over which its spots are summed
   */
  constructor(experiment: Experiment, parameters: readonly Parameter[], readonly points = 1, executor: Executor = "webassembly") {
    this.#experiment = experiment;
    this.#parameters = parameters;
    this.#executor = executor;
  }

  /** The profiles of pixels. */
  profiles(pixels: BoxPixels, values: readonly number[], rotationDeg: Vector<number>, read: ChunkReader): void {
    this.#plain ??= prepareWorkspace(this.#record(false), this.#executor);
    run(this.#plain, this.points, pixels, [...values, ...rotationDeg], read);
  }

  /**
   * The profiles, their derivatives by each parameter, and by the three turns of the block in degrees.
   * @param at numbers of the pixels that are asked for
   */
  derivatives(pixels: BoxPixels, at: Data, values: readonly number[], rotationDeg: Vector<number>, read: ChunkReader): void {
    this.#derived ??= prepareWorkspace(this.#record(true), this.#executor);
    run(this.#derived, this.points, pixels, [...values, ...rotationDeg], read, at);
  }

  #record(hasDerivatives: boolean): Program {
    const tape = new Tape();
    const dtype = "float64";
    const perPixel = (): Variable => tape.input({ shape: [chunk], dtype });
    const number = (): Variable => tape.input({ shape: [], dtype });
    const values = this.#parameters.map(number);
    const turns: Vector<Variable> = [number(), number(), number()];
    const [fast, slow, h, k, l] = [perPixel(), perPixel(), perPixel(), perPixel(), perPixel()];
    const experiment = experimentAt(this.#experiment, this.#parameters, values);
    const ofEach = (quantity: Quantity): Variable => broadcastTo(quantity instanceof Variable ? quantity : tape.constant(quantity, dtype), [chunk]);
    const profile = ofEach(recordProfile(experiment, fast, slow, [h, k, l], turns, this.points));
    if (!hasDerivatives) return tape.program([profile]);
    const one = tape.constant(1, dtype);
    const derivatives = [...values, ...turns].map((source) => ofEach(pushForward([source], [one], [profile])[0] ?? 0));
    return tape.program([profile, ...derivatives]);
  }
}

function run(workspace: Workspace, points: number, { count, fast, slow, h, k, l }: BoxPixels, numbers: readonly number[], read: ChunkReader, at?: Data): void {
  const { inputs } = workspace;
  numbers.forEach((value, i) => (inputs[i].data[inputs[i].offset] = value));
  const perPixel = inputs.slice(numbers.length);
  const asked = at?.length ?? count;
  for (let first = 0; first < asked; first += chunk) {
    const here = Math.min(chunk, asked - first);
    const fill = (from: Data, { data, offset }: NdArray, shift: number): void => {
      // What fills up the last chunk is one of its pixels once more.
      for (let p = 0; p < chunk; p++) {
        const place = first + (p < here ? p : 0);
        data[offset + p] = from[at ? at[place] : place] + shift;
      }
    };
    [h, k, l].forEach((from, i) => fill(from, perPixel[2 + i], 0));
    for (let i = 0; i < points; i++) {
      fill(slow, perPixel[1], (i + 0.5) / points - 0.5);
      for (let j = 0; j < points; j++) {
        fill(fast, perPixel[0], (j + 0.5) / points - 0.5);
        read(first, here, workspace.run().map(flatData));
      }
    }
  }
}
