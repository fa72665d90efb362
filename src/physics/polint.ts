/**
 * The tricubic lookup as one reads it: the 64 neighbours are gathered, then contracted by 4-point Lagrange polynomials in l, k and
 * h. It stores every neighbourhood; the primitive `tricubic` gives the same without.
 */
import { add, div, floor, max, min as lesser, mul, sub, where } from "../autodiff/primitives/elementwise.js";
import type { GridLookup } from "../autodiff/primitives/lookup.js";
import { isInside, stencils } from "../autodiff/primitives/stencil.js";
import { convert } from "../autodiff/primitives/identity.js";
import { gather } from "../autodiff/primitives/gather.js";
import { reshape } from "../autodiff/primitives/reshape.js";
import { slice } from "../autodiff/primitives/slice.js";
import type { Variable } from "../autodiff/tape.js";
import { describeShape, ShapeError } from "../ndarray/errors.js";
import { array } from "../ndarray/ndarray.js";
import { sizeOf } from "../ndarray/shape.js";

/**
 * The cubic through 4 points, at x: Lagrange's formula (nanoBragg, polint).
 * @param xa where the points stand, shape (..., 4), no two at one place
 * @param ya their values, shape (..., 4)
 * @param x shape (...)
 * @returns shape (...), the leading shapes broadcast together
 * @throws ShapeError when the points are not 4
 */
export function polint(xa: Variable, ya: Variable, x: Variable): Variable {
  const [x0, x1, x2, x3] = alongLastAxis(xa);
  const [y0, y1, y2, y3] = alongLastAxis(ya);
  const weight = (at: Variable, a: Variable, b: Variable, c: Variable): Variable =>
    div(mul(sub(x, a), sub(x, b), sub(x, c)), mul(sub(at, a), sub(at, b), sub(at, c)));
  return add(
    mul(weight(x0, x1, x2, x3), y0),
    mul(weight(x1, x0, x2, x3), y1),
    mul(weight(x2, x0, x1, x3), y2),
    mul(weight(x3, x0, x1, x2), y3),
  );
}

/**
 * The bicubic through 4 x 4 points, at (x1, x2): polint along the second axis, then along the first (nanoBragg, polin2).
 * @param x1a where the points stand along the first axis, shape (..., 4); x2a along the second likewise
 * @param ya their values, shape (..., 4, 4)
 * @param x1 shape (...); x2 likewise
 * @returns shape (...), the leading shapes broadcast together
 */
export function polin2(x1a: Variable, x2a: Variable, ya: Variable, x1: Variable, x2: Variable): Variable {
  return polint(x1a, polint(withAxis(x2a, 1), ya, withAxis(x2)), x1);
}

/**
 * The tricubic through 4 x 4 x 4 points, at (x1, x2, x3): polin2 along the second and third axes, then polint along the first
 * (nanoBragg, polin3).
 * @param x1a where the points stand along the first axis, shape (..., 4); x2a and x3a along the others likewise
 * @param ya their values, shape (..., 4, 4, 4)
 * @param x1 shape (...); x2 and x3 likewise
 * @returns shape (...), the leading shapes broadcast together
 */
export function polin3(x1a: Variable, x2a: Variable, x3a: Variable, ya: Variable, x1: Variable, x2: Variable, x3: Variable): Variable {
  return polint(x1a, polin2(withAxis(x2a, 1), withAxis(x3a, 1), ya, withAxis(x2), withAxis(x3)), x1);
}

/**
 * The 4 x 4 x 4 points of a grid around (h,k,l), floor(x)-1 to floor(x)+2 along each axis, l fastest. Where they leave the grid
 * its nearest points stand for them.
 * @param h fractional Miller indices of any shapes that broadcast, to (...); k and l likewise
 * @param grid F[h,k,l], shape [h, k, l], with a point at least
 * @param lookup with the indices of the grid's first point as `min`
 * @returns shape (..., 4, 4, 4)
 * @throws ShapeError when the grid has not 3 axes
 */
export function neighbourhood(h: Variable, k: Variable, l: Variable, grid: Variable, { min }: Pick<GridLookup, "min">): Variable {
  if (grid.shape.length !== 3) throw new ShapeError(`a grid of structure factors has 3 axes, not shape ${describeShape(grid.shape)}`);
  const [atH, atK, atL] = [h, k, l].map((x, axis) => {
    // Far away, as near as possible: int32 would wrap around.
    const [first, end] = [min[axis], min[axis] + grid.shape[axis]];
    const node = max(lesser(floor(x), end + 2), first - 3);
    const inGrid = sub(add(withAxis(convert(node, "int32")), array(aroundFloor, "int32")), first);
    return max(lesser(inGrid, grid.shape[axis] - 1), 0);
  });
  const [, extentK, extentL] = grid.shape;
  const planes = mul(withAxis(withAxis(atH)), extentK * extentL);
  const rows = mul(withAxis(withAxis(atK, 1)), extentL);
  const points = withAxis(withAxis(atL, 1), 1);
  return gather(reshape(grid, [sizeOf(grid.shape)]), add(planes, rows, points));
}

/**
 * Structure factors between the points of a grid, by the cubic through the 4 nearest points along each axis; `defaultF`, without
 * gradient, where these leave the grid. At a whole index the slope jumps; it is that of the cell on the right.
 * @param h fractional Miller indices of any shapes that broadcast; k and l likewise
 * @param grid F[h,k,l], shape [h, k, l], with a point at least
 * @throws ShapeError when the grid has not 3 axes
 */
export function tricubicByGather(h: Variable, k: Variable, l: Variable, grid: Variable, { min, defaultF }: GridLookup): Variable {
  const [insideH, insideK, insideL] = [h, k, l].map((x, axis) => isInside(stencils.tricubic, floor(x), min[axis], grid.shape[axis]));
  const inside = mul(insideH, insideK, insideL);
  // Lookups outside are moved to the grid first: the polynomial is not finite everywhere, and 0 times infinity is no zero gradient.
  const [x, y, z] = [h, k, l].map((index, axis) => where(inside, index, min[axis]));
  const value = polin3(nodes(x), nodes(y), nodes(z), neighbourhood(x, y, z, grid, { min }), x, y, z);
  return where(inside, value, defaultF);
}

const aroundFloor = [-1, 0, 1, 2];

/** Where the 4 points around x stand, shape (..., 4). */
function nodes(x: Variable): Variable {
  return add(withAxis(floor(x)), array(aroundFloor, x.dtype));
}

/** A new axis of extent 1 before the last so many. */
function withAxis(x: Variable, following = 0): Variable {
  const before = x.shape.length - following;
  return reshape(x, [...x.shape.slice(0, before), 1, ...x.shape.slice(before)]);
}

function alongLastAxis(x: Variable): Variable[] {
  if (x.shape.at(-1) !== 4) throw new ShapeError(`polint takes 4 points along the last axis, not those of shape ${describeShape(x.shape)}`);
  const leading = x.shape.slice(0, -1).map(() => ({}));
  return [0, 1, 2, 3].map((index) => slice(x, ...leading, index));
}
