import { primitiveNamed } from "./primitive.js";
import { closed, Masks, plus, type Contribution } from "./masks.js";
import { add } from "./primitives/elementwise.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
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
  return contributionsTo(targets, cotangents, sources).map((parts, i) => sumOf(parts.map((part) => unbroadcast(closed(part), sources[i].shape))));
}

/**
 * The same of one target and of single numbers that act on its elements by elementwise steps alone: what reaches them is not summed over
 * the elements.
 * @param sources single numbers, or values of the target's shape
 * @returns what reaches each source, of the target's shape; undefined where nothing does
 */
export function pullBackEach(target: Variable, cotangent: Variable, sources: readonly Variable[]): (Contribution | undefined)[] {
  const { shape } = target;
  const whole = (part: Contribution): Contribution =>
    sameShape(part.value.shape, shape) ? part : { value: broadcastTo(closed(part), shape), mask: undefined, isOpen: false };
  return contributionsTo([target], [cotangent], sources).map((parts) => parts.map(whole).reduce<Contribution | undefined>((sum, part) => (sum ? plus(sum, part) : part), undefined));
}

function sumOf(parts: readonly Variable[]): Variable | undefined {
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => add(sum, part));
}

/** What reaches each source, added up as far as it has the same shape. */
function contributionsTo(targets: readonly Variable[], cotangents: readonly Variable[], sources: readonly Variable[]): (readonly Contribution[])[] {
  if (sources.length === 0) return [];
  const { tape } = sources[0];
  const reached = dependents(sources, targets);
  const ends = new Set(sources.map(({ id }) => id));
  // Contributions of one shape are added up before they are summed over what their node was broadcast along.
  const gathered = new Map<number, Map<string, Contribution>>();
  const masks = new Masks();
  const contribute = (to: Variable, contribution: Contribution): void => {
    const byShape = gathered.get(to.id) ?? new Map<string, Contribution>();
    gathered.set(to.id, byShape);
    const shape = contribution.value.shape.join();
    const sofar = byShape.get(shape);
    byShape.set(shape, sofar === undefined ? contribution : plus(sofar, contribution));
    masks.contribute(to, contribution.mask);
  };
  const partsOf = (id: number): readonly Contribution[] => [...(gathered.get(id)?.values() ?? [])];
  targets.forEach((target, i) => contribute(target, { value: cotangents[i], mask: undefined, isOpen: false }));
  for (let id = Math.max(...targets.map((target) => target.id)); id >= 0; id--) {
    if (!reached.has(id) || ends.has(id)) continue;
    const { primitive, inputs, attributes, shape } = tape.nodes[id];
    const cotangent = cotangentOf(partsOf(id), shape);
    if (cotangent === undefined) continue;
    const step = { inputs: inputs.map((input) => new Variable(tape, input)), output: new Variable(tape, id), attributes };
    step.inputs.forEach((input, index) => {
      if (!reached.has(input.id)) return;
      const contribution = masks.through(primitiveNamed(primitive), index, cotangent, step);
      if (contribution) contribute(input, contribution);
    });
  }
  return sources.map(({ id }) => partsOf(id));
}

/** What contributions of several shapes come to for a value. */
function cotangentOf(parts: readonly Contribution[], shape: Shape): Contribution | undefined {
  if (parts.length === 1 && sameShape(parts[0].value.shape, shape)) return parts[0];
  const value = sumOf(parts.map((part) => unbroadcast(closed(part), shape)));
  return value && { value, mask: undefined, isOpen: false };
}
