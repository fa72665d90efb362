import { sizeOf } from "../../ndarray/shape.js";
import { lagrangeCubics } from "../primitives/lagrange.js";
import { nodesInside, stencils } from "../primitives/stencil.js";
import type { LookupGroup } from "./lookups.js";
import type { VectorMath } from "./vector-math.js";
import { vectorOpcodes } from "./opcodes.js";
import { i32, v128 } from "./function-body.js";

const i32ExtractLane = 27;
const nodes = [0, 1, 2, 3];

/** Variables that hold the weights of the nodes -1, 0, 1, 2, of all lanes. */
type Weights = readonly number[];

/**
 * Lookups on vectors: places and weights of all lanes at once, the neighbourhoods lane by lane. A row of 4 neighbours is 1 vector of
 * float32, 2 of float64; rows are weighed along k, then h, and only then along themselves.
 */
export class LookupEmitter {
  readonly #math: VectorMath;
  readonly #scratch: (bytes: number) => number;

  /** @param scratch gives a place in the heap for so many bytes, a multiple of 16, at one */
  constructor(math: VectorMath, scratch: (bytes: number) => number) {
    this.#math = math;
    this.#scratch = scratch;
  }

  /**
   * The values of all members of a group, as variables.
   * @param points of each axis, the node at or before the lookup (tricubic), or nearest to it
   * @param distances of each axis, from there to the lookup; nearest lookups need none
   */
  emit(group: LookupGroup, points: readonly number[], distances: readonly number[]): number[] {
    const math = this.#math;
    const isValue = (orders: readonly number[]): boolean => orders.every((order) => order === 0);
    const outside = group.orders.map((orders) => math.constant(isValue(orders) ? group.defaultF : 0));
    if (hasNoNeighbourhood(group)) return outside;
    const { inside, addresses } = this.#found(group, points);
    const found = group.primitive === "tricubic" ? this.#tricubic(group, distances, addresses) : [this.#nearest(group, addresses)];
    return found.map((value, member) => math.select(inside, value, outside[member]));
  }

  /**
   * The transpose: adds each lane's value to the grid's points, by their weights. The grid is one of float64.
   * @param group of one member
   * @param lanes the first so many count
   */
  scatter(group: LookupGroup, points: readonly number[], distances: readonly number[], value: number, lanes: number): void {
    if (hasNoNeighbourhood(group)) return;
    const math = this.#math;
    const { inside, addresses } = this.#found(group, points);
    const counted = math.do("and", value, inside);
    if (group.primitive === "nearest") return addresses.slice(0, lanes).forEach((address, lane) => this.#addToPoint(group, address, counted, lane));
    const [order] = group.orders;
    // An index that is no number would make weights that are none, and 0 times them is not 0.
    const [alongH, alongK, alongL] = distances.map((t, axis) => this.#weights(math.do("and", t, inside), order[axis]));
    const [splatH, splatK] = [alongH, alongK].map((each) => this.#splats(new Map([[0, each]])));
    const rows = this.#transposed(alongL);
    for (let lane = 0; lane < lanes; lane++) {
      const [weightsH, weightsK] = [splatH(lane).get(0) ?? [], splatK(lane).get(0) ?? []];
      const all = math.shuffled(counted, counted, new Array<number>(math.lanes).fill(lane));
      for (const i of nodes) {
        const plane = math.do("mul", all, weightsH[i]);
        for (const j of nodes) this.#addToRow(group, addresses[lane], i, j, rows[lane], math.do("mul", plane, weightsK[j]));
      }
    }
  }

  #addToPoint({ grid }: LookupGroup, address: number, value: number, lane: number): void {
    const { body, opcodes, laneBytes } = this.#math;
    const byteOffset = grid.offset * laneBytes;
    body.get(address);
    body.get(address);
    body.memory(opcodes.loadSplat, byteOffset);
    body.get(value);
    body.vector(opcodes.add);
    body.memory(opcodes.storeLane, byteOffset, lane);
  }

  /** Adds to the four points of a row of a neighbourhood. */
  #addToRow({ grid: { offset, shape } }: LookupGroup, address: number, i: number, j: number, weights: readonly number[], value: number): void {
    const math = this.#math;
    const { body, lanes, laneBytes } = math;
    weights.forEach((weight, part) => {
      const byteOffset = (offset + i * shape[1] * shape[2] + j * shape[2] + part * lanes) * laneBytes;
      body.get(address);
      body.load(byteOffset);
      const sum = math.multiplyAdd(weight, value, math.keep());
      body.get(address);
      body.get(sum);
      body.store(byteOffset);
    });
  }

  /** Which lanes' points the grid holds, with their neighbourhoods; and of each, where the first point stands, or that of another one. */
  #found({ primitive, min, grid: { shape } }: LookupGroup, points: readonly number[]): { readonly inside: number; readonly addresses: number[] } {
    const math = this.#math;
    const ranges = shape.map((extent, axis) => nodesInside(stencils[primitive], min[axis], extent));
    // In this order of operands, NaN becomes the first point, too.
    const nearby = points.map((point, axis) => math.do("pmin", math.constant(ranges[axis].last), math.do("pmax", math.constant(ranges[axis].first), point)));
    const inside = nearby.map((each, axis) => math.do("eq", each, points[axis])).reduce((all, one) => math.do("and", all, one));
    const corner = nearby.map((each, axis) => math.do("sub", each, math.constant(ranges[axis].first)));
    return { inside, addresses: this.#addresses(corner, shape) };
  }

  /** Of each lane, the byte at which its grid point stands, from the first of the grid. */
  #addresses(corner: readonly number[], shape: readonly number[]): number[] {
    const math = this.#math;
    const { body, opcodes, lanes, laneBytes } = math;
    const inOrder = (point: number, axis: number): number => math.do("add", math.do("mul", point, math.constant(shape[axis])), corner[axis]);
    // Only float64 tells all points of a large grid apart.
    const parts =
      math.dtype === "float64"
        ? [{ part: inOrder(inOrder(corner[0], 1), 2), step: 1 }]
        : corner.map((part, axis) => ({ part, step: sizeOf(shape.slice(axis + 1)) }));
    parts.forEach(({ part, step }, i) => {
      body.get(part);
      body.vector(opcodes.truncToI32);
      body.i32Const(step * laneBytes);
      body.vector(vectorOpcodes.i32Splat);
      body.vector(vectorOpcodes.i32Mul);
      if (i > 0) body.vector(vectorOpcodes.i32Add);
    });
    const all = math.keep();
    return Array.from({ length: lanes }, (_, lane) => {
      const address = body.local(i32);
      body.get(all);
      body.lane(i32ExtractLane, lane);
      body.set(address);
      return address;
    });
  }

