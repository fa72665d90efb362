import { open } from "node:fs/promises";
import { readBinaryFile } from "./files.js";
import { readNexus } from "./hdf5/nexus.js";
import { withHdf5 } from "./hdf5/open.js";
import { isHdf5, moreFrames, parseAnyImage, type ImageReading, type MeasuredImage } from "./image.js";

/** A file's name, and the number of a frame behind it, as in "stack.h5#17". */
export interface FrameName {
  /** name of the file without the frame */
  readonly file: string;
  /** from 1 */
  readonly frame: number | undefined;
}

/** The file and the frame that a name like stack.h5#17 means. */
export function frameNameOf(name: string): FrameName {
  const [, file, frame] = /^(.+)#(\d{1,9})$/.exec(name) ?? [];
  return file === undefined ? { file: name, frame: undefined } : { file, frame: Number(frame) };
}

/**
 * Reads an image of any format by its content, from the disk.
 * @param path of the file, without the number of a frame
 * @param name what error messages call it
 * @throws InputError when it cannot be read, is damaged, or has no such frame
 */
export async function readAnyImage(path: string, name: string, frame?: number, reading: ImageReading = {}): Promise<MeasuredImage> {
  if (await beginsAsHdf5(path)) {
    const { record, ...image } = await withHdf5(path, name, (file) => readNexus(file, frame ?? 1, reading.dataSet));
    const isUnsaid = frame === undefined && image.frames > 1;
    return { name, format: "hdf5", ...image, record: isUnsaid ? { ...record, remarks: [...record.remarks, moreFrames(name, image.frames)] } : record };
  }
  return parseAnyImage(await readBinaryFile(path), name, { ...reading, frame });
}

/** Whether a file is there and begins as HDF5 does. */
export async function beginsAsHdf5(path: string): Promise<boolean> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer } = await file.read(new Uint8Array(8), 0, 8, 0);
      return isHdf5(buffer);
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
