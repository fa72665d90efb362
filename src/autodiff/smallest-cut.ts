/** Arcs of a network with room for so much more flow; each is followed by its reverse. */
class Network {
  readonly #to: number[] = [];
  readonly #room: number[] = [];
  readonly #arcs: number[][];

  constructor(places: number) {
    this.#arcs = Array.from({ length: places }, () => []);
  }

  connect(from: number, to: number, room: number): void {
    this.#arcs[from].push(this.#to.push(to) - 1);
    this.#room.push(room);
    this.#arcs[to].push(this.#to.push(from) - 1);
    this.#room.push(0);
  }

  /** Lets one more unit flow, where there is a way. */
  augment(source: number, sink: number): boolean {
    const arcTo = new Map<number, number>([[source, -1]]);
    for (const [place] of arcTo) {
      for (const arc of this.#arcs[place]) if (this.#room[arc] > 0 && !arcTo.has(this.#to[arc])) arcTo.set(this.#to[arc], arc);
      if (arcTo.has(sink)) break;
    }
    for (let arc = arcTo.get(sink); arc !== undefined && arc >= 0; arc = arcTo.get(this.#to[arc ^ 1])) {
      this.#room[arc]--;
      this.#room[arc ^ 1]++;
    }
    return arcTo.has(sink);
  }

  /** The places from which more could flow to the sink. */
  before(sink: number): Set<number> {
    const found = new Set([sink]);
    for (const place of found) for (const arc of this.#arcs[place]) if (this.#room[arc ^ 1] > 0) found.add(this.#to[arc]);
    return found;
  }
}

/**
 * The fewest vertices of a graph that are on all ways from some of them to others, and of these the nearest to the ends of the ways.
 * Source: Ford & Fulkerson's theorem of the largest flow and the smallest cut; each vertex lets one unit pass.
 * @param edges from one vertex to the next
 * @returns the vertices, in the order of their numbers
 */
export function smallestCut(vertices: Iterable<number>, edges: Iterable<readonly [from: number, to: number]>, starts: readonly number[], ends: readonly number[]): number[] {
  const all = [...vertices];
  const place = new Map(all.map((vertex, i) => [vertex, 2 * i]));
  const at = (vertex: number): number => place.get(vertex) ?? 0;
  const [source, sink] = [2 * all.length, 2 * all.length + 1];
  const network = new Network(2 * all.length + 2);
  for (const vertex of all) network.connect(at(vertex), at(vertex) + 1, 1);
  for (const [from, to] of edges) network.connect(at(from) + 1, at(to), Infinity);
  for (const start of starts) network.connect(source, at(start), Infinity);
  for (const end of ends) network.connect(at(end) + 1, sink, Infinity);
  while (network.augment(source, sink)) continue;
  const behind = network.before(sink);
  return all.filter((vertex) => behind.has(at(vertex) + 1) && !behind.has(at(vertex))).sort((a, b) => a - b);
}
