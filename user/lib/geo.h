/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distances on the WGS 84 ellipsoid from one origin, in metres. Exact to about
 * 0.1 % up to 500 km, where directions are those of the plane that touches the
 * ellipsoid at the origin; to about 0.5 % beyond. Poles and the antimeridian
 * are places like any other. Internal to the library.
 */
#ifndef RG_GEO_H
#define RG_GEO_H

/* Allowance in metres for borders that the data knows less exactly. */
#define RG_GEO_FAR_ERROR_M	5000

struct rg_geo_origin {
	double lat, lon;
	double cos_lat;
	double centre[3], east[3], north[3];
};

/* A place as seen from the origin: metres east and north, and straight through. */
struct rg_geo_point {
	double east, north, chord;
};

/* Degrees, as everywhere here. */
void rg_geo_origin(struct rg_geo_origin *origin, double lat, double lon);

void rg_geo_point(const struct rg_geo_origin *origin, double lat, double lon,
		  struct rg_geo_point *point);

/* Distance from the origin to the straight line between two points. */
double rg_geo_to_line(const struct rg_geo_point *a, const struct rg_geo_point *b);

/* A lower bound of the distance to what lies between two latitudes. */
double rg_geo_to_band(const struct rg_geo_origin *origin, double south, double north);

/* The same for a box; @east may pass 180 and @west -180. */
double rg_geo_to_box(const struct rg_geo_origin *origin, double south, double west,
		     double north, double east);

#endif /* RG_GEO_H */
