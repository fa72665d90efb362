/**
 * How the ops of a program become loop nests. A sum ends a nest, and what depends on it comes in a later pass. Within a nest each value
 * stands at the level of the loops that it varies along, as the strides of 0 tell, and is computed again in a later pass rather than
 * stored; but lookups and sines are kept where there is room.
 */
import type { Shape } from "../../ndarray/shape.js";
import type { Program } from "../tape.js";
import type { Beside, HeapLayout } from "./heap-layout.js";
import { LoopOps } from "./loop-ops.js";
import { addedBy, has, isComputed, isCostly, isSink, sizeAlong, type Axes, type Level, type Nest, type Op, type Place, type Plan, type Stage } from "./plan.js";

/** Numbers of full size that may be kept from one pass to the next: more would take too much memory, and leave many a processor's cache. */
const mostKept = 2 ** 19;

/**
 * "vector": whatever varies along the vector axis; "apart": sums that the loops of that one would repeat, and that run after it;
 * "small": what does not vary along the vector axis
 */
const kindsOfNest = ["small", "vector", "apart"] as const;

/** Which loop nest of a pass. */
interface NestKey {
  readonly pass: number;
  readonly nest: (typeof kindsOfNest)[number];
  /** of its loops; 0 for the vector nest, which has those of all its ops */
  readonly axes: Axes;
  /** whether its loops obey the mask */
  readonly isMasked: boolean;
}

const countOf = (axes: Axes): number => (axes === 0 ? 0 : (axes & 1) + countOf(axes >> 1));

/** @param beside what the memory holds before the heap */
export function planLoops(program: Program, beside?: Beside): Plan {
  return new Planner(program, beside).plan();
}

class Planner {
  readonly #program: Program;
  readonly #ops: readonly Op[];
  readonly #extents: Shape;
  readonly #vector: number;
  readonly #lowered: LoopOps;
  readonly #layout: HeapLayout;
  readonly #places = new Map<number, Place>();
  /** of what varies along the vector axis, by pass */
  readonly #axesOfPass = new Map<number, Axes>();
  readonly #nestKeys = new Map<number, NestKey>();
  readonly #nests: NestKey[] = [];
  #room: number | undefined;

  constructor(program: Program, beside?: Beside) {
    this.#program = program;
    this.#lowered = new LoopOps(program, beside);
    this.#ops = this.#lowered.ops;
    this.#extents = this.#lowered.extents;
    this.#vector = this.#lowered.vector;
    this.#layout = this.#lowered.layout;
  }

  plan(): Plan {
    const stored = this.#storedOps();
    for (const op of stored) this.#places.set(op, this.#layout.reserve(this.#ops[op].axes));
    const stages = this.#stages(stored);
    return {
      dtype: this.#lowered.dtype,
      extents: this.#extents,
      padded: this.#layout.padded,
      ops: this.#ops,
      stages,
      places: this.#places,
      grids: this.#layout.grids,
      scatters: this.#layout.scatters,
      opOf: this.#lowered.opOf,
      heapSize: this.#layout.size,
    };
  }

  /** The nest that computes an op; the same object for all of its ops. */
  #nestOf(op: number): NestKey {
    return (this.#nests[op] ??= this.#findNest(op));
  }

