import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { InputError } from "../../ndarray/errors.js";
import { contentSecurityPolicy } from "../../view/document.js";

/** A file that is served: what it is, and its bytes. */
export interface ServedFile {
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** A server of a page. */
export interface PageServer {
  /** with the token that opens it */
  readonly address: string;
  close(): Promise<void>;
}

const host = "127.0.0.1";
const tokenBytes = 18;

/** What every answer says: nobody else may read it, frame it, keep it, or learn its address, and the page loads nothing from elsewhere. */
const headers: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": `${contentSecurityPolicy({ script: "'self'", style: "'self'", connect: "'self'", worker: "'self'" })}; frame-ancestors 'none'`,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/**
 * Serves files on this machine alone, on a port that is free, below a secret folder. There is nothing behind a name but what was given: no
 * path leads to the disk.
 * @param files by their names; the page itself has the name ""
 * @throws InputError when no port can be had
 */
export async function servePage(files: ReadonlyMap<string, ServedFile>): Promise<PageServer> {
  const token = randomBytes(tokenBytes).toString("base64url");
  const server = createServer((request, response) => {
    const { code, file } = answerTo(request, token, files, portOf(server));
    send(request, response, code, file);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  }).catch((error: unknown) => {
    throw new InputError(`the page cannot be served on ${host}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  return {
    address: `http://${host}:${portOf(server)}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

interface Answer {
  readonly code: number;
  readonly file?: ServedFile;
}

function answerTo({ method, url = "", headers: asked }: IncomingMessage, token: string, files: ReadonlyMap<string, ServedFile>, port: number): Answer {
  // A name that leads to this machine by a trick of the name server would have another host in its address.
  const hosts = [`${host}:${port}`, `localhost:${port}`];
  if (!hosts.includes(asked.host ?? "")) return { code: 403 };
  if (asked.origin !== undefined && !hosts.some((own) => asked.origin === `http://${own}`)) return { code: 403 };
  const site = asked["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return { code: 403 };
  if (method !== "GET" && method !== "HEAD") return { code: 405 };
  const [path] = url.split("?");
  const folder = `/${token}/`;
  const file = path.startsWith(folder) ? files.get(path.slice(folder.length)) : undefined;
  return file ? { code: 200, file } : { code: 404 };
}

function send({ method }: IncomingMessage, response: ServerResponse, code: number, file: ServedFile | undefined): void {
  const content = file?.content ?? `${code}\n`;
  response.writeHead(code, { ...headers, "Content-Type": file?.type ?? "text/plain; charset=utf-8", "Content-Length": Buffer.byteLength(content) });
  response.end(method === "HEAD" ? undefined : content);
}
