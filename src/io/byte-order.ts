/** Which byte of a number comes first. */
export type ByteOrder = "little" | "big";

/** In the memory of this machine. */
export const nativeOrder: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";
