/**
 * Which steps of a sum can be anything but 0, and for which leaves of the detector's blocks. A patch of blocks is asked about at once, or,
 * where the detector's curvature is too strong for that, its quarters. What is no number is never left out.
 */
import { allocate, type Data } from "../../ndarray/dtype.js";
import { placesIn, type Enclosure } from "../../autodiff/enclosure.js";
import { sizeOf } from "../../ndarray/shape.js";
import { shapeNamed, type CrystalBody } from "../../physics/lattice-factor.js";
import type { Vector } from "../../physics/vector.js";
import type { Pixels } from "../pixels.js";
import { parametersOn, type RunParameters } from "../run-arguments.js";
import { firstOfPatch, patchEdge, type BlockOfPanel } from "./blocked-pixels.js";
import { BoxSearch } from "./box-search.js";
import { ClosedWidths } from "./closed-widths.js";
import { LeafSet } from "./leaf-set.js";
import { LiveLeaves } from "./live-leaves.js";
import { blockEdge, leavesAlong } from "./pixel-block.js";
import { EnclosedReach } from "./enclosed-reach.js";
import { positionOutputs, type Reach, type RunReach } from "./reach.js";
import { groupsIn, quartersOf, regionFrom, type Region, type Search } from "./region.js";
import { SpotSearch } from "./spot-search.js";
import { widthsOfShape } from "./spot-widths.js";
import { groupsOf, orientationsOf, type StepLattices } from "./step-groups.js";

/** How many radii of its spots places may be apart in a group of steps, where |q| is as large as it is at the edge of most detectors. */
const [radiiApart, commonLength] = [4, 0.5];

const kept = new WeakMap<Reach, LiveSteps>();

/** The live steps of a run on a panel: one object for all runs of a reach, which answers for the run and panel that were asked for last. */
export function liveStepsOn(panel: number, run: RunReach, parameters: RunParameters, pixels: Pixels): LiveSteps {
  const present = kept.get(run.reach);
  present?.turnTo(panel, run, parameters, pixels);
  const live = present ?? new LiveSteps(panel, run, parameters, pixels);
  kept.set(run.reach, live);
  return live;
}

export class LiveSteps {
  /** which leaves of the present block have live steps */
  readonly leaves = new LeafSet();
  readonly #enclosed: EnclosedReach;
  readonly #found = new LiveLeaves();
  #panel: number;
  #run: RunReach;
  #pixels: Pixels;
  #search: Search;
  /** the patch that was asked about */
  #patch = -1;

  /** @throws RangeError when the reach's program cannot be enclosed */
  constructor(panel: number, run: RunReach, parameters: RunParameters, pixels: Pixels) {
    this.#panel = panel;
    this.#run = run;
    this.#pixels = pixels;
    this.#enclosed = new EnclosedReach(run.reach, parameters.parameters.length);
    this.#enclosed.take(parametersOn(panel, parameters), run.known);
    this.#search = searchOf(run, this.#enclosed);
  }

  /** Whether it answers for a run on a panel. */
  isOn(panel: number, run: RunReach | undefined): boolean {
    return this.#run === run && this.#panel === panel;
  }

  /** Answers for another run, or on another panel, from now on. */
  turnTo(panel: number, run: RunReach, parameters: RunParameters, pixels: Pixels): void {
    this.#pixels = pixels;
    if (this.isOn(panel, run)) return;
    const areOthers = this.#enclosed.take(parametersOn(panel, parameters), run.known);
    if (areOthers || this.#run !== run) this.#search = searchOf(run, this.#enclosed);
    this.#run = run;
    this.#panel = panel;
    this.#patch = -1;
  }

  /** reflections that were looked at one by one, so far */
  get looked(): number {
    return this.#search.looked;
  }

  /** Finds the live steps of a block; returns how many pairs of a step and a row of a leaf are live. */
  find(block: BlockOfPanel): number {
    if (block.patch !== this.#patch) {
      this.#patch = block.patch;
      this.#found.clear();
      this.#ask(this.#regionOf({ ...block, row: 0, column: 0 }, patchEdge));
    }
    return this.#found.writeLeaves(block, this.leaves);
  }

  /**
   * The same of a block whose neighbours are of no interest; and how many pairs there are.
   * @param mostLooked reflections; where there are more, not all live steps are found
   */
  findAlone(block: BlockOfPanel, mostLooked: number): { readonly live: number; readonly all: number } {
    const region = this.#regionOf(block, 1);
    this.#patch = -1;
    this.#found.clear();
    const search = this.#search;
    search.mostLooked = search.looked + mostLooked;
    this.#ask(region);
    search.mostLooked = Infinity;
    return { live: this.#found.writeLeaves(block, this.leaves), all: sizeOf(this.#run.reach.steps) * (region ? groupsIn(region) : 0) };
  }

  /**
   * Writes which steps are live in some leaves of the block that was found last.
   * @param slots where each of its leaves, row by row, stands in a row of the mask, or -1
   * @param mask receives 1 for each step and row of a leaf that are live, those of all leaves for each step, from an index on
   */
  writeMask(block: BlockOfPanel, slots: Int32Array, mask: Data, from: number): void {
    this.#found.writeMask(block, slots, mask, from);
  }

  #ask(region: Region | undefined): void {
    if (region && !this.#search.mark(region, this.#found)) for (const quarter of quartersOf(region)) this.#ask(quarter);
  }

  /** So many blocks along each edge, from one of a patch on. */
  #regionOf({ patch, row, column }: BlockOfPanel, blocks: number): Region | undefined {
    const { roi, blocks: standing } = this.#pixels;
    const { fast, slow } = firstOfPatch(standing?.columns ?? 0, patch);
    const x = fast + column * blockEdge;
    const y = slow + row * blockEdge;
    const width = roi.fastMax - roi.fastMin + 1 - x;
    return regionFrom(roi.fastMin + x, roi.slowMin + y, width, (standing?.rows ?? 0) - y, blocks, row * leavesAlong, column * leavesAlong);
  }
}

function searchOf({ reach, negligible }: RunReach, { positions, vectors, rest }: EnclosedReach): Search {
  const { program } = reach;
  const steps = stepLattices(program.outputs.map((output) => program.nodes[output].shape), reach.steps, vectors);
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