  #nearest({ grid }: LookupGroup, addresses: readonly number[]): number {
    const { body, opcodes, laneBytes } = this.#math;
    const result = body.local(v128);
    addresses.forEach((address, lane) => {
      body.get(address);
      body.get(result);
      body.memory(opcodes.loadLane, grid.offset * laneBytes, lane);
      body.set(result);
    });
    return result;
  }

  /** @param t of each axis, the distance from the node at or before the point */
  #tricubic({ grid, orders }: LookupGroup, t: readonly number[], addresses: readonly number[]): number[] {
    const math = this.#math;
    const weights = t.map((x, axis) => new Map([...new Set(orders.map((each) => each[axis]))].map((order) => [order, this.#weights(x, order)])));
    const [alongH, alongK, alongL] = weights;
    const rows = [...alongL].map(([order, each]): [number, number[][]] => [order, this.#transposed(each)]);
    const [splatH, splatK] = [alongH, alongK].map((each) => this.#splats(each));
    const sums = addresses.map((address, lane) => {
      const planes = this.#planes(grid.offset, grid.shape, address, splatH(lane), splatK(lane), orders);
      return orders.map(([h, k, l]) => {
        const alongRow = rows.find(([order]) => order === l)?.[1][lane] ?? [];
        const [first, ...rest] = planes(h, k);
        return rest.reduce((sum, part, i) => math.multiplyAdd(part, alongRow[i + 1], sum), math.do("mul", first, alongRow[0]));
      });
    });
    return orders.map((_, member) => this.#laneSums(sums.map((each) => each[member])));
  }

  /** The weights of the four nodes at t, or those of a derivative. Those of the value share factors, which takes fewer instructions. */
  #weights(t: number, order: number): Weights {
    const math = this.#math;
    if (order > 0) return lagrangeCubics(order).map((cubic) => math.polynomial(withoutTrailingZeros(cubic), t));
    const before = math.do("add", t, math.constant(1));
    const next = math.do("sub", t, math.constant(1));
    const afterNext = math.do("sub", t, math.constant(2));
    const inner = math.do("mul", t, next);
    const outer = math.do("mul", before, afterNext);
    const product = (x: number, y: number, factor: number): number => math.do("mul", math.do("mul", x, y), math.constant(factor));
    return [
      product(inner, afterNext, -1 / 6),
      product(outer, next, 1 / 2),
      product(outer, t, -1 / 2),
      product(inner, before, 1 / 6),
    ];
  }

  /** Rows weighed along k and h: for every pair of orders that is wanted, the vectors of one row. */
  #planes(
    offset: number,
    shape: readonly number[],
    address: number,
    alongH: ReadonlyMap<number, Weights>,
    alongK: ReadonlyMap<number, Weights>,
    orders: readonly (readonly number[])[],
  ): (h: number, k: number) => number[] {
    const math = this.#math;
    const { body, lanes, laneBytes } = math;
    const vectorsOfRow = 4 / lanes;
    const weigh = (sum: readonly number[] | undefined, row: readonly number[], weight: number): number[] =>
      row.map((part, i) => (sum === undefined ? math.do("mul", part, weight) : math.multiplyAdd(part, weight, sum[i])));
    const planes = new Map<string, number[]>();
    for (const i of nodes) {
      const lines = new Map<number, number[]>();
      for (const j of nodes) {
        const place = offset + i * shape[1] * shape[2] + j * shape[2];
        const row = Array.from({ length: vectorsOfRow }, (_, part) => {
          body.get(address);
          body.load((place + part * lanes) * laneBytes);
          return math.keep();
        });
        for (const [order, weights] of alongK) lines.set(order, weigh(lines.get(order), row, weights[j]));
      }
      for (const pair of new Set(orders.map(([h, k]) => `${h} ${k}`))) {
        const [h, k] = pair.split(" ").map(Number);
        planes.set(pair, weigh(planes.get(pair), lines.get(k) ?? [], alongH.get(h)?.[i] ?? 0));
      }
    }
    return (h, k) => planes.get(`${h} ${k}`) ?? [];
  }

  /**
   * Weights of one lane in all lanes. They go through the heap, which takes a load each, where lanes would have to be shuffled, and the
   * processor has too few registers to keep all.
   */
  #splats(weights: ReadonlyMap<number, Weights>): (lane: number) => Map<number, Weights> {
    const math = this.#math;
    const { body, opcodes, laneBytes } = math;
    const places = new Map<number, number[]>();
    for (const [order, each] of weights) {
      const place = this.#scratch(16 * each.length);
      places.set(order, each.map((_, node) => place + 16 * node));
      each.forEach((weight, node) => {
        body.i32Const(0);
        body.get(weight);
        body.store(place + 16 * node);
      });
    }
    const loaded = (byteOffset: number): number => {
      body.i32Const(0);
      body.memory(opcodes.loadSplat, byteOffset);
      return math.keep();
    };
    return (lane) => new Map([...places].map(([order, each]) => [order, each.map((place) => loaded(place + lane * laneBytes))]));
  }

  /** The four weights of each lane, one after another, as the vectors of a row. */
  #transposed([a, b, c, d]: Weights): number[][] {
    const math = this.#math;
    if (math.lanes === 2) {
      return [0, 1].map((lane) => [math.shuffled(a, b, [lane, 2 + lane]), math.shuffled(c, d, [lane, 2 + lane])]);
    }
    const low = [math.shuffled(a, b, [0, 4, 1, 5]), math.shuffled(c, d, [0, 4, 1, 5])];
    const high = [math.shuffled(a, b, [2, 6, 3, 7]), math.shuffled(c, d, [2, 6, 3, 7])];
    return [low, high].flatMap(([ab, cd]) => [[math.shuffled(ab, cd, [0, 1, 4, 5])], [math.shuffled(ab, cd, [2, 3, 6, 7])]]);
  }

  /** The sum over the lanes of each vector, as the lanes of one. */
  #laneSums(vectors: readonly number[]): number {
    const math = this.#math;
    const pair = (x: number, y: number, even: number[], odd: number[]): number => math.do("add", math.shuffled(x, y, even), math.shuffled(x, y, odd));
    if (vectors.length === 2) return pair(vectors[0], vectors[1], [0, 2], [1, 3]);
    const [first, second] = [0, 2].map((i) => pair(vectors[i], vectors[i + 1], [0, 2, 4, 6], [1, 3, 5, 7]));
    return pair(first, second, [0, 2, 4, 6], [1, 3, 5, 7]);
  }
}

/** Whether a grid is too small for any neighbourhood. */
function hasNoNeighbourhood({ primitive, grid: { shape } }: LookupGroup): boolean {
  return shape.some((extent) => extent < stencils[primitive].points);
}

function withoutTrailingZeros(coefficients: readonly number[]): number[] {
  const last = coefficients.reduce((found, coefficient, i) => (coefficient === 0 ? found : i), 0);
  return coefficients.slice(0, last + 1);
}
