/**
 * A detector laid out as a CSPAD: four quadrants around the beam, each the one before turned by 90 degrees; in a quadrant four pairs of
 * sensors, in turn upright and lying; in a sensor two panels of 194 x 185 pixels with a gap of 3 between them.
 */
const [width, height, gap] = [194, 185, 3];
/** Edge of the square that a pair of sensors fills, gap between the two, and half of the hole for the beam, in pixels. */
const [cell, betweenSensors, hole] = [430, 28, 22];

interface Place {
  readonly corner: readonly [x: number, y: number];
  readonly fast: readonly [x: number, y: number];
  readonly slow: readonly [x: number, y: number];
}

const quarterTurns = (times: number, [x, y]: readonly [number, number]): [number, number] =>
  times === 0 ? [x, y] : quarterTurns(times - 1, [-y, x]);

/** A panel's place, in pixels from the beam. */
function placeOf(quadrant: number, sensor: number, half: number): Place {
  const pair = Math.floor(sensor / 2);
  const [column, row] = [pair % 2, Math.floor(pair / 2)];
  const turns = (column + row) % 2;
  // Within the pair: the sensors one above the other, centred.
  const x = -(2 * width + gap) / 2 + half * (width + gap);
  const y = sensor % 2 === 0 ? -height - betweenSensors / 2 : betweenSensors / 2;
  const centre: readonly [number, number] = [-hole + (column + 0.5) * cell, hole + (row + 0.5) * cell];
  const inQuadrant = quarterTurns(turns, [x, y]);
  return {
    corner: quarterTurns(quadrant, [centre[0] + inQuadrant[0], centre[1] + inQuadrant[1]]),
    fast: quarterTurns(quadrant + turns, [1, 0]),
    slow: quarterTurns(quadrant + turns, [0, 1]),
  };
}

/** The panels' geometry as a CrystFEL file, with a group for each quadrant. */
export function cspadGeometry({ photonEnergyEv = 9500, cameraLengthM = 0.1 } = {}): string {
  const direction = ([x, y]: readonly [number, number]): string => `${x < 0 ? "-" : "+"}${Math.abs(x).toFixed(1)}x ${y < 0 ? "-" : "+"}${Math.abs(y).toFixed(1)}y`;
  const lines = [`photon_energy = ${photonEnergyEv}`, `clen = ${cameraLengthM}`, "res = 9090.909090909091", "adu_per_photon = 1", "data = /data", "dim0 = ss", "dim1 = fs"];
  const quadrants = [0, 1, 2, 3].map((quadrant) =>
    Array.from({ length: 16 }, (_, panel) => {
      const name = `q${quadrant}a${panel}`;
      const [sensor, half] = [Math.floor(panel / 2), panel % 2];
      const { corner, fast, slow } = placeOf(quadrant, sensor, half);
      const [fs, ss] = [quadrant * 2 * width + half * width, sensor * height];
      lines.push(
        "",
        `${name}/min_fs = ${fs}`, `${name}/max_fs = ${fs + width - 1}`, `${name}/min_ss = ${ss}`, `${name}/max_ss = ${ss + height - 1}`,
        `${name}/fs = ${direction(fast)}`, `${name}/ss = ${direction(slow)}`, `${name}/corner_x = ${corner[0]}`, `${name}/corner_y = ${corner[1]}`,
      );
      return name;
    }),
  );
  lines.push("", ...quadrants.map((names, quadrant) => `group_q${quadrant} = ${names.join(",")}`), "group_all = q0,q1,q2,q3");
  return `${lines.join("\n")}\n`;
}
