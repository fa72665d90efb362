import type { Data } from "../../ndarray/dtype.js";

/** Where blocks stand. Plain data. */
export interface Blocks {
  /** patches along the detector's fast axis */
  readonly columns: number;
  /** patches of a panel */
  readonly patches: number;
  /** rows of a panel, of which one stands below the other; of all pixels where there is only one */
  readonly rows: number;
  readonly panels: number;
  /** tiles of a panel: at least as many as it has blocks */
  readonly tilesOfPanel: number;
  /** int32, one bit for each pixel of the image that is selected; all of the rectangle unless given */
  readonly kept: Data | undefined;
}

export function tilesIn({ panels, tilesOfPanel }: Blocks): number {
  return panels * tilesOfPanel;
}
