// SPDX-License-Identifier: GPL-2.0-or-later
/* Distances on the WGS 84 ellipsoid: see geo.h. */
#include "geo.h"

#include <math.h>

/* WGS 84: semi-major axis in metres, square of the first eccentricity. */
#define AXIS		6378137.0
#define ECC2		6.69437999014e-3
/* Mean radius, for arcs over more than what is near. */
#define MEAN_RADIUS	6371008.8
#define NEAR_M		500000.0
/* A lower bound of the metres in a radian, in any direction and place. */
#define LEAST_RADIUS	6335000.0

static double radians(double degrees)
{
	return degrees * (M_PI / 180);
}

static void cartesian(double lat, double lon, double out[3])
{
	double s = sin(radians(lat)), c = cos(radians(lat));
	double n = AXIS / sqrt(1 - ECC2 * s * s);

	out[0] = n * c * cos(radians(lon));
	out[1] = n * c * sin(radians(lon));
	out[2] = n * (1 - ECC2) * s;
}

void rg_geo_origin(struct rg_geo_origin *origin, double lat, double lon)
{
	double sl = sin(radians(lat)), cl = cos(radians(lat));
	double so = sin(radians(lon)), co = cos(radians(lon));

	*origin = (struct rg_geo_origin){
		.lat = lat, .lon = lon, .cos_lat = cl,
		.east = { -so, co, 0 },
		.north = { -sl * co, -sl * so, cl },
	};
	cartesian(lat, lon, origin->centre);
}

static double dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void rg_geo_point(const struct rg_geo_origin *origin, double lat, double lon,
		  struct rg_geo_point *point)
{
	double at[3];

	cartesian(lat, lon, at);
	for (int i = 0; i < 3; i++)
		at[i] -= origin->centre[i];
	point->east = dot(at, origin->east);
	point->north = dot(at, origin->north);
	point->chord = sqrt(dot(at, at));
}

static double arc(double chord)
{
	return 2 * MEAN_RADIUS * asin(fmin(1, chord / (2 * MEAN_RADIUS)));
}

double rg_geo_to_line(const struct rg_geo_point *a, const struct rg_geo_point *b)
{
	double e = b->east - a->east, n = b->north - a->north;
	double square = e * e + n * n, share = 0;

	/* Steps are short beside such distances: their ends will do. */
	if (fmin(a->chord, b->chord) > NEAR_M)
		return arc(fmin(a->chord, b->chord));
	if (square > 0)
		share = -(a->east * e + a->north * n) / square;
	share = fmax(0, fmin(1, share));
	return hypot(a->east + share * e, a->north + share * n);
}

double rg_geo_to_band(const struct rg_geo_origin *origin, double south, double north)
{
	double away = fmax(0, fmax(south - origin->lat, origin->lat - north));

	return radians(away) * LEAST_RADIUS;
}

/* Degrees from the origin's meridian to the nearest of a box, 0 to 180. */
static double turn(const struct rg_geo_origin *origin, double west, double east)
{
	double to_west = remainder(west - origin->lon, 360);
	double to_east = remainder(east - origin->lon, 360);

	if (to_west <= 0 && to_east >= 0 && to_east - to_west < 180)
		return 0;
	return fmin(fabs(to_west), fabs(to_east));
}

double rg_geo_to_box(const struct rg_geo_origin *origin, double south, double west,
		     double north, double east)
{
	double band = rg_geo_to_band(origin, south, north);
	double angle = fmin(90, turn(origin, west, east));
	/* To the whole meridian, a great circle; over 90 degrees, to the pole. */
	double side = asin(fmin(1, sin(radians(angle)) * origin->cos_lat));

	return fmax(band, side * LEAST_RADIUS);
}
