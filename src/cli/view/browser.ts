import { spawn } from "node:child_process";

/** Asks the system to open an address in the reader's browser. @returns whether there is somebody to ask */
export function openInBrowser(address: string): boolean {
  const { platform, env } = process;
  const isDesktop = platform !== "linux" || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
  if (!isDesktop) return false;
  const [command, ...first] = platform === "darwin" ? ["open"] : platform === "win32" ? ["explorer.exe"] : ["xdg-open"];
  const child = spawn(command, [...first, address], { detached: true, stdio: "ignore" });
  // The address stands in the terminal, so that nothing is lost where this fails.
  child.on("error", () => undefined);
  child.unref();
  return true;
}
