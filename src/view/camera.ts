/** A place, on the screen or on the detector. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Point, Size {}

/** Which part of the detector a window shows. */
export interface Camera {
  /** place on the detector in the window's middle, in pixels of the detector */
  readonly centre: Point;
  /** window pixels a detector pixel */
  readonly zoom: number;
}

const [smallestZoom, largestZoom] = [1 / 256, 128];

/** The camera that shows a whole box. */
export function fitted(box: Box, window: Size): Camera {
  const zoom = Math.min(window.width / Math.max(box.width, 1), window.height / Math.max(box.height, 1));
  return { centre: { x: box.x + box.width / 2, y: box.y + box.height / 2 }, zoom: limited(zoom) };
}

export function toWindow({ centre, zoom }: Camera, window: Size, { x, y }: Point): Point {
  return { x: window.width / 2 + (x - centre.x) * zoom, y: window.height / 2 + (y - centre.y) * zoom };
}

export function toDetector({ centre, zoom }: Camera, window: Size, { x, y }: Point): Point {
  return { x: centre.x + (x - window.width / 2) / zoom, y: centre.y + (y - window.height / 2) / zoom };
}

/** The camera moved by window pixels. */
export function panned({ centre, zoom }: Camera, dx: number, dy: number): Camera {
  return { centre: { x: centre.x - dx / zoom, y: centre.y - dy / zoom }, zoom };
}

/** The camera magnified by a factor, with a point of the window staying where it is. */
export function zoomedAt(camera: Camera, window: Size, fixed: Point, factor: number): Camera {
  const zoom = limited(camera.zoom * factor);
  const place = toDetector(camera, window, fixed);
  return {
    centre: { x: place.x - (fixed.x - window.width / 2) / zoom, y: place.y - (fixed.y - window.height / 2) / zoom },
    zoom,
  };
}

function limited(zoom: number): number {
  return Math.min(Math.max(zoom, smallestZoom), largestZoom);
}
