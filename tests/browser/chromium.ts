/** Headless Chromium for tests of the page, where there is one. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = places.find((place) => place !== undefined && existsSync(place));

const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Whether the tests can run; says so where they cannot. */
export function hasChromium(): boolean {
  if (executablePath === undefined) process.stdout.write("skipped: there is no Chromium (apt-get install chromium, or CHROMIUM=/path/to/it)\n");
  return executablePath !== undefined;
}

let browser: Promise<Browser> | undefined;

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** errors of the console and of the program, and requests that would have left the machine */
  readonly troubles: readonly string[];
}

/** A fresh page that sees nothing of the network but this machine. */
export async function openPage(options: BrowserContextOptions = {}): Promise<WatchedPage> {
  browser ??= chromium.launch({ ...(executablePath !== undefined && { executablePath }), args });
  const context = await (await browser).newContext({ viewport: { width: 1400, height: 900 }, ...options });
  // The tests' own compiler names functions by a helper that a page does not have.
  await context.addInitScript("globalThis.__name = (named) => named");
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error.stack)));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = ["data:", "blob:", "file:"].includes(protocol) || hostname === "127.0.0.1" || hostname === "localhost";
    if (!isOwn) troubles.push(`request to ${request.url()}`);
  });
  return { page, troubles };
}

export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
}
