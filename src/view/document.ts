import { base64 } from "./base64.js";
import { escaped } from "./drawing.js";
import type { Packed } from "./given.js";
import { bufferName, givenElement } from "./page-data.js";
import { style } from "./style.js";

/** What a page is allowed to do: its own program and WebAssembly, and nothing from elsewhere. */
export interface Policy {
  readonly script: string;
  readonly style: string;
  readonly connect: string;
  readonly worker: string;
}

export function contentSecurityPolicy({ script, style, connect, worker }: Policy): string {
  return [
    "default-src 'none'",
    `script-src ${script} 'wasm-unsafe-eval'`,
    `style-src ${style}`,
    "img-src data: blob:",
    `connect-src ${connect}`,
    `worker-src ${worker}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A page of a server that has its program, style and arrays beside it. */
export function servedPage(title: string, { text }: Packed): string {
  return page(title, `<link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script>`, application, [dataElement(givenElement, "application/json", text)]);
}

/**
 * A page that holds all it needs, and opens from a file.
 * @param body what stands in it
 * @param program as one module
 * @param digest of a text, as base64 of its SHA-256
 * @param compress to gzip
 */
export function selfContainedPage(
  title: string,
  body: string,
  { text, buffers }: Packed,
  program: string,
  digest: (text: string) => string,
  compress: (bytes: Uint8Array) => Uint8Array,
): string {
  // A closing tag inside of a string would end the element.
  const safe = program.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
  const policy = contentSecurityPolicy({ script: `'sha256-${digest(safe)}'`, style: `'sha256-${digest(style)}'`, connect: "'none'", worker: "'none'" });
  const data = buffers.map((buffer, index) => dataElement(bufferName(index), "application/octet-stream", base64(compress(buffer))));
  const head = `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}"><style>${style}</style>`;
  return page(title, head, body, [dataElement(givenElement, "application/json", text), ...data, `<script type="module">${safe}</script>`]);
}

/** Where the application of a page stands. */
export const application = `<div id="app"></div><noscript><p>This page shows and simulates images, for which it needs JavaScript.</p></noscript>`;

function page(title: string, head: string, body: string, content: readonly string[]): string {
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<link rel="icon" href="data:,"><title>${escaped(title)}</title>${head}</head>\n` +
    `<body>${body}\n${content.join("\n")}\n</body></html>\n`
  );
}

/** Data that the page reads; no browser runs them. */
function dataElement(id: string, type: string, text: string): string {
  return `<script type="${type}" id="${id}">${text.replace(/</g, type === "application/json" ? "\\u003c" : "<")}</script>`;
}
