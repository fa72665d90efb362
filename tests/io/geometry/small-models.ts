/** Small model files of other programs, by hand. */

/** A DIALS experiment list: two panels in a turned group, a scan of two images with a three-axis goniometer, two crystals. */
export function dialsModel(): Record<string, unknown> & { detector: [{ panels: Record<string, unknown>[]; hierarchy: Record<string, unknown> }]; [key: string]: unknown } {
  const panel = (name: string, x: number): Record<string, unknown> => ({
    name,
    fast_axis: [1, 0, 0],
    slow_axis: [0, -1, 0],
    origin: [x, 5, 0],
    image_size: [40, 30],
    pixel_size: [0.1, 0.1],
    trusted_range: [-1, 1000],
    thickness: 0.32,
    mu: 4,
    material: "Si",
    gain: 1.0,
    mask: [[10, 0, 12, 30]],
  });
  return {
    __id__: "ExperimentList",
    experiment: [0, 1].map((crystal) => ({ __id__: "Experiment", beam: 0, detector: 0, goniometer: 0, scan: 0, crystal, imageset: 0 })),
    beam: [{ direction: [0, 0, 2], wavelength: 0.9, polarization_normal: [0, 1, 0], polarization_fraction: 0.999 }],
    detector: [
      {
        panels: [panel("left", -5), panel("right", 1)],
        hierarchy: {
          name: "arm",
          // The arm is turned by 90 degrees about X: its own Y points along -Z of the laboratory.
          fast_axis: [1, 0, 0],
          slow_axis: [0, 0, -1],
          origin: [0, -100, 7],
          children: [{ panel: 1 }, { name: "half", fast_axis: [1, 0, 0], slow_axis: [0, 1, 0], origin: [0, 0, 0], children: [{ panel: 0 }] }],
        },
      },
    ],
    goniometer: [{ axes: [[0, 0, 1], [0, 1, 0], [1, 0, 0]], angles: [90, 0, 0], scan_axis: 1 }],
    scan: [{ image_range: [3, 4], properties: { oscillation: [10, 10.5], exposure_time: [0.1, 0.1] } }],
    crystal: [
      { real_space_a: [10, 0, 0], real_space_b: [0, 20, 0], real_space_c: [0, 0, 30], space_group_hall_symbol: " P 2 2", ML_half_mosaicity_deg: 0.05, ML_domain_size_ang: 900 },
      { real_space_a: [0, 10, 0], real_space_b: [20, 0, 0], real_space_c: [0, 0, -30], space_group_hall_symbol: " P 2 2" },
    ],
    imageset: [{ template: "/data/run_1_####.cbf" }],
    scaling_model: [],
  };
}

export const xparm = ` XPARM.XDS    VERSION March 30, 2013
     3       82.0000    0.5000  1.000000  0.000000  0.000000
       0.976250       0.000000       0.000000       1.024328
    75     57.7831     57.7831    150.0136  90.000  90.000  90.000
     -14.918090     -22.358297      51.151196
     -19.858326      51.608330      16.766487
    -135.447952     -34.400188     -54.539391
         1       400       300    0.172000    0.172000
     200.500000     100.500000     150.000000
       1.000000       0.000000       0.000000
       0.000000       1.000000       0.000000
       0.000000       0.000000       1.000000
         1         1       400         1       300
    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000
`;

export const oldXparm = `     3       82.0000    0.5000  1.000000  0.000000  0.000000
       0.976250       0.000000       0.000000       1.024328
       400       300    0.172000    0.172000
     150.000000     200.500000     100.500000
       1.000000       0.000000       0.000000
       0.000000       1.000000       0.000000
       0.000000       0.000000       1.000000
    75     57.7831     57.7831    150.0136  90.000  90.000  90.000
     -14.918090     -22.358297      51.151196
     -19.858326      51.608330      16.766487
    -135.447952     -34.400188     -54.539391
`;

