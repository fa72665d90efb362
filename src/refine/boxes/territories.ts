import type { PredictedReflection } from "./prediction.js";

/** The rectangle of pixels that a reflection claims, before its neighbours take what is nearer to them; the ends are not included. */
export interface Rectangle {
  readonly fastMin: number;
  readonly fastEnd: number;
  readonly slowMin: number;
  readonly slowEnd: number;
}

interface Territory extends Rectangle {
  readonly reflection: PredictedReflection;
  /** of two reflections that are equally near, the earlier one has the pixel */
  readonly number: number;
}

/** Edge in pixels of the squares into which reflections are sorted: neighbours stand in the same or in the next one. */
const square = 64;

/** Which reflection each pixel belongs to: the nearest one of those whose rectangles hold it. */
export class Territories {
  readonly #sorted = new Map<string, Territory[]>();

  /** @param rectangleOf the pixels that a reflection claims, with edges below 64 */
  constructor(reflections: readonly PredictedReflection[], rectangleOf: (reflection: PredictedReflection) => Rectangle) {
    for (const [number, reflection] of reflections.entries()) {
      const key = keyOf(reflection.panel, columnOf(reflection.fast), columnOf(reflection.slow));
      const territory = { ...rectangleOf(reflection), reflection, number };
      const others = this.#sorted.get(key);
      if (others) others.push(territory);
      else this.#sorted.set(key, [territory]);
    }
  }

  /** Calls back for each pixel of a reflection, row by row. */
  forEachPixel(reflection: PredictedReflection, { fastMin, fastEnd, slowMin, slowEnd }: Rectangle, number: number, visit: (fast: number, slow: number) => void): void {
    const rivals = this.#around(reflection).filter((other) => other.number !== number && other.fastMin < fastEnd && other.fastEnd > fastMin && other.slowMin < slowEnd && other.slowEnd > slowMin);
    for (let s = slowMin; s < slowEnd; s++) {
      for (let f = fastMin; f < fastEnd; f++) {
        const own = squareFrom(reflection, f, s);
        const isLost = rivals.some((other) => {
          if (f < other.fastMin || f >= other.fastEnd || s < other.slowMin || s >= other.slowEnd) return false;
          const theirs = squareFrom(other.reflection, f, s);
          return theirs < own || (theirs === own && other.number < number);
        });
        if (!isLost) visit(f, s);
      }
    }
  }

  #around({ panel, fast, slow }: PredictedReflection): Territory[] {
    const [column, row] = [columnOf(fast), columnOf(slow)];
    const steps = [-1, 0, 1];
    return steps.flatMap((x) => steps.flatMap((y) => this.#sorted.get(keyOf(panel, column + x, row + y)) ?? []));
  }
}

function columnOf(place: number): number {
  return Math.floor(place / square);
}

function keyOf(panel: number, column: number, row: number): string {
  return `${panel} ${column} ${row}`;
}

/** From the middle of a pixel, squared. */
function squareFrom({ fast, slow }: PredictedReflection, f: number, s: number): number {
  return (f + 0.5 - fast) ** 2 + (s + 0.5 - slow) ** 2;
}
