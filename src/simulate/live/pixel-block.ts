/** The order of the pixels in a block of the detector: leaf by leaf, along a curve that passes from each leaf to a neighbour. */

/** Pixels along an edge of a block, and of a leaf. */
export const blockEdge = 32;
export const leafEdge = 2;
export const leavesAlong = blockEdge / leafEdge;
export const blockPixels = blockEdge ** 2;
/** Pixels that are worked on together or not at all. */
export const leafPixels = leafEdge ** 2;
export const leavesOfBlock = leavesAlong ** 2;
/** Pixels for which a step is worked on or not at all: a row of a leaf. */
export const groupPixels = leafEdge;
export const groupsOfBlock = blockPixels / groupPixels;

const leaves = Array.from({ length: leavesOfBlock }, (_, place) => onCurve(place));
/** Row and column of each leaf in its block. */
export const leafRow = Int32Array.from(leaves, ({ slow }) => slow);
export const leafColumn = Int32Array.from(leaves, ({ fast }) => fast);
/** The leaf at each place of the block, row by row. */
export const leafAt = new Int32Array(leavesOfBlock);
leaves.forEach(({ slow, fast }, leaf) => (leafAt[slow * leavesAlong + fast] = leaf));

/** The leaf at a place of Hilbert's curve: each pair of the place's bits picks a quarter, in which the curve is turned. */
function onCurve(place: number): { readonly slow: number; readonly fast: number } {
  let [fast, slow] = [0, 0];
  for (let edge = 1, rest = place; edge < leavesAlong; edge *= 2, rest = Math.floor(rest / 4)) {
    const right = (rest >> 1) & 1;
    const up = (rest ^ right) & 1;
    if (up === 0) {
      if (right === 1) [fast, slow] = [edge - 1 - fast, edge - 1 - slow];
      [fast, slow] = [slow, fast];
    }
    fast += edge * right;
    slow += edge * up;
  }
  return { slow, fast };
}
