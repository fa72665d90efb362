import { fitted, panned, toDetector, zoomedAt, type Box, type Camera, type Point, type Size } from "./camera.js";
import { colourTable, isLight, type Contrast } from "./colour-scale.js";
import { drawMarks, type Mark } from "./drawing.js";
import { element } from "./element.js";
import { placementsOf, type Geometry } from "./geometry.js";
import { Gestures } from "./gestures.js";
import type { Layer } from "./layer.js";
import { overlayMarks, type OverlayOptions } from "./overlay.js";
import { boundsOf, pixelAt, placeOf, upright, type Placement } from "./placement.js";
import type { PredictedSpot } from "./predicted-spots.js";
import { paint } from "./raster.js";
import type { DragMode, Line, PointedPixel, ViewerEvents } from "./viewer-events.js";

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

  constructor(events: ViewerEvents) {
    this.#events = events;
    this.stage = element(
      "div",
      { class: "stage", tabindex: 0, role: "application", "aria-label": "Detector image", "aria-describedby": "keys readout" },
      this.#image,
      this.#marks,
    );
    new Gestures(this.stage, {
      onHover: (point) => events.onPoint(point && this.pixelBelow(point)),
      onPress: (point, isAlone) => {
        this.#cursor = undefined;
        const place = toDetector(this.#camera, this.#window, point);
        if (this.dragMode === "profile" && isAlone) this.#line = { from: place, to: place };
      },
      onDrag: (before, after, isShifted) => this.#drag(before, after, isShifted),
      onPan: (dx, dy) => this.#pan(dx, dy),
      onZoom: (fixed, factor) => this.#zoomAt(fixed, factor),
      onKey: (key) => this.#press(key) || events.onKey(key),
    });
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
    this.#zoomAt(this.#middle(), factor);
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

  #drag(before: Point, after: Point, isShifted: boolean): void {
    const [dx, dy] = [after.x - before.x, after.y - before.y];
    if (this.dragMode === "turn") this.#events.onTurn(dx, dy, isShifted);
    else if (this.dragMode === "profile" && this.#line) {
      this.#line = { from: this.#line.from, to: toDetector(this.#camera, this.#window, after) };
      this.#events.onLine(this.#line);
      this.#request();
    } else this.#pan(dx, dy);
  }

  #pan(dx: number, dy: number): void {
    this.#moveTo(panned(this.#camera, dx, dy));
  }

  #zoomAt(fixed: Point, factor: number): void {
    this.#moveTo(zoomedAt(this.#camera, this.#window, fixed, factor));
  }

  #press(key: string): boolean {
    const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const step = steps[key];
    if (step) this.#pan(keyStep * step[0], keyStep * step[1]);
    else if (key === "+" || key === "=") this.zoomBy(keyZoom);
    else if (key === "-") this.zoomBy(1 / keyZoom);
    else if (key === "0") this.fit();
    else return false;
    // Without a pointer, the middle of the window is what is pointed at.
    this.#cursor = this.#camera.centre;
    this.#events.onPoint(this.#pixelOf(this.#camera.centre));
    return true;
  }
}
