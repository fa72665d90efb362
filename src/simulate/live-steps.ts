/**
 * Which steps of a tile's sum can be anything but 0, and for which of the tile's leaves. The indices h, k, l are enclosed over
 * the tile; a lattice factor's bound, or the exponent of a spot in closed form, then tells of the tile, of its quarters and of its
 * leaves whether all pixels are beyond the spot. What is no number is never left out.
 */
import { Enclosure, type Enclosed } from "../autodiff/enclosure.js";
import type { Program } from "../autodiff/tape.js";
import { shapeNamed, type CrystalShape, type OffsetBox } from "../physics/lattice-factor.js";
import type { Vector } from "../physics/vector.js";
import { allocate, type Data } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { blockEdge, blockPixels, leafAt, leafEdge, leafPixels, leavesAlong } from "./pixel-block.js";

/** What bounds the steps of a sum. Plain data, which a worker can receive. */
export type Reach = { readonly program: Program } & (
  | {
      /** the program gives h, k, l, then numbers of cells, reciprocal vectors and fudge */
      readonly kind: "sampled";
      readonly shape: CrystalShape;
    }
  | {
      /** it gives h, k, l, the matrix to the domain's own units, and the covariance there */
      readonly kind: "closed";
      /** whole numbers along each axis that are the steps' innermost ones */
      readonly reflections: readonly [number, number, number];
    }
);

/** What may be left out. */
export interface Negligible {
  /** lattice factors up to this one */
  readonly factor: number;
  /** of spots in closed form, exp(-x) from this x on */
  readonly exponent: number;
  /** steps up to this part of the brightest one that there can be */
  readonly part: number;
}

/** Leaves of a quarter of a tile. */
const quarter = 16;

/** Some pixels of a tile: where they are from its centre, and half of their extent. */
interface Patches {
  readonly fast: Data;
  readonly slow: Data;
  readonly halfFast: Data;
  readonly halfSlow: Data;
}

/** Whether a step is negligible for pixels around a place of the tile. */
type IsNegligible = (step: number, fast: number, slow: number, halfFast: number, halfSlow: number) => boolean;

export class LiveSteps {
  readonly #enclosure: Enclosure;
  readonly #begin: Test["begin"];
  readonly #isNegligible: IsNegligible;
  readonly #mark: Test["mark"];
  readonly #leaves: Patches;
  readonly #quarters: Patches;

  /**
   * @param parameters the program's arguments before the pixels' indices
   * @param known its last arguments
   * @param pixels of a tile
   * @throws RangeError when the program cannot be enclosed
   */
  constructor(reach: Reach, negligible: Negligible, parameters: readonly NdArray[], known: readonly NdArray[], pixels: number) {
    const at = parameters.length;
    const firstKnown = reach.program.inputs.length - known.length;
    this.#enclosure = new Enclosure(reach.program, [at, at + 1], (index) => (index < at ? parameters[index] : known[index - firstKnown]));
    const { outputs } = this.#enclosure;
    const made = reach.kind === "sampled" ? besideShapes(outputs, reach.shape, negligible) : besideSpots(outputs, reach.reflections, negligible);
    this.#begin = made.begin;
    this.#isNegligible = made.isNegligible;
    this.#mark = made.mark;
    this.#leaves = patches(Math.ceil(pixels / leafPixels));
    this.#quarters = patches(Math.ceil(pixels / leafPixels / quarter));
  }

