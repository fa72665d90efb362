import type { Executor } from "../../autodiff/executor.js";
import { derivativesOfEach } from "../../autodiff/each.js";
import { broadcastTo } from "../../autodiff/primitives/sum.js";
import { Tape, Variable, type Program, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import { allocate, type Data } from "../../ndarray/dtype.js";
import { flatData, type NdArray } from "../../ndarray/ndarray.js";
import type { Vector } from "../../physics/vector.js";
import { motionNumbers } from "../../simulate/panel-motions.js";
import { experimentAt, type Parameter } from "../parameter.js";
import type { BoxPixels } from "./box.js";
import { frameNumbers, PanelPlaces, type PanelArguments } from "./panel-arguments.js";
import { openWorkspace, type OpenWorkspace } from "./open-workspace.js";
import { recordProfile, recordWhole } from "./profile.js";

/** Pixels, each with the reflection whose spot it sees. */
export type SeenPixels = Omit<BoxPixels, "counts">;

/** Pixels that are worked on at once: their arguments and results stay in the processor's cache. */
const chunkOfOne = 1024;
/** The same where each panel has boxes of its own, and what fills up its last chunk is lost. */
const chunkOfMany = 256;

/**
 * Receives a chunk of results, to add them up: where it begins among what was asked for, how many of it count, the arrays, the profile
 * first, and the number of the block. Each point of the pixels gives a chunk of its own.
 */
export type ChunkReader = (first: number, count: number, results: readonly Data[], block: number) => void;

/** Results of a run of which the last six are by the motion of a panel. */
type Combine = (results: readonly Data[], count: number) => readonly Data[];

/**
 * The profiles of all reflections in their boxes, from one block: recorded once, with indices and places of the pixels, parameters, the
 * block's turns and, of many panels, the panel's frame as arguments. One recording serves every block and every panel of a kind.
 */
export class ProfileProgram {
  readonly #experiment: Experiment;
  readonly #parameters: readonly Parameter[];
  readonly #executor: Executor;
  readonly #what: "profile" | "whole";
  readonly #places: PanelPlaces | undefined;
  readonly #chunk: number;
  /** by the kind of the panel */
  readonly #plain = new Map<string, OpenWorkspace>();
  readonly #derived = new Map<string, OpenWorkspace>();

  /**
   * @param parameters without those of blocks
   * @param points along each edge of a pixel over which its spots are summed
   * @param what the spots' photons in the pixels, or those of the whole spots that the pixels lie in
   */
  constructor(experiment: Experiment, parameters: readonly Parameter[], readonly points = 1, what: "profile" | "whole" = "profile", executor: Executor = "webassembly") {
    this.#what = what;
    this.#experiment = experiment;
    this.#parameters = parameters;
    this.#executor = executor;
    this.#places = experiment.panels && new PanelPlaces(experiment, experiment.panels, parameters);
    this.#chunk = experiment.panels ? chunkOfMany : chunkOfOne;
  }

  /** The profiles of pixels. */
  profiles(pixels: SeenPixels, values: readonly number[], rotationDeg: Vector<number>, read: ChunkReader): void {
    this.profilesOfBlocks(pixels, values, [rotationDeg], read);
  }

  /** The same of several blocks, each with its turns. */
  profilesOfBlocks(pixels: SeenPixels, values: readonly number[], rotationsDeg: readonly Vector<number>[], read: ChunkReader): void {
    this.#run(false, pixels, values, rotationsDeg, read);
  }

  /**
   * The profiles, their derivatives by each parameter, and by the three turns of the block in degrees.
   * @param at numbers of the pixels that are asked for
   */
  derivatives(pixels: SeenPixels, at: Data, values: readonly number[], rotationsDeg: readonly Vector<number>[], read: ChunkReader): void {
    this.#run(true, pixels, values, rotationsDeg, read, at);
  }

  #run(hasDerivatives: boolean, pixels: SeenPixels, values: readonly number[], rotationsDeg: readonly Vector<number>[], read: ChunkReader, at?: Data): void {
    const workspaces = hasDerivatives ? this.#derived : this.#plain;
    const own = values.filter((_, i) => this.#parameters[i].move === undefined);
    const panels = this.#places?.at(values);
    const asked = at?.length ?? pixels.count;
    const panelAt = (place: number): number => pixels.panel[at ? at[place] : place];
    for (let first = 0; first < asked; ) {
      const panel = panelAt(first);
      let end = panels ? first + 1 : asked;
      while (end < asked && panelAt(end) === panel) end++;
      const placed = panels?.[panel];
      const kind = placed?.kind ?? "";
      const workspace = workspaces.get(kind) ?? openWorkspace(this.#record(hasDerivatives, panel), this.#executor);
      workspaces.set(kind, workspace);
      const motion = hasDerivatives && placed ? placed.motions.length > 0 : false;
      const numbers = rotationsDeg.map((rotationDeg) => [...own, ...rotationDeg, ...(motion ? stillMotion : []), ...(placed?.frame ?? [])]);
      this.#runPart(workspace, pixels, first, end, numbers, placed && motion ? this.#combined(placed) : (results) => results, read, at);
      first = end;
    }
  }

  /** Puts what parameters that move groups do in their places among the derivatives. */
  #combined({ motions }: PanelArguments): Combine {
    const sums = motions.map(() => allocate("float64", this.#chunk));
    return (results, count) => {
      const byMotion = results.slice(-motionNumbers);
      sums.forEach((sum, number) => {
        sum.fill(0);
        motions[number].forEach((weight, i) => {
          if (weight !== 0) for (let p = 0; p < count; p++) sum[p] += weight * byMotion[i][p];
        });
      });
      const [profile, ...others] = results.slice(0, -motionNumbers);
      let [next, nextMove] = [0, 0];
      const ordered = this.#parameters.map(({ move }) => (move ? sums[nextMove++] : others[next++]));
      return [profile, ...ordered, ...others.slice(next)];
    };
  }

  #record(hasDerivatives: boolean, panel: number): Program {
    const tape = new Tape();
    const dtype = "float64";
    const chunk = this.#chunk;
    const perPixel = (): Variable => tape.input({ shape: [chunk], dtype });
    const number = (): Variable => tape.input({ shape: [], dtype });
    const own = this.#parameters.filter(({ move }) => move === undefined);
    const values = own.map(number);
    const turns: Vector<Variable> = [number(), number(), number()];
    const hasMotion = hasDerivatives && own.length < this.#parameters.length;
    const motion = hasMotion ? stillMotion.map(number) : [];
    const frame = this.#places ? Array.from({ length: frameNumbers }, number) : [];
    const [fast, slow, h, k, l] = [perPixel(), perPixel(), perPixel(), perPixel(), perPixel()];
    const { panels: _, ...carrying } = experimentAt(this.#experiment, own, values);
    const experiment = this.#places ? { ...carrying, detector: this.#places.recorded(panel, carrying.detector, frame, motion) } : carrying;
    const ofEach = (quantity: Quantity): Variable => broadcastTo(quantity instanceof Variable ? quantity : tape.constant(quantity, dtype), [chunk]);
    const seen = { fast, slow, hkl: [h, k, l] } as const;
    const profile = ofEach(this.#what === "whole" ? recordWhole(experiment, seen, turns) : recordProfile(experiment, seen, turns, this.points));
    if (!hasDerivatives) return tape.program([profile]);
    const derivatives = derivativesOfEach([...values, ...turns, ...motion], profile).map((derivative) => ofEach(derivative ?? 0));
    return tape.program([profile, ...derivatives]);
  }

  /** @param numbers of each block: the arguments before those of the pixels */
  #runPart({ workspace, writeKnown }: OpenWorkspace, { fast, slow, h, k, l }: SeenPixels, start: number, end: number, numbers: readonly (readonly number[])[], combine: Combine, read: ChunkReader, at?: Data): void {
    const { inputs } = workspace;
    const [chunk, points] = [this.#chunk, this.points];
    const perPixel = inputs.slice(numbers[0].length);
    writeKnown();
    for (let first = start; first < end; first += chunk) {
      const here = Math.min(chunk, end - first);
      const fill = (from: Data, { data, offset }: NdArray, shift: number): void => {
        // What fills up the last chunk is one of its pixels once more.
        for (let p = 0; p < chunk; p++) {
          const place = first + (p < here ? p : 0);
          data[offset + p] = from[at ? at[place] : place] + shift;
        }
      };
      [h, k, l].forEach((from, i) => fill(from, perPixel[2 + i], 0));
      numbers.forEach((own, block) => {
        own.forEach((value, i) => (inputs[i].data[inputs[i].offset] = value));
        for (let i = 0; i < points; i++) {
          if (points > 1 || block === 0) fill(slow, perPixel[1], (i + 0.5) / points - 0.5);
          for (let j = 0; j < points; j++) {
            if (points > 1 || block === 0) fill(fast, perPixel[0], (j + 0.5) / points - 0.5);
            read(first, here, combine(workspace.run().map(flatData), here), block);
          }
        }
      });
    }
  }
}

/** Only the derivative by a motion is asked for, at none. */
const stillMotion: readonly number[] = Array.from({ length: motionNumbers }, () => 0);
