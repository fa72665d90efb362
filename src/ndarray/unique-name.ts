const words = 4;

/** A name of 128 random bits that nobody else has taken; unlike `randomUUID`, it needs no cryptography, which takes Node a while to load. */
export function uniqueName(): string {
  return Array.from({ length: words }, () => Math.floor(Math.random() * 2 ** 32).toString(16).padStart(8, "0")).join("");
}
