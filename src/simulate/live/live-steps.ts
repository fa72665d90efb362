/**
 * Which steps of a sum can be anything but 0, and for which leaves of the detector's blocks. A patch of blocks is asked about at once, or,
 * where the detector's curvature is too strong for that, its quarters. What is no number is never left out.
 */
import { allocate } from "../../ndarray/dtype.js";
import { Enclosure, placesIn } from "../../autodiff/enclosure.js";
import { ProgramValues } from "../../autodiff/program-values.js";
import type { NdArray } from "../../ndarray/ndarray.js";
import { sizeOf } from "../../ndarray/shape.js";
import { shapeNamed, type CrystalBody } from "../../physics/lattice-factor.js";
import type { Vector } from "../../physics/vector.js";
import type { Pixels } from "../pixels.js";
import { parametersOn, type RunParameters } from "../run-arguments.js";
import { firstOfPatch, patchEdge, type BlockOfPanel } from "./blocked-pixels.js";
import { BoxSearch } from "./box-search.js";
import { ClosedWidths } from "./closed-widths.js";
import { LiveLeaves } from "./live-leaves.js";
import { blockEdge, leavesAlong, leavesOfBlock } from "./pixel-block.js";
import { positionOutputs, type RunReach } from "./reach.js";
import { quartersOf, type Region, type Search } from "./region.js";
import { SpotSearch } from "./spot-search.js";
import { widthsOfShape } from "./spot-widths.js";
import { groupsOf, orientationsOf, type StepLattices } from "./step-groups.js";

/** How many radii of its spots places may be apart in a group of steps, where |q| is as large as it is at the edge of most detectors. */
const [radiiApart, commonLength] = [4, 0.5];

const latest = new WeakMap<RunReach, { readonly panel: number; readonly live: LiveSteps }>();

/** The live steps of a run on a panel; the latest one is kept for whoever asks next. */
export function liveStepsOn(panel: number, reach: RunReach, run: RunParameters, pixels: Pixels): LiveSteps {
  const known = latest.get(reach);
  if (known?.panel === panel) return known.live;
  const live = new LiveSteps(reach, parametersOn(panel, run), pixels);
  latest.set(reach, { panel, live });
  return live;
}

export class LiveSteps {
  /** which leaves of the present block have live steps */
  readonly leaves = new Uint8Array(leavesOfBlock);
  /** which steps are live there, a row of steps for each leaf; meaningless where no leaf is */
  readonly mask: Uint8Array;
  readonly #search: Search;
  readonly #found = new LiveLeaves();
  readonly #pixels: Pixels;
  readonly #columns: number;
  /** the patch that was asked about */
  #patch = -1;

  /**
   * @param parameters the program's arguments before the pixels' indices
   * @throws RangeError when the program cannot be enclosed
   */
  constructor(run: RunReach, parameters: readonly NdArray[], pixels: Pixels) {
    this.#pixels = pixels;
    this.#columns = pixels.blocks?.columns ?? 0;
    this.#search = searchOf(run, parameters);
    this.mask = new Uint8Array(sizeOf(run.reach.steps) * leavesOfBlock);
  }

  /** Finds the live steps of a block; returns in how many leaves and steps there are. */
  find(block: BlockOfPanel): number {
    if (block.patch !== this.#patch) {
      this.#patch = block.patch;
      this.#found.clear();
      this.#ask(this.#regionOf({ ...block, row: 0, column: 0 }, patchEdge));
    }
    return this.#found.write(block, this.leaves, this.mask);
  }

  /** The same of a block whose neighbours are of no interest. */
  findAlone(block: BlockOfPanel): number {
    this.#patch = -1;
    this.#found.clear();
    this.#ask(this.#regionOf(block, 1));
    return this.#found.write(block, this.leaves, this.mask);
  }

  #ask(region: Region): void {
    if (!this.#search.mark(region, this.#found)) for (const quarter of quartersOf(region)) this.#ask(quarter);
  }

  /** So many blocks along each edge, from one of a patch on. */
  #regionOf({ patch, row, column }: BlockOfPanel, blocks: number): Region {
    const { roi } = this.#pixels;
    const { fast, slow } = firstOfPatch(this.#columns, patch);
    const half = (blocks * blockEdge - 1) / 2;
    return {
      fast: roi.fastMin + fast + column * blockEdge + half,
      slow: roi.slowMin + slow + row * blockEdge + half,
      half,
      blocks,
      row: row * leavesAlong,
      column: column * leavesAlong,
    };
  }
}

function searchOf({ reach, known, negligible }: RunReach, parameters: readonly NdArray[]): Search {
  const { program } = reach;
  const at = parameters.length;
  const firstKnown = program.inputs.length - known.length;
  const values = new ProgramValues(program, [at, at + 1], (index) => (index < at ? parameters[index] : known[index - firstKnown]));
  const positions = new Enclosure(values, [0, 3]);
  const steps = stepLattices(program.outputs.map((output) => program.nodes[output].shape), reach.steps, new Enclosure(values, [3, positionOutputs]));
  const rest = new Enclosure(values, [positionOutputs]);
  if (reach.kind === "closed") {
    const elements = (output: number): Int32Array => placesIn([1, ...program.nodes[program.outputs[output]].shape.slice(1)], [1, ...reach.steps]);
    const widths = new ClosedWidths(rest, elements(positionOutputs), elements(program.outputs.length - 1), negligible);
    const [nh, nk, nl] = reach.reflections;
    return new SpotSearch(positions, orientationsOf(steps, nh * nk * nl), steps.vectors, widths, reach.reflections, negligible.reflections);
  }
  const crystal = crystalBody(rest.outputs.map(({ centre }) => centre[0]));
  const { bound, distance } = shapeNamed(reach.shape);
  const boundOf = bound(crystal);
  const none = { low: 0, high: 0 };
  const limit = Math.max(negligible.factor, Math.sqrt(negligible.part) * boundOf([none, none, none]));
  if (distance === undefined) return new BoxSearch(positions, steps, boundOf, limit);
  const widths = widthsOfShape(distance, crystal, limit);
  const groups = groupsOf(steps, widths.toUnits, (radiiApart * widths.radius) / commonLength);
  return new SpotSearch(positions, groups, steps.vectors, widths, [1, 1, 1], negligible.reflections);
}

function stepLattices(shapes: readonly (readonly number[])[], steps: readonly number[], vectors: Enclosure): StepLattices {
  const whole = [1, ...steps];
  if (vectors.outputs.some(({ isConstant }) => !isConstant)) throw new RangeError("lattices that vary from pixel to pixel cannot be enclosed");
  const count = vectors.outputs[0].centre.length;
  const rows = allocate("float64", 9 * count);
  vectors.outputs.forEach(({ centre }, i) => centre.forEach((value, element) => (rows[9 * element + i] = value)));
  return { views: placesIn([1, ...shapes[0].slice(1)], whole), lattices: placesIn([1, ...shapes[3].slice(1)], whole), vectors: rows };
}

function crystalBody(numbers: readonly number[]): CrystalBody {
  const vector = (from: number): Vector<number> => [numbers[from], numbers[from + 1], numbers[from + 2]];
  const [na, nb, nc] = numbers;
  return { counts: [na, nb, nc], basis: { aStar: vector(3), bStar: vector(6), cStar: vector(9) }, fudge: numbers[12] };
}