  #findNest(op: number): NestKey {
    const { pass } = this.#ops[op];
    const axes = this.#axesIn(op);
    if (!has(axes, this.#vector)) return this.#shared({ pass, nest: "small", axes, isMasked: false });
    const isApart = isSink(this.#ops[op]) && !this.#isOutermost(axes, pass);
    const isMasked = isSink(this.#ops[op]) && this.#lowered.vanishing.has(addedBy(this.#ops[op]));
    return this.#shared(isApart ? { pass, nest: "apart", axes, isMasked } : { pass, nest: "vector", axes: 0, isMasked });
  }

  #shared(key: NestKey): NestKey {
    const kind = 2 * kindsOfNest.indexOf(key.nest) + (key.isMasked ? 1 : 0);
    const name = (key.pass * 2 * kindsOfNest.length + kind) * 2 ** this.#extents.length + key.axes;
    const known = this.#nestKeys.get(name);
    if (known !== undefined) return known;
    this.#nestKeys.set(name, key);
    return key;
  }

  /** Whether no loop of the vector nest that a sum does not take part in, and would be repeated by, stands outside of its own. */
  #isOutermost(axes: Axes, pass: number): boolean {
    if (this.#axesOfPass.size === 0) {
      this.#ops.forEach((op, id) => {
        const here = this.#axesIn(id);
        if (has(here, this.#vector)) this.#axesOfPass.set(op.pass, (this.#axesOfPass.get(op.pass) ?? 0) | here);
      });
    }
    const others = (this.#axesOfPass.get(pass) ?? 0) & ~axes;
    return others === 0 || (axes & ~(1 << this.#vector)) < (others & -others);
  }

  /**
   * Whether an op varies along the vector axis and more: too large to be kept from one pass to the next without need. Where the mask is
   * one for all loops, what varies along the vector axis alone is computed where it is set, too, rather than kept.
   */
  #isFull(op: number): boolean {
    const { axes } = this.#ops[op];
    return isComputed(this.#ops[op]) && has(axes, this.#vector) && (countOf(axes) > 1 || this.#isOneMask());
  }

  #isOneMask(): boolean {
    return this.#lowered.mask?.axes === 0;
  }

  /** Whether a nest computes a full-size op of an earlier pass once more. */
  #isRepeated(op: number): boolean {
    return this.#isFull(op) && !(isCostly(this.#ops[op]) && this.#keepsCostly());
  }

  /** Whether there is room to keep what is costly, of full size, until a later pass. */
  #keepsCostly(): boolean {
    // What one loop leaves out, another one must not read.
    if (this.#lowered.mask !== undefined) return false;
    this.#room ??= mostKept - this.#ops.reduce((sum, op, id) => (isCostly(op) && this.#isFull(id) ? sum + sizeAlong(this.#extents, op.axes) : sum), 0);
    return this.#room >= 0;
  }

  /** Ops whose numbers are kept for another nest, the interpreter or the caller. */
  #storedOps(): Set<number> {
    const stored = new Set<number>();
    const ops = this.#ops;
    const keep = (node: number): void => {
      const op = this.#lowered.opOf.get(node);
      if (op !== undefined) stored.add(op);
    };
    this.#program.outputs.forEach(keep);
    for (const node of this.#lowered.interpreted.keys()) this.#program.nodes[node].inputs.forEach(keep);
    ops.forEach(({ kind }, op) => {
      if (kind === "sum" || kind === "array" || kind === "constant") stored.add(op);
    });
    // Later passes first: what they repeat may need more of earlier ones.
    const nests = new Map<NestKey, Set<number>>();
    const demand = (first: number, nest: NestKey): void => {
      const asking = [first];
      for (let op = asking.pop(); op !== undefined; op = asking.pop()) {
        const { inputs } = ops[op];
        for (let i = 0; i < inputs.length; i++) {
          const input = inputs[i];
          if (!isComputed(ops[input]) || this.#nestOf(input) === nest) continue;
          if (!this.#isRepeated(input)) stored.add(input);
          else if (!stored.has(input)) {
            const seen = nests.get(nest) ?? new Set<number>();
            nests.set(nest, seen);
            if (seen.has(input)) continue;
            seen.add(input);
            asking.push(input);
          }
        }
      }
    };
    for (let op = ops.length - 1; op >= 0; op--) if (isComputed(this.#ops[op]) || isSink(ops[op])) demand(op, this.#nestOf(op));
    return stored;
  }

  #stages(stored: ReadonlySet<number>): Stage[] {
    const byPass = new Map<number, Map<NestKey, Set<number>>>();
    this.#ops.forEach((op, id) => {
      if (!isSink(op) && !(isComputed(op) && stored.has(id))) return;
      const nests = byPass.get(op.pass) ?? new Map<NestKey, Set<number>>();
      byPass.set(op.pass, nests);
      const nest = this.#nestOf(id);
      const members = nests.get(nest) ?? new Set<number>();
      nests.set(nest, members);
      this.#collect(id, nest, members, stored);
    });
    const interpreted = new Map<number, number[]>();
    for (const [node, pass] of this.#lowered.interpreted) {
      const nodes = interpreted.get(pass) ?? [];
      interpreted.set(pass, nodes);
      nodes.push(node);
    }
    const passes = [...new Set([...byPass.keys(), ...interpreted.keys()])].sort((a, b) => a - b);
    const stages: Stage[] = [];
    for (const pass of passes) {
      const nests = [...(byPass.get(pass) ?? [])].sort(([a], [b]) => this.#rank(a) - this.#rank(b));
      stages.push(...nests.map(([{ isMasked }, members]) => this.#nest([...members].sort((a, b) => a - b), isMasked)));
      for (const node of interpreted.get(pass) ?? []) stages.push({ node });
    }
    return stages;
  }

  /** Nests of a pass run in this order: what has fewer axes may be needed by what has more. */
  #rank({ nest, axes, isMasked }: NestKey): number {
    if (nest === "small") return countOf(axes);
    return this.#extents.length + (nest === "vector" && !isMasked ? 1 : 2);
  }

  /** An op and whatever has to be computed in the same nest for it. */
  #collect(first: number, nest: NestKey, members: Set<number>, stored: ReadonlySet<number>): void {
    const wanted = [first];
    for (let op = wanted.pop(); op !== undefined; op = wanted.pop()) {
      if (members.has(op)) continue;
      members.add(op);
      const { inputs } = this.#ops[op];
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i];
        if (!isComputed(this.#ops[input])) continue;
        if (this.#nestOf(input) === nest || (this.#isRepeated(input) && !stored.has(input))) wanted.push(input);
      }
    }
  }

  /** The axes of the loops in which an op is computed. */
  #axesIn(op: number): Axes {
    const { kind, axes, inputs } = this.#ops[op];
    return kind === "sum" ? this.#ops[inputs[0]].axes : axes;
  }

  #nest(members: readonly number[], isMasked: boolean): Nest {
    const ops = this.#ops;
    const all = members.reduce((axes, op) => axes | this.#axesIn(op), 0);
    const axes = this.#extents.map((_, axis) => axis).filter((axis) => has(all, axis));
    const vector = has(all, this.#vector) ? this.#vector : axes[axes.length - 1];
    const outer = axes.filter((axis) => axis !== vector);
    const depthOf = (op: number): number => {
      const along = this.#axesIn(op);
      let depth = outer.length;
      while (depth > 0 && !has(along, outer[depth - 1])) depth--;
      return depth;
    };
    const membersAt: number[][] = [[], ...outer.map(() => [])];
    for (const op of members) membersAt[depthOf(op)].push(op);
    const deepestUse = new Map<number, number>();
    membersAt.forEach((here, depth) => {
      for (const op of here) for (const input of ops[op].inputs) deepestUse.set(input, depth);
    });
    const levels = membersAt.map((here, level): Level => {
      const computed = here.filter((op) => !isSink(ops[op]));
      for (const op of computed) {
        const isUsedDeeper = (deepestUse.get(op) ?? 0) > level;
        if (isUsedDeeper && !this.#places.has(op)) this.#places.set(op, this.#layout.reserve(ops[op].axes & (1 << this.#vector)));
      }
      const computedHere = new Set(computed);
      const read = new Set<number>();
      for (const op of here) for (const input of ops[op].inputs) if (!computedHere.has(input)) read.add(input);
      const isVector = (op: number): boolean => vector !== undefined && has(ops[op].axes, vector);
      return {
        scalars: [...read].filter((op) => !isVector(op)),
        vectors: [...read].filter(isVector),
        computed,
        stored: computed.filter((op) => this.#places.has(op)),
        sums: here.filter((op) => ops[op].kind === "sum"),
        scatters: here.filter((op) => ops[op].kind === "scatter"),
      };
    });
    const { mask: by } = this.#lowered;
    if (!isMasked || by === undefined || vector !== this.#vector) return { outer, vector, levels };
    return { outer, vector, levels, masked: { by, depth: outer.reduce((deepest, axis, i) => (has(by.axes, axis) ? i + 1 : deepest), 0) } };
  }
}
