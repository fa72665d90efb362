/** Pages of the command, as a test opens them. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Served {
  readonly address: string;
  close(): Promise<void>;
}

/** Runs `braggtape view` in a process of its own, until it is closed. */
export async function view(line: string, cwd: string): Promise<Served> {
  const argv = ["--import", import.meta.resolve("tsx"), `${root}src/cli/main.ts`, "view", "--noopen", ...line.split(" ").filter((word) => word !== "")];
  const child = spawn(process.execPath, argv, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /^http:\S+/m.exec(output);
      if (found) resolve(found[0]);
    });
    child.on("close", () => reject(new Error(told)));
  });
  return {
    address,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
