/** Browsers slow down pages that change their address in every frame. */
const milliseconds = 250;

/** The address of the page, which is written once it has stopped changing. */
export class AddressBar {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param hash the part behind #, with that sign; the address stays as it is where it is undefined */
  write(hash: () => string | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const part = hash();
      if (part !== undefined) history.replaceState(null, "", part || location.pathname + location.search);
    }, milliseconds);
  }
}
