import { primitiveNamed } from "./primitive.js";
import { Masks } from "./masks.js";
import { add } from "./primitives/elementwise.js";
import { broadcastTo, unbroadcast } from "./primitives/sum.js";
import { carriesGradient, Variable } from "./tape.js";

/** Which values, from the sources up to the last target, depend on the sources in a way that a gradient can follow. */
export function dependents(sources: readonly Variable[], targets: readonly Variable[]): Set<number> {
  const { nodes } = sources[0].tape;
  const found = new Set(sources.filter(carriesGradient).map(({ id }) => id));
  const end = Math.max(...targets.map(({ id }) => id));
  for (let id = 0; id <= end; id++) {
    if (carriesGradient(nodes[id]) && nodes[id].inputs.some((input) => found.has(input))) found.add(id);
  }
  return found;
}

/**
 * Walks the tape backwards and records, on the same tape, how the targets' cotangents reach the sources. The sources are taken
 * as independent: the walk ends at each of them.
 * @param cotangents one for each target, of its shape
 * @returns one cotangent for each source, of its shape; undefined where nothing reaches it
 */
export function pullBack(
  targets: readonly Variable[],
  cotangents: readonly Variable[],
  sources: readonly Variable[],
): (Variable | undefined)[] {
  return contributionsTo(targets, cotangents, sources).map((parts, i) => sumOf(parts.map((part) => unbroadcast(part, sources[i].shape))));
}

/**
 * The same of one target and of single numbers that act on its elements by elementwise steps alone: what reaches them is not summed over
 * the elements.
 * @param sources single numbers, or values of the target's shape
 * @returns one cotangent for each source, of the target's shape; undefined where nothing reaches it
 */
export function pullBackEach(target: Variable, cotangent: Variable, sources: readonly Variable[]): (Variable | undefined)[] {
  return contributionsTo([target], [cotangent], sources).map((parts) => sumOf(parts.map((part) => broadcastTo(part, target.shape))));
}

function sumOf(parts: readonly Variable[]): Variable | undefined {
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => add(sum, part));
}

/** What reaches each source, added up as far as it has the same shape. */
function contributionsTo(targets: readonly Variable[], cotangents: readonly Variable[], sources: readonly Variable[]): (readonly Variable[])[] {
  if (sources.length === 0) return [];
  const { tape } = sources[0];
  const reached = dependents(sources, targets);
  const ends = new Set(sources.map(({ id }) => id));
  // Contributions of one shape are added up before they are summed over what their node was broadcast along.
  const gathered = new Map<number, Map<string, Variable>>();
  const masks = new Masks();
  const contribute = (id: number, contribution: Variable): void => {
    const byShape = gathered.get(id) ?? new Map<string, Variable>();
    gathered.set(id, byShape);
    const shape = contribution.shape.join();
    const sofar = byShape.get(shape);
    byShape.set(shape, sofar === undefined ? contribution : add(sofar, contribution));
  };
  const partsOf = (id: number): readonly Variable[] => [...(gathered.get(id)?.values() ?? [])];
  targets.forEach((target, i) => {
    contribute(target.id, cotangents[i]);
    masks.contribute(target, undefined);
  });
  for (let id = Math.max(...targets.map((target) => target.id)); id >= 0; id--) {
    if (!reached.has(id) || ends.has(id)) continue;
    const cotangent = sumOf(partsOf(id).map((part) => unbroadcast(part, tape.nodes[id].shape)));
    if (cotangent === undefined) continue;
    const { primitive, inputs, attributes } = tape.nodes[id];
    const step = { inputs: inputs.map((input) => new Variable(tape, input)), output: new Variable(tape, id), attributes };
    const rules = primitiveNamed(primitive);
    step.inputs.forEach((input, index) => {
      if (!reached.has(input.id)) return;
      const product = rules.vjp(index, cotangent, step);
      if (product === undefined) return;
      const { contribution, mask } = masks.through(rules, index, cotangent, product, step);
      contribute(input.id, contribution);
      masks.contribute(input, mask);
    });
  }
  return sources.map(({ id }) => partsOf(id));
}
