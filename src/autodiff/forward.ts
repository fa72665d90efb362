import { broadcastShapes } from "../ndarray/shape.js";
import { primitiveNamed } from "./primitive.js";
import { add } from "./primitives/elementwise.js";
import { broadcastTo } from "./primitives/sum.js";
import { dependents } from "./reverse.js";
import { Variable } from "./tape.js";

/**
 * Walks the tape forwards and records, on the same tape, how the sources' tangents move the targets. The sources are taken as
 * independent: none moves with another.
 * @param tangents one for each source, of its shape; undefined where it stands still. Of a single number there may be many tangents at
 *   once, one behind the other, as long as only elementwise steps follow
 * @returns one tangent for each target, of its shape; undefined where it does not move
 */
export function pushForward(
  sources: readonly Variable[],
  tangents: readonly (Variable | undefined)[],
  targets: readonly Variable[],
): (Variable | undefined)[] {
  if (sources.length === 0) return targets.map(() => undefined);
  const { tape } = sources[0];
  const moving = new Map<number, Variable>();
  sources.forEach(({ id }, i) => {
    const tangent = tangents[i];
    if (tangent) moving.set(id, tangent);
  });
  const ends = new Set(sources.map(({ id }) => id));
  for (const id of between(sources.filter(({ id }) => moving.has(id)), targets)) {
    if (ends.has(id)) continue;
    const { primitive, inputs, attributes, shape } = tape.nodes[id];
    const step = { inputs: inputs.map((input) => new Variable(tape, input)), output: new Variable(tape, id), attributes };
    inputs.forEach((input, index) => {
      const tangent = moving.get(input);
      const contribution = tangent && primitiveNamed(primitive).jvp(index, tangent, step);
      if (contribution === undefined) return;
      const sofar = moving.get(id);
      const whole = broadcastTo(contribution, broadcastShapes(contribution.shape, shape));
      moving.set(id, sofar === undefined ? whole : add(sofar, whole));
    });
  }
  return targets.map(({ id }) => moving.get(id));
}

/** What depends on the sources in a way that a gradient can follow, and what the targets are made of, in order. */
export function between(sources: readonly Variable[], targets: readonly Variable[]): number[] {
  if (sources.length === 0) return [];
  const { nodes } = sources[0].tape;
  const reached = dependents(sources, targets);
  const found = new Set<number>();
  const wanted = targets.map(({ id }) => id);
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (found.has(id) || !reached.has(id)) continue;
    found.add(id);
    wanted.push(...nodes[id].inputs);
  }
  return [...found].sort((a, b) => a - b);
}
