import { primitiveNamed, register, type Primitive } from "../primitive.js";
import * as elementwise from "./elementwise.js";
import { joiningPrimitives } from "./joining.js";
import { reductionPrimitives } from "./reductions.js";
import type { Applied } from "./elementwise-record.js";
import { lookupPrimitives } from "./lookup.js";
import { maskPrimitives } from "./masked.js";
import * as special from "./special.js";
import { structurePrimitives } from "./structure.js";
import { wavePrimitives } from "./waves.js";

type Applications<M> = { readonly [K in keyof M as M[K] extends Applied ? K : never]: Applied };

/** Every operation that works number by number, by its name: what the modules of operations export with a record. */
export const elementwiseOperations = { ...applicationsIn(elementwise), ...applicationsIn(special) };

function applicationsIn<M extends object>(module: M): Applications<M>;
function applicationsIn(module: object): object {
  return Object.fromEntries(Object.entries(module).filter(([, exported]) => typeof exported === "function" && "record" in exported));
}

function primitivesOf<M extends Readonly<Record<keyof M, Applied>>>(operations: M): { readonly [K in keyof M]: Primitive };
function primitivesOf(operations: Readonly<Record<string, Applied>>): object {
  return Object.fromEntries(Object.entries(operations).map(([name, { primitive }]) => [name, primitive]));
}

/** Every primitive, by the name that stands on the tape. */
export const primitives = { ...primitivesOf(elementwiseOperations), ...structurePrimitives, ...joiningPrimitives, ...reductionPrimitives, ...lookupPrimitives, ...maskPrimitives, ...wavePrimitives };
export type PrimitiveName = keyof typeof primitives;

Object.values<Primitive>(primitives).forEach(register);
export { primitiveNamed };
