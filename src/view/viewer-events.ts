import type { Point } from "./camera.js";

/** A pixel that somebody points at. */
export interface PointedPixel {
  readonly panel: number;
  /** from the panel's corner, with fractions */
  readonly fast: number;
  readonly slow: number;
}

/** What dragging does. */
export type DragMode = "pan" | "profile" | "turn";

/** Ends of a line on the detector, on the common plane. */
export interface Line {
  readonly from: Point;
  readonly to: Point;
}

/** What a viewer tells of what is done with it. */
export interface ViewerEvents {
  /** undefined where the pointer has left the image */
  readonly onPoint: (pixel: PointedPixel | undefined) => void;
  readonly onLine: (line: Line) => void;
  /** the crystal is dragged by window pixels; about the beam with `isRoll` */
  readonly onTurn: (dx: number, dy: number, isRoll: boolean) => void;
  /** a key that the viewer itself does not know */
  readonly onKey: (key: string) => boolean;
}
