/** For every primitive, how its inputs are drawn, how it is applied, and what it computes, said once more with loops. */
import type { PrimitiveName } from "../../src/autodiff/primitives/registry.js";
import type { Case } from "./cases/case.js";
import { choiceCases } from "./cases/choices.js";
import { elementwiseCases, ofRecords, type OperationName } from "./cases/elementwise.js";
import { lookupCases } from "./cases/lookups.js";
import { movementCases } from "./cases/movements.js";
import { waveCases } from "./cases/waves.js";

const written: { readonly [P in Exclude<PrimitiveName, OperationName>]: Case } & { readonly [P in OperationName]?: Case } = {
  ...elementwiseCases,
  ...movementCases,
  ...choiceCases,
  ...lookupCases,
  ...waveCases,
};

/** Of operations that have none of their own here, those that their records make. */
export const primitiveCases: { readonly [P in PrimitiveName]: Case } = { ...ofRecords, ...written };
