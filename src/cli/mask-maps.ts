import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { leftOutBy, mapInHdf5, mapInImage, maskName } from "../io/geometry/mask-map.js";
import type { MaskMap, PanelRecord, PixelRectangle } from "../io/geometry/record.js";
import { MissingPackageError, withHdf5 } from "../io/hdf5/open.js";
import { beginsAsHdf5, frameNameOf, readAnyImage } from "../io/image-file.js";

/** Where the files of masks are looked for. */
export interface MaskPlaces {
  readonly cwd: string;
  /** the model file, beside which a mask may lie */
  readonly model: string;
  /** the image, whose own file may hold a mask; no image is at hand unless given */
  readonly image?: string;
}

/** Panels whose masks were read, and a sentence on each that was not. */
export interface MaskedPanels {
  readonly panels: readonly PanelRecord[];
  readonly unread: readonly string[];
}

/**
 * Reads the maps of pixels that do not count, which a model file names: HDF5 data sets, or images of any format.
 * @returns the panels with those pixels among the ones that they leave out
 * @throws InputError when a file is damaged, or does not hold the pixels of a panel
 */
export async function withMaskMaps(panels: readonly PanelRecord[], places: MaskPlaces): Promise<MaskedPanels> {
  const files = new Set(panels.flatMap(({ maskMaps = [] }) => maskMaps.map(({ file }) => file)));
  const found = new Map<PanelRecord, PixelRectangle[]>(panels.map((panel) => [panel, []]));
  const unread = new Set<string>();
  for (const file of files) {
    if (file === undefined && places.image === undefined) {
      unread.add("masks that lie in the image's file are read together with the image");
      continue;
    }
    const wanted = panels.flatMap((panel) => (panel.maskMaps ?? []).filter((map) => map.file === file).map((map) => ({ panel, map })));
    try {
      const left = await leftOut(file, wanted, places);
      if (typeof left === "string") for (const { map: { path } } of wanted) unread.add(`${maskName(file, path)} is ignored: ${left}`);
      else wanted.forEach(({ panel }, i) => found.get(panel)?.push(...left[i]));
    } catch (error) {
      if (!(error instanceof MissingPackageError)) throw error;
      for (const { map: { path } } of wanted) unread.add(`${maskName(file, path)} is ignored: ${error.message}`);
    }
  }
  const masked = panels.map((panel): PanelRecord => {
    const { maskMaps: _, ...rest } = panel;
    const more = found.get(panel) ?? [];
    return more.length === 0 ? rest : { ...rest, masked: [...(panel.masked ?? []), ...more] };
  });
  return { panels: masked, unread: [...unread] };
}

interface PanelMap {
  readonly panel: PanelRecord;
  readonly map: MaskMap;
}

/** What each map of one file leaves out, or why it cannot be read. */
async function leftOut(file: string | undefined, wanted: readonly PanelMap[], { cwd, model, image }: MaskPlaces): Promise<PixelRectangle[][] | string> {
  const { file: imageFile, frame = 1 } = frameNameOf(image ?? "");
  const name = file ?? imageFile;
  const path = [resolve(cwd, name), resolve(cwd, join(dirname(model), name))].find((candidate) => existsSync(candidate));
  if (path === undefined) return `there is no file ${name}`;
  if (await beginsAsHdf5(path)) {
    const named = wanted.find(({ map }) => map.path.includes("%"));
    if (named) return `its path names the image's event by %, and images are counted here`;
    return withHdf5(path, name, (opened) => wanted.map(({ panel, map }) => leftOutBy(mapInHdf5(opened, map, panel, frame - 1), map, panel)));
  }
  if (file === undefined) return `${name} is no HDF5 file`;
  const { image: pixels } = await readAnyImage(path, name);
  return wanted.map(({ panel, map }) => leftOutBy(mapInImage(pixels, panel, name), map, panel));
}
