import { pushForward } from "../autodiff/forward.js";
import { interpret, type Run } from "../autodiff/interpreter.js";
import { broadcastTo } from "../autodiff/primitives/sum.js";
import { Tape, type Variable } from "../autodiff/tape.js";
import { carried, type GroupMove, type MovedGroup } from "../models/panels.js";
import { array, flatData } from "../ndarray/ndarray.js";
import { cross, minus, plus, scale, type Vector } from "../physics/vector.js";
import { recorded } from "./steps.js";

/** Numbers of a small motion from where a panel is: a shift along the axes of the laboratory, then a turn about the sample, in radians. */
export const motionNumbers = 6;
/** Numbers of a group's move: a shift and a turn. */
export const moveNumbers = 6;

/** A group that has moved, in numbers. */
export interface Moved extends MovedGroup {
  readonly centreMm: Vector<number>;
  readonly move: GroupMove;
}

/** The small motions by which panels answer small changes of the moves of the groups that hold them. */
export class PanelMotions {
  /** by how many groups hold a panel, and by the number of panels */
  readonly #runs = new Map<string, Run>();

  /**
   * @param moved for each panel, the groups that have moved, innermost first
   * @returns for each panel, for each number of the moves, shift before turn, the motion's six numbers
   */
  ofAll(moved: readonly (readonly Moved[])[]): readonly (readonly (readonly number[])[])[] {
    const byDepth = new Map<number, number[]>();
    moved.forEach(({ length }, panel) => byDepth.set(length, [...(byDepth.get(length) ?? []), panel]));
    const motions = moved.map((): readonly (readonly number[])[] => []);
    for (const [depth, panels] of byDepth) {
      if (depth > 0) this.#of(panels.map((panel) => moved[panel])).forEach((motion, i) => (motions[panels[i]] = motion));
    }
    return motions;
  }

  /**
   * @param moved for each panel, the groups that have moved, innermost first; all panels in as many
   * @returns for each panel, for each number of the moves, shift before turn, the motion's six numbers
   */
  #of(moved: readonly (readonly Moved[])[]): readonly (readonly (readonly number[])[])[] {
    const depth = moved[0].length;
    const name = `${depth} ${moved.length}`;
    const run = this.#runs.get(name) ?? recordMotions(depth, moved.length);
    this.#runs.set(name, run);
    const perPanel = moved.map((groups) => groups.flatMap(({ centreMm, move }) => [...centreMm, ...move.shiftMm, ...move.turnDeg]));
    const results = run(perPanel[0].map((_, i) => array(perPanel.map((numbers) => numbers[i])))).map(flatData);
    return moved.map((_, panel) =>
      Array.from({ length: depth * moveNumbers }, (_, number) => results.slice(number * motionNumbers, (number + 1) * motionNumbers).map((values) => values[panel])),
    );
  }
}

/** For each number of the moves, the six numbers of the motion; all arrays over the panels. */
function recordMotions(depth: number, panels: number): Run {
  const tape = new Tape();
  const shape = [panels];
  const argument = (): Variable => tape.input({ shape, dtype: "float64" });
  const vector = (): Vector<Variable> => [argument(), argument(), argument()];
  const groups = Array.from({ length: depth }, () => ({ centreMm: vector(), move: { shiftMm: vector(), turnDeg: vector() } }));
  const { point, directions } = carried([0, 0, 0], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], groups);
  const one = broadcastTo(tape.constant(1, "float64"), shape);
  const [like] = groups[0].centreMm;
  const onTape = (vector: Vector): Variable[] => vector.map((x) => recorded(x, like));
  const outputs = groups.flatMap(({ move }) => [...move.shiftMm, ...move.turnDeg]).flatMap((number) => {
    const change = (vector: Vector): Vector => {
      const [x = 0, y = 0, z = 0] = pushForward([number], [one], onTape(vector));
      return [x, y, z];
    };
    // What turns three directions by a small angle: half the sum of each one's vector product with its change.
    const turn = scale(plus(...directions.map((direction) => cross(direction, change(direction)))), 0.5);
    const shift = minus(change(point), cross(turn, point));
    return [...onTape(shift), ...onTape(turn)].map((x) => broadcastTo(x, shape));
  });
  return interpret(tape.program(outputs));
}
