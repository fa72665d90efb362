import { withLeaves } from "../autodiff/tree.js";
import { boxedDetector, type PanelBox } from "../models/panel-boxes.js";
import { groupsOf, type GroupMove, type PanelledDetector } from "../models/panels.js";
import { checkChoice } from "../ndarray/fields.js";
import { InputError } from "../ndarray/errors.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { borderedStep, type BorderedEquations, type OwnEquations } from "../optim/shared-and-own.js";
import type { Vector } from "../physics/vector.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { PanelModel } from "../simulate/panel-model.js";
import type { ExperimentOfPanels, PanelOptions, PanelParameters } from "../simulate/panel-options.js";
import { parametersIn, type Quantities } from "../simulate/parameters.js";
import { lossNamed, type LossName } from "./loss.js";
import { ofPixels } from "./still-model.js";

/** A shot's own parameters. */
export type ShotParameters = Readonly<Record<string, number | Vector<number>>>;

/** Boxes of an image of one crystal, in which spots were counted. */
export interface Shot<P extends ShotParameters> {
  /** squares of pixels around spots */
  readonly boxes: readonly PanelBox[];
  /** photons, shape [box, slow, fast]; all boxes of all shots are of one size */
  readonly counts: NdArray;
  /** values of the shot's own parameters at the start, such as the crystal's orientation */
  readonly start: P;
}

/** How a detector's geometry is refined. */
export interface GeometryOptions {
  /** names of the groups that move */
  readonly groups: readonly string[];
  /**
   * Standard deviations within which the groups are mounted where the detector says. They hold what no data tell: a turn of all groups
   * about the beam, which turns all crystals likewise, and the tilts of panels with few spots.
   */
  readonly mountedWithin: { readonly shiftMm: number; readonly turnDeg: number };
  /** how images are computed; spots in closed form unless given otherwise */
  readonly model?: PanelOptions;
  /** "poisson" unless given */
  readonly loss?: LossName;
  /** 30 unless given */
  readonly mostSteps?: number;
  /** workers that share the boxes */
  readonly pool?: WorkerPool;
  /** where the groups begin; at rest unless given */
  readonly start?: Readonly<Record<string, GroupMove>>;
  /** told after each step */
  readonly onStep?: (step: number, cost: number) => void;
}

/** A refined geometry. */
export interface GeometryRefinement<P extends ShotParameters> {
  /** how the groups have moved */
  readonly groups: Readonly<Record<string, GroupMove>>;
  /** each shot's own parameters */
  readonly own: readonly P[];
  /** the loss at the end, with what holds the groups */
  readonly cost: number;
  /** accepted steps */
  readonly steps: number;
  /** whether it ended because steps no longer lowered the cost */
  readonly hasConverged: boolean;
  /** of the image's models, each sentence once */
  readonly warnings: readonly string[];
}

/** A step that lowers the cost by less than this part of it is the last one. */
const costTolerance = 1e-6;
const firstDamping = 1e-3;
const mostDamping = 1e8;
const numbersOfMove = 6;

/**
 * Refines where the groups of a detector stand, with parameters of each shot, against counts in boxes around spots. All shots share the
 * geometry; each one's own parameters are eliminated from the normal equations, so that any number of shots may be given.
 * @param experimentOf beam, crystal and structure factors of a shot, by its own parameters
 * @throws InputError when a group is none, there is no shot, or an experiment cannot be
 */
export async function refineGeometry<P extends ShotParameters>(
  detector: PanelledDetector,
  shots: readonly Shot<P>[],
  experimentOf: (own: Quantities<P>, shot: number) => ExperimentOfPanels,
  options: GeometryOptions,
): Promise<GeometryRefinement<P>> {
  const { groups, mostSteps = 30, onStep } = options;
  if (shots.length === 0) throw new InputError("a geometry is refined against at least one shot");
  const names = groupsOf(detector).map(({ name }) => name);
  for (const name of groups) checkChoice("a group that moves", name, names);
  const problem = new GeometryProblem(detector, shots, experimentOf, options);
  let here = problem.start();
  let equations = await problem.equations(here);
  let damping = firstDamping;
  let steps = 0;
  let hasConverged = false;
  while (steps < mostSteps && !hasConverged && damping <= mostDamping) {
    const step = borderedStep(equations, damping);
    const tried = step && problem.moved(here, step.shared, step.own);
    const found = tried && (await problem.equations(tried));
    if (step && found && found.value < equations.value) {
      const gain = (equations.value - found.value) / step.promised;
      hasConverged = equations.value - found.value < costTolerance * Math.abs(equations.value);
      damping *= Math.max(1 / 3, 1 - (2 * gain - 1) ** 3);
      [here, equations] = [tried, found];
      steps++;
      onStep?.(steps, equations.value);
    } else {
      hasConverged = step !== undefined && step.promised < costTolerance * Math.abs(equations.value);
      damping *= 4;
    }
  }
  return { groups: problem.groupsAt(here), own: here.own, cost: equations.value, steps, hasConverged, warnings: [...problem.warnings] };
}

