/** The order of the pixels in a block of the detector: leaf by leaf, along a curve that passes from each leaf to a neighbour. */

/** Pixels along an edge of a block, and of a leaf. */
export const blockEdge = 32;
export const leafEdge = 4;
export const leavesAlong = blockEdge / leafEdge;
export const blockPixels = blockEdge ** 2;
/** Pixels that are worked on together or not at all. */
export const leafPixels = leafEdge ** 2;

const inBlock = Array.from({ length: blockPixels }, (_, i) => {
  const leaf = onCurve(Math.floor(i / leafPixels));
  const inLeaf = i % leafPixels;
  return { slow: leaf.slow * leafEdge + Math.floor(inLeaf / leafEdge), fast: leaf.fast * leafEdge + (inLeaf % leafEdge) };
});
/** The leaf at each place of the block, row by row. */
export const leafAt = new Int32Array(leavesAlong ** 2);
for (let leaf = 0; leaf < leafAt.length; leaf++) {
  const { slow, fast } = onCurve(leaf);
  leafAt[slow * leavesAlong + fast] = leaf;
}
/** Rows and columns of a block's pixels in their order, from those of the first. */
export const slowInBlock = Int32Array.from(inBlock, ({ slow }) => slow);
export const fastInBlock = Int32Array.from(inBlock, ({ fast }) => fast);

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
