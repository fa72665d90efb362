import { primitiveNamed } from "./primitives/registry.js";
import { add } from "./primitives/elementwise.js";
import { broadcastTo } from "./primitives/structure.js";
import { dependents } from "./reverse.js";
import { Variable } from "./tape.js";

/**
 * Walks the tape forwards and records, on the same tape, how the sources' tangents move the targets. The sources are taken as
 * independent: none moves with another.
 * @param tangents one for each source, of its shape
 * @returns one tangent for each target, of its shape; undefined where it does not move
 */
export function pushForward(
  sources: readonly Variable[],
  tangents: readonly Variable[],
  targets: readonly Variable[],
): (Variable | undefined)[] {
  if (sources.length === 0) return targets.map(() => undefined);
  const { tape } = sources[0];
  const reached = dependents(sources, targets);
  const moving = new Map(sources.map(({ id }, i) => [id, tangents[i]]));
  for (const id of [...reached].sort((a, b) => a - b)) {
    const { primitive, inputs, attributes, shape } = tape.nodes[id];
    if (moving.has(id)) continue;
    const step = { inputs: inputs.map((input) => new Variable(tape, input)), output: new Variable(tape, id), attributes };
    inputs.forEach((input, index) => {
      const tangent = moving.get(input);
      const contribution = tangent && primitiveNamed(primitive).jvp(index, tangent, step);
      if (contribution === undefined) return;
      const sofar = moving.get(id);
      const whole = broadcastTo(contribution, shape);
      moving.set(id, sofar === undefined ? whole : add(sofar, whole));
    });
  }
  return targets.map(({ id }) => moving.get(id));
}
