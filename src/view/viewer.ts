import { fitted, panned, toDetector, toWindow, zoomedAt, type Box, type Camera, type Point, type Size } from "./camera.js";
import { colourTable, isLight, type Contrast } from "./colour-scale.js";
import { drawMarks, type Mark } from "./drawing.js";
import { element } from "./element.js";
import { placementsOf, type Geometry } from "./geometry.js";
import type { Layer } from "./layer.js";
import { overlayMarks, type OverlayOptions } from "./overlay.js";
import { boundsOf, pixelAt, placeOf, upright, type Placement } from "./placement.js";
import type { PredictedSpot } from "./predicted-spots.js";
import { paint } from "./raster.js";

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

export interface ViewerEvents {
  /** undefined where the pointer has left the image */
  readonly onPoint: (pixel: PointedPixel | undefined) => void;
  readonly onLine: (line: Line) => void;
  /** the crystal is dragged by window pixels; about the beam with `isRoll` */
  readonly onTurn: (dx: number, dy: number, isRoll: boolean) => void;
  /** a key that the viewer itself does not know */
  readonly onKey: (key: string) => boolean;
}

/** Device pixels that are painted at most: more of them would cost smooth motion and hardly be seen. */
const mostPixels = 2_500_000;
const keyStep = 60;
const keyZoom = 1.5;

/** A window on images of a detector: pan, zoom, contrast, marks. */
export class Viewer {
  readonly stage: HTMLElement;
  dragMode: DragMode = "pan";
  readonly #image = element("canvas", { "aria-hidden": "true" });
  readonly #marks = element("canvas", { "aria-hidden": "true" });
  #layer: Layer | undefined;
  #contrast: Contrast | undefined;
  #table: Int32Array | undefined;
  /** of the canvas, painted anew for every picture */
  #pixels: ImageData | undefined;
  #geometry: Geometry | undefined;
  #placements: readonly Placement[] = [upright];
  #spots: readonly PredictedSpot[] = [];
  #overlay: OverlayOptions = { rings: true, spots: false, indices: false };
  #camera: Camera = { centre: { x: 0, y: 0 }, zoom: 1 };
  #window: Size = { width: 1, height: 1 };
  #isFitted = true;
  #line: Line | undefined;
  #cursor: Point | undefined;
  #frame = 0;
  readonly #events: ViewerEvents;
  readonly #pointers = new Map<number, Point>();

