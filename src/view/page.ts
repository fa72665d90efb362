/** The page's program: finds what it is given, and begins. */
import { App } from "./app.js";
import type { Given } from "./given.js";
import { unpackedPage } from "./page-data.js";

const root = document.getElementById("app");
if (!root) throw new TypeError("the page has no place for the application");
new App(await unpackedPage<Given>(), root);
