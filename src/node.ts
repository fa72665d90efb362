/** What needs Node: files on disk, and workers in threads. */
export * from "./io/files.js";
export * from "./io/image-file.js";
export { nodeWorkers } from "./simulate/parallel/node.js";