export const integrate = `!OUTPUT_FILE=INTEGRATE.HKL    DATE= 3-Nov-2020
!NAME_TEMPLATE_OF_DATA_FRAMES=/data/run_1_00???.cbf CBF
!STARTING_FRAME=       3
!STARTING_ANGLE=    82.000
!OSCILLATION_RANGE=  0.500000
!ROTATION_AXIS=  1.000000  0.000000  0.000000
!X-RAY_WAVELENGTH=  0.976250
!INCIDENT_BEAM_DIRECTION=  0.000000  0.000000  1.000000
!SPACE_GROUP_NUMBER=   75
!UNIT_CELL_A-AXIS=   -14.918090   -22.358297    51.151196
!UNIT_CELL_B-AXIS=   -19.858326    51.608330    16.766487
!UNIT_CELL_C-AXIS=  -135.447952   -34.400188   -54.539391
!NX=   400  NY=   300    QX=  0.172000  QY=  0.172000
!ORGX=    200.50  ORGY=    100.50  DETECTOR_DISTANCE=   150.000
!DIRECTION_OF_DETECTOR_X-AXIS=  1.000000  0.000000  0.000000
!DIRECTION_OF_DETECTOR_Y-AXIS=  0.000000  1.000000  0.000000
!END_OF_HEADER
`;

export const geometry = `; two panels
photon_energy = 12398.419843320026
clen = 0.100
adu_per_photon = 2
res = 10000 ; pixels of 0.1 mm
group_a = p0
group_all = a,p1
p0/min_fs = 0
p0/max_fs = 39
p0/min_ss = 0
p0/max_ss = 29
p0/fs = +0.6x -0.8y
p0/ss = 0.8x +0.6y +0.01z
p0/corner_x = -50.0
p0/corner_y = 20
p1/min_fs = 0
p1/max_fs = 39
p1/min_ss = 30
p1/max_ss = 59
p1/fs = x
p1/ss = -y
p1/corner_x = 10
p1/corner_y = 20
p1/coffset = 0.001
bad_line/min_fs = 5
bad_line/max_fs = 6
bad_line/min_ss = 0
bad_line/max_ss = 59
bad_spot/min_fs = 0
bad_spot/max_fs = 0
bad_spot/min_ss = 30
bad_spot/max_ss = 31
bad_spot/panel = p1
`;

export const stream = (clen = "/LCLS/encoder"): string => `CrystFEL stream format 2.3
----- Begin geometry file -----
${geometry.replace("clen = 0.100", `clen = ${clen}`).replace("p1/coffset = 0.001\n", "")}----- End geometry file -----
----- Begin chunk -----
Image filename: run/one.h5
Event: //16
photon_energy_eV = 6199.209921660013
average_camera_length = 0.25 m
--- Begin crystal
Cell parameters 1.0 2.0 4.0 nm, 90.0 90.0 90.0 deg
astar = +1.0000000 +0.0000000 +0.0000000 nm^-1
bstar = +0.0000000 +0.0000000 -0.5000000 nm^-1
cstar = +0.0000000 +0.2500000 +0.0000000 nm^-1
predict_refine/det_shift x = 0.020 y = -0.010 mm
--- End crystal
----- End chunk -----
----- Begin chunk -----
Image filename: run/two.h5
photon_energy_eV = 6199.209921660013
average_camera_length = 0.25 m
----- End chunk -----
`;

/** a 10, b 20, c 40 A along MOSFLM's X, Y and Z, at 2 A. */
export const matrix = `   0.20000000   0.00000000   0.00000000
   0.00000000   0.10000000   0.00000000
   0.00000000   0.00000000   0.05000000
       0.000       0.000       0.000
   1.0000000   0.0000000   0.0000000
   0.0000000   1.0000000   0.0000000
   0.0000000   0.0000000   1.0000000
     10.0000     20.0000     40.0000     90.0000     90.0000     90.0000
       0.000       0.000       0.000
`;