  /**
   * Writes for each step and leaf 1 where it is live, else 0.
   * @param fast, slow indices of the pixels, of which the first `count` are the tile's; a whole block's if there are as many
   * @param mask contiguous, one row of all leaves for each step
   * @returns how many are live
   */
  find(fast: NdArray, slow: NdArray, count: number, mask: NdArray): number {
    if (count === blockPixels && this.#mark) {
      this.#enclosure.over([fast.data[fast.offset] + blockHalf, slow.data[slow.offset] + blockHalf], [blockHalf, blockHalf]);
      this.#begin(blockHalf, blockHalf);
      mask.data.fill(0, mask.offset, mask.offset + mask.size);
      return this.#mark(mask.data, mask.offset);
    }
    const whole = this.#measure(fast, slow, count);
    this.#enclosure.over([whole.fast, whole.slow], [whole.halfFast, whole.halfSlow]);
    this.#begin(whole.halfFast, whole.halfSlow);
    const leaves = Math.ceil(count / leafPixels);
    const { data, offset } = mask;
    data.fill(0, offset, offset + mask.size);
    const perStep = this.#leaves.fast.length;
    let live = 0;
    for (let at = offset, step = 0; at < offset + mask.size; at += perStep, step++) {
      if (this.#isNegligible(step, 0, 0, whole.halfFast, whole.halfSlow)) continue;
      for (let leaf = 0; leaf < leaves; leaf++) {
        if (leaf % quarter === 0 && this.#isOut(this.#quarters, leaf / quarter, step)) leaf += quarter - 1;
        else if (!this.#isOut(this.#leaves, leaf, step)) {
          data[at + leaf] = 1;
          live++;
        }
      }
    }
    return live;
  }

  #isOut({ fast, slow, halfFast, halfSlow }: Patches, patch: number, step: number): boolean {
    return this.#isNegligible(step, fast[patch], slow[patch], halfFast[patch], halfSlow[patch]);
  }

  /** Finds the extents of the leaves and quarters, from the middle of all. */
  #measure(fast: NdArray, slow: NdArray, count: number): { fast: number; slow: number; halfFast: number; halfSlow: number } {
    const [x, y] = [fast.data, slow.data];
    const leaves = Math.ceil(count / leafPixels);
    const perQuarter = quarter;
    const low = { fast: Infinity, slow: Infinity };
    const high = { fast: -Infinity, slow: -Infinity };
    const { fast: centreFast, slow: centreSlow, halfFast, halfSlow } = this.#leaves;
    for (let leaf = 0; leaf < leaves; leaf++) {
      let lowX = Infinity;
      let lowY = Infinity;
      let highX = -Infinity;
      let highY = -Infinity;
      const stop = Math.min(count, (leaf + 1) * leafPixels);
      for (let i = leaf * leafPixels; i < stop; i++) {
        const px = x[fast.offset + i];
        const py = y[slow.offset + i];
        if (px < lowX) lowX = px;
        if (px > highX) highX = px;
        if (py < lowY) lowY = py;
        if (py > highY) highY = py;
      }
      centreFast[leaf] = (lowX + highX) / 2;
      centreSlow[leaf] = (lowY + highY) / 2;
      halfFast[leaf] = (highX - lowX) / 2;
      halfSlow[leaf] = (highY - lowY) / 2;
      low.fast = Math.min(low.fast, lowX);
      low.slow = Math.min(low.slow, lowY);
      high.fast = Math.max(high.fast, highX);
      high.slow = Math.max(high.slow, highY);
    }
    const whole = { fast: (low.fast + high.fast) / 2, slow: (low.slow + high.slow) / 2, halfFast: (high.fast - low.fast) / 2, halfSlow: (high.slow - low.slow) / 2 };
    for (let leaf = 0; leaf < leaves; leaf++) {
      centreFast[leaf] -= whole.fast;
      centreSlow[leaf] -= whole.slow;
    }
    for (let at = 0; at * perQuarter < leaves; at++) {
      const members = [at * perQuarter, Math.min(leaves, (at + 1) * perQuarter)] as const;
      [this.#quarters.fast[at], this.#quarters.halfFast[at]] = around(centreFast, halfFast, ...members);
      [this.#quarters.slow[at], this.#quarters.halfSlow[at]] = around(centreSlow, halfSlow, ...members);
    }
    return whole;
  }
}

function patches(count: number): Patches {
  const numbers = (): Data => allocate("float64", count);
  return { fast: numbers(), slow: numbers(), halfFast: numbers(), halfSlow: numbers() };
}

/** Centre and half extent of some patches together. */
function around(centres: Data, halves: Data, begin: number, end: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = begin; i < end; i++) {
    low = Math.min(low, centres[i] - halves[i]);
    high = Math.max(high, centres[i] + halves[i]);
  }
  return [(low + high) / 2, (high - low) / 2];
}

interface Test {
  /** called when the tile's enclosures are there */
  readonly begin: (halfFast: number, halfSlow: number) => void;
  readonly isNegligible: IsNegligible;
  /** sets the leaves of a whole block of pixels where steps are live, all at once; returns how many are */
  readonly mark?: ((mask: Data, from: number) => number) | undefined;
}

/** Sampled steps: the lattice factor's bound for all offsets from the nearest reflections that pixels can have. */
function besideShapes(outputs: readonly Enclosed[], shape: CrystalShape, { factor, part }: Negligible): Test {
  const indices = outputs.slice(0, 3);
  const [na, nb, nc, ...rest] = outputs.slice(3).map(({ centre }) => centre[0]);
  const vector = (at: number): Vector<number> => [rest[at], rest[at + 1], rest[at + 2]];
  const crystal = { counts: [na, nb, nc], basis: { aStar: vector(0), bStar: vector(3), cStar: vector(6) }, fudge: rest[9] } as const;
  const { bound: boundOf, distance } = shapeNamed(shape);
  const bound = boundOf(crystal);
  const none = { low: 0, high: 0 };
  const limit = Math.max(factor, Math.sqrt(part) * bound([none, none, none]));
  if (distance) {
    const inUnits = distance.inUnits(crystal).flat();
    const square = distance.squareBeyond(crystal, limit);
    return besideEllipsoids(indices, [1, 1, 1], (_halfFast, _halfSlow, toUnits, least) => {
      least.fill(square);
      for (let i = 0; i < toUnits.length; i++) toUnits[i] = inUnits[i % 9];
    });
  }
  const [h, k, l] = [{ low: 0, high: 0 }, { low: 0, high: 0 }, { low: 0, high: 0 }];
  const box: OffsetBox = [h, k, l];
  const axes = [h, k, l];
  const low = allocate("float64", 3);
  const high = allocate("float64", 3);

  /** Whether the bound is small enough for all reflections that are nearest along the axes from one on. */
  const isSmallFrom = (axis: number): boolean => {
    if (axis === 3) return bound(box) <= limit;
    const offset = axes[axis];
    const first = Math.ceil(low[axis] - 0.5);
    const last = Math.ceil(high[axis] - 0.5);
    if (!(last - first <= 1)) {
      offset.low = -0.5;
      offset.high = 0.5;
      return isSmallFrom(axis + 1);
    }
    for (let nearest = first; nearest <= last; nearest++) {
      offset.low = Math.max(-0.5, low[axis] - nearest);
      offset.high = Math.min(0.5, high[axis] - nearest);
      if (!isSmallFrom(axis + 1)) return false;
    }
    return true;
  };

  return {
    begin: () => undefined,
    isNegligible(step, fast, slow, halfFast, halfSlow) {
      for (let axis = 0; axis < 3; axis++) {
        const index = indices[axis];
        const alongFast = index.first[step];
        const alongSlow = index.second[step];
        const centre = index.centre[step] + alongFast * fast + alongSlow * slow;
        const half = Math.abs(alongFast) * halfFast + Math.abs(alongSlow) * halfSlow + index.rest[step];
        low[axis] = centre - half;
        high[axis] = centre + half;
        if (!(half < Infinity)) return false;
      }
      return isSmallFrom(0);
    },
  };
}

/**
 * Spots in closed form: where ½ d' S⁻¹ d is large for all pixels. In the domain's own units S is 1 at least, so that a covariance that
 * differs from the one at the tile's centre by no more than ρ is at most (1 + ρ) times that one.
 */
function besideSpots(outputs: readonly Enclosed[], reflections: readonly [number, number, number], { exponent: most, part }: Negligible): Test {
  const ofIndices = outputs.slice(3, 12).map(({ centre }) => centre[0]);
  const [sxx, syy, szz, sxy, sxz, syz] = outputs.slice(12, 18);
  const exponent = Math.min(most, -Math.log(part));
  return besideEllipsoids(outputs.slice(0, 3), reflections, (halfFast, halfSlow, toUnits, least) => {
    const spread = ({ first, second, rest }: Enclosed, step: number): number => Math.abs(first[step]) * halfFast + Math.abs(second[step]) * halfSlow + rest[step];
    for (let step = 0; step < least.length; step++) {
      const [mixedXy, mixedXz, mixedYz] = [spread(sxy, step), spread(sxz, step), spread(syz, step)];
      const change = Math.max(spread(sxx, step) + mixedXy + mixedXz, spread(syy, step) + mixedXy + mixedYz, spread(szz, step) + mixedXz + mixedYz);
      least[step] = 2 * exponent * (1 + change);
      // S = L L': the rows of L⁻¹ times the matrix to own units.
      const l11 = Math.sqrt(sxx.centre[step]);
      const l21 = sxy.centre[step] / l11;
      const l31 = sxz.centre[step] / l11;
      const l22 = Math.sqrt(syy.centre[step] - l21 * l21);
      const l32 = (syz.centre[step] - l21 * l31) / l22;
      const l33 = Math.sqrt(szz.centre[step] - l31 * l31 - l32 * l32);
      for (let axis = 0; axis < 3; axis++) {
        const first = ofIndices[axis] / l11;
        const second = (ofIndices[3 + axis] - l21 * first) / l22;
        toUnits[9 * step + axis] = first;
        toUnits[9 * step + 3 + axis] = second;
        toUnits[9 * step + 6 + axis] = (ofIndices[6 + axis] - l31 * first - l32 * second) / l33;
      }
    }
  });
}

/** What is negligible beyond a distance from a reflection, which is Euclid's in units of each step. */
function besideEllipsoids(
  indices: readonly Enclosed[],
  reflections: readonly [number, number, number],
  measure: (halfFast: number, halfSlow: number, toUnits: Data, least: Data) => void,
): Test {
  const [h, k, l] = indices;
  const steps = h.centre.length;
  const [nh, nk, nl] = reflections;
  /** of each step, what takes offsets in h, k and l to its units, row by row, and the least squared distance */
  const toUnits = allocate("float64", 9 * steps);
  const least = allocate("float64", steps);
  /** in these units, h, k and l of each step, and by how much they change along fast and slow, and their rests */
  const centres = allocate("float64", 3 * steps);
  const alongFast = allocate("float64", 3 * steps);
  const alongSlow = allocate("float64", 3 * steps);
  const rests = allocate("float64", 3 * steps);

  const begin = (halfFast: number, halfSlow: number): void => {
    measure(halfFast, halfSlow, toUnits, least);
    for (let step = 0; step < steps; step++) {
      for (let row = 0; row < 3; row++) {
        const at = 3 * step + row;
        const [x, y, z] = [toUnits[3 * at], toUnits[3 * at + 1], toUnits[3 * at + 2]];
        centres[at] = x * h.centre[step] + y * k.centre[step] + z * l.centre[step];
        alongFast[at] = x * h.first[step] + y * k.first[step] + z * l.first[step];
        alongSlow[at] = x * h.second[step] + y * k.second[step] + z * l.second[step];
        rests[at] = Math.abs(x) * h.rest[step] + Math.abs(y) * k.rest[step] + Math.abs(z) * l.rest[step];
      }
    }
  };

  /** Whether the pixels around a place are far from a reflection. */
  const isFar = (step: number, fast: number, slow: number, halfFast: number, halfSlow: number, ih: number, ik: number, il: number): boolean => {
    let square = 0;
    for (let at = 3 * step; at < 3 * step + 3; at++) {
      const centre = centres[at] - (toUnits[3 * at] * ih + toUnits[3 * at + 1] * ik + toUnits[3 * at + 2] * il) + alongFast[at] * fast + alongSlow[at] * slow;
      const distance = Math.abs(centre) - Math.abs(alongFast[at]) * halfFast - Math.abs(alongSlow[at]) * halfSlow - rests[at];
      if (!(distance <= 0)) square += distance * distance;
    }
    return square >= least[step];
  };

  const lows = allocate("float64", 3);
  const highs = allocate("float64", 3);

  /** Finds which whole numbers can be the nearest ones of pixels around a place; returns whether they are few. */
  const findNearest = (step: number, fast: number, slow: number, halfFast: number, halfSlow: number): boolean => {
    // The step's own place among the reflections, by which it moves on from the first of them.
    let own = step % (nh * nk * nl);
    let following = nh * nk * nl;
    for (let axis = 0; axis < 3; axis++) {
      const { centre, first, second, rest } = indices[axis];
      const middle = centre[step] + first[step] * fast + second[step] * slow;
      const half = Math.abs(first[step]) * halfFast + Math.abs(second[step]) * halfSlow + rest[step];
      const count = reflections[axis];
      following /= count;
      const moved = Math.floor(own / following);
      own -= moved * following;
      lows[axis] = Math.ceil(middle - half - count / 2) + moved;
      highs[axis] = Math.ceil(middle + half - count / 2) + moved;
      if (!(half < widest)) return false;
    }
    return true;
  };

  /**
   * How far the detector's plane passes beside the lattice's origin, and what h, k and l change of it; and how far beside a reflection it
   * may pass. A reflection is passed over by this alone, mostly.
   */
  const plane = allocate("float64", 5);
  const findPlane = (step: number): void => {
    const at = 3 * step;
    const x = alongFast[at + 1] * alongSlow[at + 2] - alongFast[at + 2] * alongSlow[at + 1];
    const y = alongFast[at + 2] * alongSlow[at] - alongFast[at] * alongSlow[at + 2];
    const z = alongFast[at] * alongSlow[at + 1] - alongFast[at + 1] * alongSlow[at];
    const length = Math.sqrt(x * x + y * y + z * z);
    plane[0] = (x * centres[at] + y * centres[at + 1] + z * centres[at + 2]) / length;
    for (let axis = 0; axis < 3; axis++) {
      plane[1 + axis] = (x * toUnits[3 * at + axis] + y * toUnits[3 * at + 3 + axis] + z * toUnits[3 * at + 6 + axis]) / length;
    }
    const rest = Math.sqrt(rests[at] * rests[at] + rests[at + 1] * rests[at + 1] + rests[at + 2] * rests[at + 2]);
    plane[4] = (Math.sqrt(least[step]) + rest) * (1 + closeness);
  };

  /** Sets the leaves of a block that a reflection's ellipse reaches; returns how many were not set before. */
  const markReflection = (step: number, ih: number, ik: number, il: number, mask: Data, from: number): number => {
    let square = 0;
    let ff = 0;
    let fs = 0;
    let ss = 0;
    let f = 0;
    let s = 0;
    let rest = 0;
    for (let at = 3 * step; at < 3 * step + 3; at++) {
      const centre = centres[at] - (toUnits[3 * at] * ih + toUnits[3 * at + 1] * ik + toUnits[3 * at + 2] * il);
      const x = alongFast[at];
      const y = alongSlow[at];
      square += centre * centre;
      ff += x * x;
      fs += x * y;
      ss += y * y;
      f += x * centre;
      s += y * centre;
      rest += rests[at] * rests[at];
    }
    // The place in the detector's plane that is nearest to the reflection, and how far the ellipse extends from there.
    const determinant = ff * ss - fs * fs;
    const atFast = (fs * s - ss * f) / determinant;
    const atSlow = (fs * f - ff * s) / determinant;
    const radius = Math.sqrt(least[step]) + Math.sqrt(rest);
    const left = radius * radius - (square + f * atFast + s * atSlow) * (1 - closeness);
    if (left < 0) return 0;
    const toFast = Math.sqrt((left * ss) / determinant);
    const toSlow = Math.sqrt((left * ff) / determinant);
    if (!(toFast < Infinity && toSlow < Infinity)) return fillLeaves(mask, from, 0, leavesAlong - 1, 0, leavesAlong - 1);
    return fillLeaves(mask, from, firstLeaf(atSlow - toSlow), lastLeaf(atSlow + toSlow), firstLeaf(atFast - toFast), lastLeaf(atFast + toFast));
  };

  const mark = (mask: Data, from: number): number => {
    let live = 0;
    for (let step = 0; step < steps; step++) {
      const row = from + step * leafAt.length;
      const isWide = !findNearest(step, 0, 0, blockHalf, blockHalf);
      if (isWide) live += fillLeaves(mask, row, 0, leavesAlong - 1, 0, leavesAlong - 1);
      else {
        findPlane(step);
        for (let ih = lows[0]; ih <= highs[0]; ih++) {
          for (let ik = lows[1]; ik <= highs[1]; ik++) {
            const beside = plane[0] - plane[1] * ih - plane[2] * ik;
            for (let il = lows[2]; il <= highs[2]; il++) {
              if (!(Math.abs(beside - plane[3] * il) > plane[4])) live += markReflection(step, ih, ik, il, mask, row);
            }
          }
        }
      }
    }
    return live;
  };

  return {
    begin,
    mark,
    isNegligible(step, fast, slow, halfFast, halfSlow) {
      if (!findNearest(step, fast, slow, halfFast, halfSlow)) return false;
      for (let ih = lows[0]; ih <= highs[0]; ih++) {
        for (let ik = lows[1]; ik <= highs[1]; ik++) {
          for (let il = lows[2]; il <= highs[2]; il++) if (!isFar(step, fast, slow, halfFast, halfSlow, ih, ik, il)) return false;
        }
      }
      return true;
    },
  };
}

/** Half of the distance between the outermost pixels of a block. */
const blockHalf = (blockEdge - 1) / 2;
/** Room for rounding, in pixels, and in parts of a squared distance. */
const margin = 1e-3;
const closeness = 1e-9;

/** The first leaf with a pixel at a place from the block's centre or behind it, and the last with one at it or before it. */
const firstLeaf = (place: number): number => Math.max(0, Math.floor(Math.ceil(place + blockHalf - margin) / leafEdge));
const lastLeaf = (place: number): number => Math.min(leavesAlong - 1, Math.floor(Math.floor(place + blockHalf + margin) / leafEdge));

function fillLeaves(mask: Data, from: number, firstRow: number, lastRow: number, firstColumn: number, lastColumn: number): number {
  let set = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const at = from + leafAt[row * leavesAlong + column];
      if (mask[at] === 0) set++;
      mask[at] = 1;
    }
  }
  return set;
}

/** Indices together: of pixels that differ by more, it is not worth asking which reflections they are near to. */
const widest = 8;
