import type { Point } from "./camera.js";

/** What follows from gestures; all points are in the window, from its upper left corner. */
export interface GestureEvents {
  /** the pointer is over a point; undefined when it has left */
  readonly onHover: (point: Point | undefined) => void;
  /** the pointer goes down; alone unless another finger is down already */
  readonly onPress: (point: Point, isAlone: boolean) => void;
  /** one pointer is dragged */
  readonly onDrag: (before: Point, after: Point, isShifted: boolean) => void;
  readonly onPan: (dx: number, dy: number) => void;
  /** the point stays where it is */
  readonly onZoom: (fixed: Point, factor: number) => void;
  /** @returns whether the key means something */
  readonly onKey: (key: string) => boolean;
}

/** Pointers, wheel and keys on an element. */
export class Gestures {
  readonly #stage: HTMLElement;
  readonly #events: GestureEvents;
  /** the pointers that are down, by their ids */
  readonly #pointers = new Map<number, Point>();

  constructor(stage: HTMLElement, events: GestureEvents) {
    this.#stage = stage;
    this.#events = events;
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      const point = this.#pointOf(event);
      this.#pointers.set(event.pointerId, point);
      events.onPress(point, this.#pointers.size === 1);
    });
    stage.addEventListener("pointermove", (event) => this.#moved(event));
    for (const name of ["pointerup", "pointercancel"] as const) stage.addEventListener(name, ({ pointerId }) => this.#pointers.delete(pointerId));
    stage.addEventListener("pointerleave", () => events.onHover(undefined));
    stage.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        events.onZoom(this.#pointOf(event), Math.exp(-event.deltaY / (event.deltaMode === 0 ? 300 : 10)));
      },
      { passive: false },
    );
    stage.addEventListener("dblclick", (event) => events.onZoom(this.#pointOf(event), 2));
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (events.onKey(event.key)) event.preventDefault();
    });
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #moved(event: PointerEvent): void {
    const point = this.#pointOf(event);
    const before = this.#pointers.get(event.pointerId);
    this.#events.onHover(point);
    if (!before) return;
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    this.#pointers.set(event.pointerId, point);
    if (others.length > 0) this.#pinch(others[0], before, point);
    else this.#events.onDrag(before, point, event.shiftKey);
  }

  /** Two fingers hold two places of the image. */
  #pinch(other: Point, before: Point, after: Point): void {
    const distance = (point: Point): number => Math.max(Math.hypot(point.x - other.x, point.y - other.y), 1);
    this.#events.onPan((after.x - before.x) / 2, (after.y - before.y) / 2);
    this.#events.onZoom({ x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 }, distance(after) / distance(before));
  }
}