/** Moves of all groups in units of what they are mounted within, and the shots' own parameters. */
interface Place<P> {
  readonly shared: readonly number[];
  readonly own: readonly P[];
}

class GeometryProblem<P extends ShotParameters> {
  readonly warnings = new Set<string>();
  readonly #models: readonly PanelModel<P>[];
  readonly #units: readonly number[];

  constructor(
    detector: PanelledDetector,
    readonly shots: readonly Shot<P>[],
    experimentOf: (own: Quantities<P>, shot: number) => ExperimentOfPanels,
    readonly options: GeometryOptions,
  ) {
    const { shiftMm, turnDeg } = options.mountedWithin;
    this.#units = [shiftMm, shiftMm, shiftMm, turnDeg, turnDeg, turnDeg];
    this.#models = shots.map(({ boxes, counts: { shape } }, i) => {
      const [count, edge, width] = shape;
      if (count !== boxes.length || edge !== width) throw new InputError(`shot ${i} has ${boxes.length} boxes, and counts of the shape ${shape.join(" x ")}`);
      return new PanelModel<P>(boxedDetector(detector, boxes, edge), (own) => experimentOf(own, i), { spots: "closed", skip: "nothing", ...options.model });
    });
  }

  start(): Place<P> {
    const { groups, start = {} } = this.options;
    const shared = groups.flatMap((name) => [...(start[name]?.shiftMm ?? [0, 0, 0]), ...(start[name]?.turnDeg ?? [0, 0, 0])].map((x, i) => x / this.#units[i]));
    return { shared, own: this.shots.map((shot) => shot.start) };
  }

  groupsAt({ shared }: Place<P>): Record<string, GroupMove> {
    return Object.fromEntries(this.options.groups.map((name, i) => {
      const [x, y, z, rx, ry, rz] = this.#units.map((unit, k) => unit * shared[i * numbersOfMove + k]);
      return [name, { shiftMm: [x, y, z], turnDeg: [rx, ry, rz] }];
    }));
  }

  moved({ shared, own }: Place<P>, step: readonly number[], ownSteps: readonly (readonly number[])[]): Place<P> {
    return {
      shared: shared.map((x, i) => x + step[i]),
      own: own.map((tree, i) => withLeaves<P>(tree, numbersIn(tree).map((x, k) => x + ownSteps[i][k]))),
    };
  }

  /** Cost, slopes and curvatures; a cost of Infinity where there is no experiment. */
  async equations(place: Place<P>): Promise<BorderedEquations> {
    const groups = this.groupsAt(place);
    const gradient = [...place.shared];
    const normal = place.shared.map((_, i) => place.shared.map((_, j) => (i === j ? 1 : 0)));
    let value = place.shared.reduce((sum, x) => sum + (x * x) / 2, 0);
    const own: OwnEquations[] = [];
    for (const [i, model] of this.#models.entries()) {
      const found = await this.#ofShot(model, { experiment: place.own[i], groups }, i);
      if (found === undefined) return { value: Infinity, gradient, normal, own };
      value += found.loss;
      const count = numbersIn(place.own[i]).length;
      const unit = (k: number): number => (k < count ? 1 : this.#units[(k - count) % numbersOfMove]);
      const slope = found.gradient.map((x, k) => x * unit(k));
      const curvature = found.normal.map((row, k) => row.map((x, l) => x * unit(k) * unit(l)));
      own.push({ gradient: slope.slice(0, count), normal: curvature.slice(0, count).map((row) => row.slice(0, count)), mixed: curvature.slice(0, count).map((row) => row.slice(count)) });
      slope.slice(count).forEach((x, k) => (gradient[k] += x));
      curvature.slice(count).forEach((row, k) => row.slice(count).forEach((x, l) => (normal[k][l] += x)));
    }
    return { value, gradient, normal, own };
  }

  async #ofShot(model: PanelModel<P>, parameters: PanelParameters<P>, shot: number) {
    const { cost, curvature } = lossNamed(this.options.loss ?? "poisson");
    const { counts } = this.shots[shot];
    const { pool } = this.options;
    try {
      const found = pool
        ? await model.normalEquationsOn({ pool }, ofPixels(cost), ofPixels(curvature), parameters, counts)
        : model.normalEquations(ofPixels(cost), ofPixels(curvature), parameters, counts);
      for (const warning of found.warnings) this.warnings.add(warning);
      return found;
    } catch (error) {
      if (error instanceof InputError && this.#isBegun) return undefined;
      throw error;
    } finally {
      this.#isBegun = true;
    }
  }

  /** whether anything was computed: what cannot be at the start is an error, later it is a step too far */
  #isBegun = false;
}

function numbersIn(tree: ShotParameters): number[] {
  return parametersIn(tree).map((leaf) => {
    if (typeof leaf === "number") return leaf;
    throw new InputError("a shot's own parameters are numbers, not arrays");
  });
}
