import type { GridPlace, LookupOp, Plan, ScatterOp } from "./plan.js";

/** Lookups at one place of one grid, which differ in their order of differentiation alone. */
export interface LookupGroup {
  readonly primitive: "nearest" | "tricubic";
  /** h, k and l */
  readonly inputs: readonly number[];
  readonly grid: GridPlace;
  /** indices of the grid's first point */
  readonly min: readonly number[];
  readonly defaultF: number;
  readonly members: readonly number[];
  /** of each member, along h, k and l */
  readonly orders: readonly (readonly number[])[];
}

/** The lookups among some ops, those of one neighbourhood together. */
export function lookupGroups({ ops, grids }: Plan, among: readonly number[]): LookupGroup[] {
  const groups = new Map<string, { readonly first: LookupOp; readonly members: number[]; readonly orders: (readonly number[])[] }>();
  for (const op of among) {
    const lookup = ops[op];
    if (lookup.kind !== "lookup") continue;
    const { primitive, grid, inputs, attributes } = lookup;
    const key = JSON.stringify([primitive, grid, inputs, attributes.min, attributes.defaultF]);
    const group = groups.get(key) ?? { first: lookup, members: [], orders: [] };
    groups.set(key, group);
    group.members.push(op);
    group.orders.push(listed(attributes.orders, 3));
  }
  return [...groups.values()].map(({ first, members, orders }) => {
    const grid = grids.get(first.grid);
    if (grid === undefined) throw new TypeError(`grid ${first.grid} has no place in the heap`);
    const { primitive, inputs, attributes } = first;
    return { primitive, inputs, grid, min: listed(attributes.min, 3), defaultF: Number(attributes.defaultF), members, orders };
  });
}

/** A scatter as the lookups that it is the transpose of. */
export function scatterGroup({ scatters }: Plan, op: number, { primitive, node, inputs, attributes }: ScatterOp): LookupGroup {
  const grid = scatters.get(node);
  if (grid === undefined) throw new TypeError(`grid ${node} has no place in the heap`);
  return { primitive, inputs, grid, min: listed(attributes.min, 3), defaultF: 0, members: [op], orders: [listed(attributes.orders, 3)] };
}

function listed(attribute: unknown, length: number): readonly number[] {
  return Array.isArray(attribute) ? attribute : new Array<number>(length).fill(0);
}
