/** Work that is done in the next frame, and again in a later one where it is requested while it is under way. */
export class FrameWork {
  readonly #work: () => Promise<void>;
  #isRequested = false;
  #isUnderWay = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  request(): void {
    this.#isRequested = true;
    if (!this.#isUnderWay) void this.#follow();
  }

  async #follow(): Promise<void> {
    this.#isUnderWay = true;
    try {
      while (this.#isRequested) {
        this.#isRequested = false;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        await this.#work();
      }
    } finally {
      this.#isUnderWay = false;
    }
  }
}
