import { cubicSpread, curvedSpread, rounding, straightSpread, type Enclosed, type HalfEdges, type Places } from "./enclosed.js";

/** A function of one number: by its value and derivatives at the centre, and the most that its fourth one is around it. */
export function encloseFunction(name: string, result: Enclosed, a: Enclosed, atA: Places, half: HalfEdges): void {
  for (let i = 0; i < result.centre.length; i++) {
    const j = atA[i];
    const c = a.centre[j];
    const straight = straightSpread(a, j, half);
    const higher = cubicSpread(a, j, half) + a.rest[j];
    const bent = curvedSpread(a, j, half) + higher;
    const spread = straight + bent;
    let value = c;
    let slope = 1;
    let curvature = 0;
    let third = 0;
    let fourth = 0;
    let jump = 0;
    switch (name) {
      case "broadcast":
        break;
      case "neg":
        value = -c;
        slope = -1;
        break;
      case "inverse": {
        const least = Math.abs(c) - spread;
        value = 1 / c;
        slope = -value * value;
        curvature = -2 * value * slope;
        third = -3 * value * curvature;
        fourth = least > 0 ? 24 / (least * least * least * least * least) : Infinity;
        break;
      }
      case "sqrt": {
        const least = c - spread;
        value = Math.sqrt(c);
        slope = 0.5 / value;
        curvature = (-0.5 * slope) / c;
        third = (-1.5 * curvature) / c;
        fourth = least > 0 ? 0.9375 / (least * least * least * Math.sqrt(least)) : Infinity;
        break;
      }
      case "exp":
        value = Math.exp(c);
        slope = value;
        curvature = value;
        third = value;
        fourth = Math.exp(c + spread);
        break;
      case "sin":
        value = Math.sin(c);
        slope = Math.cos(c);
        curvature = -value;
        third = -slope;
        fourth = 1;
        break;
      case "cos":
        value = Math.cos(c);
        slope = -Math.sin(c);
        curvature = -value;
        third = -slope;
        fourth = 1;
        break;
      case "abs":
        value = Math.abs(c);
        slope = Math.sign(c);
        if (!(value > spread)) jump = 2 * (value + spread);
        break;
      case "ceil":
        value = Math.ceil(c);
        slope = 0;
        jump = Math.max(Math.ceil(c + spread) - value, value - Math.ceil(c - spread));
        break;
      case "floor":
        value = Math.floor(c);
        slope = 0;
        jump = Math.max(Math.floor(c + spread) - value, value - Math.floor(c - spread));
        break;
      default:
        jump = Infinity;
    }
    result.centre[i] = value;
    if (spread === 0) {
      result.x[i] = result.y[i] = result.xx[i] = result.xy[i] = result.yy[i] = 0;
      result.xxx[i] = result.xxy[i] = result.xyy[i] = result.yyy[i] = 0;
      result.rest[i] = jump + rounding * Math.abs(value);
      continue;
    }
    const x = a.x[j];
    const y = a.y[j];
    const xx = a.xx[j];
    const xy = a.xy[j];
    const yy = a.yy[j];
    const ofSquare = 0.5 * curvature;
    const ofCube = third / 6;
    result.x[i] = slope * x;
    result.y[i] = slope * y;
    result.xx[i] = slope * xx + ofSquare * x * x;
    result.xy[i] = slope * xy + curvature * x * y;
    result.yy[i] = slope * yy + ofSquare * y * y;
    result.xxx[i] = slope * a.xxx[j] + curvature * x * xx + ofCube * x * x * x;
    result.xxy[i] = slope * a.xxy[j] + curvature * (x * xy + y * xx) + 3 * ofCube * x * x * y;
    result.xyy[i] = slope * a.xyy[j] + curvature * (x * yy + y * xy) + 3 * ofCube * x * y * y;
    result.yyy[i] = slope * a.yyy[j] + curvature * y * yy + ofCube * y * y * y;
    // Of the square and the cube, the polynomial has (straight)² + 2 straight curved, and (straight)³.
    const leftOfSquare = 2 * straight * higher + bent * bent;
    const leftOfCube = (3 * straight * (straight + bent) + bent * bent) * bent;
    const ofHigher = Math.abs(ofSquare) * leftOfSquare + Math.abs(ofCube) * leftOfCube + (fourth * spread * spread * spread * spread) / 24;
    result.rest[i] = Math.abs(slope) * a.rest[j] + ofHigher + jump + rounding * Math.abs(value);
  }
}
