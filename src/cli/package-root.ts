/** The package's own folder, seen from here: what is bundled for the command stands as deep as this file. */
export const packageRoot = new URL("../../", import.meta.url);
