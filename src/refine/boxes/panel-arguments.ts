/** Where a panel stands, as arguments of what is recorded for boxes: one recording serves all panels that differ in nothing else. */
import { Variable, type Quantity } from "../../autodiff/tape.js";
import { detectorFrame, type Detector, type PanelFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { carriedAlong, holdersOf, likeCarrier, movesOf, panelDetector, panelFrame, type MountedPanels } from "../../models/panels.js";
import { cross, plus, type Vector } from "../../physics/vector.js";
import { motionNumbers, moveNumbers, PanelMotions, type Moved } from "../../simulate/panel-motions.js";
import { experimentAt, type Parameter } from "../parameter.js";

/** Origin, fast and slow of a panel, before the experiment's detector carries it along. */
export const frameNumbers = 9;

/** A panel's place at some values of the parameters. */
export interface PanelArguments {
  /** panels of one kind are served by one recording */
  readonly kind: string;
  readonly frame: readonly number[];
  /** of each parameter that moves a group, what its change does to the six numbers of the panel's motion */
  readonly motions: readonly (readonly number[])[];
}

/** The panels of an experiment as functions of its parameters. */
export class PanelPlaces {
  readonly #experiment: Experiment;
  readonly #panels: MountedPanels;
  readonly #parameters: readonly Parameter[];
  readonly #motions = new PanelMotions();
  readonly #holders: ReturnType<typeof holdersOf>;

  constructor(experiment: Experiment, panels: MountedPanels, parameters: readonly Parameter[]) {
    this.#experiment = experiment;
    this.#panels = panels;
    this.#parameters = parameters;
    this.#holders = holdersOf(panels);
  }

  /** @param values of the parameters */
  at(values: readonly number[]): PanelArguments[] {
    const groups = movesOf(experimentAt(this.#experiment, this.#parameters, values));
    const moved = this.#holders.map((holders) => holders.filter(({ name }) => name in groups).map((group): Moved & { readonly name: string } => ({ ...group, move: groups[group.name] })));
    const moving = this.#parameters.flatMap(({ move }) => move ?? []);
    const motions = moving.length > 0 ? this.#motions.ofAll(moved) : [];
    return this.#panels.panels.map((panel, i) => {
      const { originMm, fast, slow, isFlipped } = panelFrame(panel, moved[i]);
      const motionBy = ({ group, number }: (typeof moving)[number]): readonly number[] => {
        const place = moved[i].findIndex(({ name }) => name === group);
        return place < 0 ? still : motions[i][place * moveNumbers + number];
      };
      return { kind: JSON.stringify([panel.pixelSizeMm, isFlipped]), frame: [...originMm, ...fast, ...slow].map(Number), motions: moving.map(motionBy) };
    });
  }

  /**
   * A panel as a detector, recorded.
   * @param panel any of the kind
   * @param frame its arguments
   * @param motion arguments of a motion so small that its turn is straight, by which only the derivative is asked for
   */
  recorded(panel: number, carrying: Detector<Quantity>, frame: readonly Variable[], motion: readonly Variable[]): Detector<Quantity> {
    const { carrier, panels } = this.#panels;
    const { isFlipped } = panelFrame(panels[panel], []);
    const [originMm, fast, slow] = [vectorOf(frame, 0), vectorOf(frame, 3), vectorOf(frame, 6)];
    const resting: PanelFrame<Quantity> = motion.length === 0 ? { originMm, fast, slow, isFlipped } : { ...turned([originMm, fast, slow], vectorOf(motion, 0), vectorOf(motion, 3)), isFlipped };
    return likeCarrier(panelDetector(panels[panel], this.#panels, carriedAlong(resting, carrier, detectorFrame(carrying))), carrying);
  }
}

const still: readonly number[] = Array.from({ length: motionNumbers }, () => 0);

function vectorOf(numbers: readonly Variable[], first: number): Vector {
  return [numbers[first], numbers[first + 1], numbers[first + 2]];
}

function turned([originMm, fast, slow]: readonly [Vector, Vector, Vector], shift: Vector, turn: Vector): Omit<PanelFrame<Quantity>, "isFlipped"> {
  const by = (vector: Vector): Vector => plus(vector, cross(turn, vector));
  return { originMm: plus(by(originMm), shift), fast: by(fast), slow: by(slow) };
}
