import { bufferCount, unpack } from "./given.js";

/** Names of the elements that hold what a page is given, and of the files beside it. */
export const givenElement = "given";
export const bufferName = (index: number): string => `data-${index}`;

/**
 * What the page is given: the text stands in it; arrays stand there, too, where the page is alone, and else on the server beside it.
 * @throws TypeError when a part is missing
 */
export async function unpackedPage<T>(): Promise<T> {
  const text = document.getElementById(givenElement)?.textContent ?? "";
  const buffers = await Promise.all(Array.from({ length: bufferCount(text) }, (_, index) => readBuffer(bufferName(index))));
  return unpack<T>(text, buffers);
}

async function readBuffer(name: string): Promise<Uint8Array> {
  const embedded = document.getElementById(name)?.textContent;
  if (embedded === undefined || embedded === null) {
    const response = await fetch(name);
    if (!response.ok) throw new TypeError(`${name} is missing: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
  const compressed = Uint8Array.from(atob(embedded.trim()), (sign) => sign.charCodeAt(0));
  const plain = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}