  constructor(events: ViewerEvents) {
    this.#events = events;
    this.stage = element(
      "div",
      { class: "stage", tabindex: 0, role: "application", "aria-label": "Detector image", "aria-describedby": "keys readout" },
      this.#image,
      this.#marks,
    );
    this.#listen();
    new ResizeObserver(() => this.#resize()).observe(this.stage);
  }

  get camera(): Camera {
    return this.#camera;
  }

  get placements(): readonly Placement[] {
    return this.#placements;
  }

  /** Shows a layer; of another size than the one before, as a whole. */
  show(layer: Layer, contrast: Contrast): void {
    const before = this.#layer;
    this.#layer = layer;
    if (contrast !== this.#contrast) {
      this.#contrast = contrast;
      this.#table = colourTable(contrast);
    }
    const sizes = ({ images }: Layer): string => images.map(({ shape }) => shape.join()).join(";");
    if (!before || sizes(before) !== sizes(layer)) this.#place();
    this.#request();
  }

  /** What places on the detector mean; undefined where nobody knows. */
  set geometry(geometry: Geometry | undefined) {
    this.#geometry = geometry;
    this.#place();
    this.#request();
  }

  set spots(spots: readonly PredictedSpot[]) {
    this.#spots = spots;
    this.#request();
  }

  set overlay(options: OverlayOptions) {
    this.#overlay = options;
    this.#request();
  }

  set line(line: Line | undefined) {
    this.#line = line;
    this.#request();
  }

  fit(): void {
    this.#isFitted = true;
    this.#camera = fitted(this.#bounds(), this.#window);
    this.#request();
  }

  zoomBy(factor: number): void {
    this.#moveTo(zoomedAt(this.#camera, this.#window, this.#middle(), factor));
  }

  /** Moves to a pixel, near enough to see its neighbours. */
  goTo({ panel, fast, slow }: PointedPixel): void {
    const centre = placeOf(this.#placements[panel] ?? upright, fast, slow);
    this.#cursor = centre;
    this.#moveTo({ centre, zoom: Math.max(this.#camera.zoom, Math.min(this.#window.width, this.#window.height) / 40) });
    this.#events.onPoint({ panel, fast, slow });
  }

  /** The pixel below a point of the window, if there is one. */
  pixelBelow(point: Point): PointedPixel | undefined {
    return this.#pixelOf(toDetector(this.#camera, this.#window, point));
  }

  /** What is drawn over the image now, in pixels of the window. */
  marks(): Mark[] {
    return overlayMarks({
      camera: this.#camera,
      window: this.#window,
      geometry: this.#geometry,
      placements: this.#placements,
      sizes: this.#sizes(),
      spots: this.#spots,
      options: this.#overlay,
      line: this.#line,
      cursor: this.#cursor,
      isLight: isLight(this.#contrast?.scale ?? "inverse grey"),
    });
  }

  /** The image as it is seen, without marks, and the window that they are drawn in. */
  picture(): { readonly canvas: HTMLCanvasElement; readonly window: Size } {
    return { canvas: this.#image, window: this.#window };
  }

  /** Draws at once. */
  draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const layer = this.#layer;
    const context = this.#image.getContext("2d");
    if (!layer || !this.#table || !context || this.#image.width === 0) return;
    const factor = this.#image.width / this.#window.width;
    const size = { width: this.#image.width, height: this.#image.height };
    const camera = { ...this.#camera, zoom: this.#camera.zoom * factor };
    const isSame = this.#pixels?.width === size.width && this.#pixels.height === size.height;
    const pixels = this.#pixels && isSame ? this.#pixels : context.createImageData(size.width, size.height);
    this.#pixels = pixels;
    const placed = layer.pyramids.map((pyramid, i) => ({ pyramid, placement: this.#placements[i] ?? upright }));
    const painted = new Int32Array(pixels.data.buffer);
    painted.fill(0);
    paint(painted, size, camera, placed, this.#table);
    context.putImageData(pixels, 0, 0);
    this.#drawMarks();
  }

  #drawMarks(): void {
    const context = this.#marks.getContext("2d");
    if (!context) return;
    const ratio = this.#marks.width / this.#window.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#window.width, this.#window.height);
    drawMarks(context, this.marks());
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.draw());
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (width === 0 || height === 0) return;
    this.#window = { width, height };
    const ratio = window.devicePixelRatio || 1;
    const painted = Math.min(ratio, Math.sqrt(mostPixels / (width * height)));
    [this.#image.width, this.#image.height] = [Math.round(width * painted), Math.round(height * painted)];
    [this.#marks.width, this.#marks.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#isFitted) this.#camera = fitted(this.#bounds(), this.#window);
    this.draw();
  }

  #place(): void {
    const panels = this.#layer?.images.length ?? 1;
    const isKnown = this.#geometry?.panels.length === panels;
    const before = JSON.stringify(this.#placements);
    this.#placements = this.#geometry && isKnown ? placementsOf(this.#geometry.panels) : Array.from({ length: panels }, () => upright);
    if (this.#isFitted || before !== JSON.stringify(this.#placements)) this.fit();
  }

  #sizes(): Size[] {
    return (this.#layer?.images ?? []).map(({ shape }) => ({ width: shape[1], height: shape[0] }));
  }

  #bounds(): Box {
    const sizes = this.#sizes();
    if (sizes.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
    return boundsOf(sizes.map((size, i) => ({ placement: this.#placements[i] ?? upright, size })));
  }

  #middle(): Point {
    return { x: this.#window.width / 2, y: this.#window.height / 2 };
  }

  #pixelOf(place: Point): PointedPixel | undefined {
    for (const [panel, { width, height }] of this.#sizes().entries()) {
      const { fast, slow } = pixelAt(this.#placements[panel] ?? upright, place);
      if (fast >= 0 && slow >= 0 && fast < width && slow < height) return { panel, fast, slow };
    }
    return undefined;
  }

  #moveTo(camera: Camera): void {
    this.#isFitted = false;
    this.#camera = camera;
    this.#request();
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #listen(): void {
    const { stage } = this;
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      const point = this.#pointOf(event);
      this.#pointers.set(event.pointerId, point);
      this.#cursor = undefined;
      if (this.dragMode === "profile" && this.#pointers.size === 1) {
        const place = toDetector(this.#camera, this.#window, point);
        this.#line = { from: place, to: place };
      }
    });
    stage.addEventListener("pointermove", (event) => this.#moved(event));
    for (const name of ["pointerup", "pointercancel"] as const) stage.addEventListener(name, ({ pointerId }) => this.#pointers.delete(pointerId));
    stage.addEventListener("pointerleave", () => this.#events.onPoint(undefined));
    stage.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.#moveTo(zoomedAt(this.#camera, this.#window, this.#pointOf(event), Math.exp(-event.deltaY / (event.deltaMode === 0 ? 300 : 10))));
      },
      { passive: false },
    );
    stage.addEventListener("dblclick", (event) => this.#moveTo(zoomedAt(this.#camera, this.#window, this.#pointOf(event), 2)));
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.#press(event.key) || this.#events.onKey(event.key)) event.preventDefault();
    });
  }

  #moved(event: PointerEvent): void {
    const point = this.#pointOf(event);
    const before = this.#pointers.get(event.pointerId);
    this.#events.onPoint(this.pixelBelow(point));
    if (!before) return;
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    this.#pointers.set(event.pointerId, point);
    const [dx, dy] = [point.x - before.x, point.y - before.y];
    if (others.length > 0) this.#pinch(others[0], before, point);
    else if (this.dragMode === "turn") this.#events.onTurn(dx, dy, event.shiftKey);
    else if (this.dragMode === "profile" && this.#line) {
      this.#line = { from: this.#line.from, to: toDetector(this.#camera, this.#window, point) };
      this.#events.onLine(this.#line);
      this.#request();
    } else this.#moveTo(panned(this.#camera, dx, dy));
  }

  /** Two fingers hold two places of the image. */
  #pinch(other: Point, before: Point, after: Point): void {
    const distance = (point: Point): number => Math.max(Math.hypot(point.x - other.x, point.y - other.y), 1);
    const middle = { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 };
    const moved = panned(this.#camera, (after.x - before.x) / 2, (after.y - before.y) / 2);
    this.#moveTo(zoomedAt(moved, this.#window, middle, distance(after) / distance(before)));
  }

  #press(key: string): boolean {
    const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const step = steps[key];
    if (step) this.#moveTo(panned(this.#camera, keyStep * step[0], keyStep * step[1]));
    else if (key === "+" || key === "=") this.zoomBy(keyZoom);
    else if (key === "-") this.zoomBy(1 / keyZoom);
    else if (key === "0") this.fit();
    else return false;
    // Without a pointer, the middle of the window is what is pointed at.
    this.#cursor = this.#camera.centre;
    this.#events.onPoint(this.#pixelOf(this.#camera.centre));
    return true;
  }

  /** Where a place of the common plane is in the window. */
  toWindow(place: Point): Point {
    return toWindow(this.#camera, this.#window, place);
  }
}
