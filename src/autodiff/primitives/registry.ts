import type { Primitive } from "../primitive.js";
import { elementwisePrimitives } from "./elementwise.js";
import { lookupPrimitives } from "./lookup.js";
import { spanPrimitives } from "./span.js";
import { structurePrimitives } from "./structure.js";

/** Every primitive, by the name that stands on the tape. */
export const primitives = { ...elementwisePrimitives, ...structurePrimitives, ...lookupPrimitives, ...spanPrimitives };
export type PrimitiveName = keyof typeof primitives;

const byName = new Map<string, Primitive>(Object.entries(primitives));

/** @throws TypeError when there is no such primitive: the tape was not recorded by this library */
export function primitiveNamed(name: string): Primitive {
  const primitive = byName.get(name);
  if (primitive === undefined) throw new TypeError(`there is no primitive "${name}"`);
  return primitive;
}
