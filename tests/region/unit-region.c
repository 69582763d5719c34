// SPDX-License-Identifier: GPL-2.0-or-later
/* Regions by position; run with REGIONGATE_DATA or in this folder. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "region.h"
#include "fixture.h"
#include "tap.h"

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

/* Places with their regions in reach of a fix of accuracy @m. */
static const struct {
	double lat, lon, m;
	const char *regions, *name;
} table[] = {
	/* The seed's regions and who is next to them. */
	{ 44.95, 34.10, 0, "UA-43", "Simferopol" },
	{ 44.50, 34.17, 0, "UA-43", "Yalta" },
	{ 45.36, 36.47, 0, "UA-43", "Kerch" },
	{ 46.10, 33.69, 0, "UA-43", "Armiansk" },
	{ 44.61, 33.52, 0, "UA-40", "Sevastopol" },
	{ 44.50, 33.60, 0, "UA-40", "Balaklava" },
	{ 44.60, 33.25, 0, "UA-40", "10 km off Sevastopol" },
	{ 46.63, 32.61, 0, "UA", "Kherson" },
	{ 46.18, 34.81, 0, "UA", "Henichesk" },
	{ 50.45, 30.52, 0, "UA", "Kyiv" },
	{ 48.00, 37.80, 0, "RU,UA", "Donetsk" },
	{ 44.89, 37.32, 0, "RU", "Anapa" },
	{ 55.75, 37.62, 0, "RU", "Moscow" },
	{ 23.13, -82.38, 0, "CU", "Havana" },
	{ 20.02, -75.83, 0, "CU", "Santiago de Cuba" },
	{ 23.23, -82.38, 0, "CU", "10 km off Havana" },
	{ 23.80, -82.38, 0, "ZZ", "70 km off Havana" },
	{ 24.56, -81.78, 0, "US", "Key West" },
	{ 19.92, -75.15, 0, "CU,US", "Guantanamo Bay naval base" },
	{ 20.14, -75.21, 0, "CU", "Guantanamo, the town" },
	{ 35.69, 51.42, 0, "IR", "Tehran" },
	{ 27.18, 56.27, 0, "IR", "Bandar Abbas" },
	{ 26.54, 53.98, 0, "IR", "Kish" },
	{ 30.43, 48.17, 0, "IR", "Khorramshahr" },
	{ 30.51, 47.78, 0, "IQ", "Basra" },
	{ 25.20, 55.27, 0, "AE", "Dubai" },
	{ 33.51, 36.29, 0, "SY", "Damascus" },
	{ 36.20, 37.13, 0, "SY", "Aleppo" },
	{ 37.052, 41.228, 0, "SY", "Qamishli" },
	{ 37.075, 41.215, 0, "TR", "Nusaybin" },
	{ 33.89, 35.50, 0, "LB", "Beirut" },
	{ 31.95, 35.93, 0, "JO", "Amman" },
	{ 39.03, 125.75, 0, "KP", "Pyongyang" },
	{ 37.97, 126.55, 0, "KP", "Kaesong" },
	{ 37.956, 126.677, 0, "KP,KR", "Panmunjom" },
	{ 37.57, 126.98, 0, "KR", "Seoul" },
	{ 40.12, 124.39, 0, "CN", "Dandong" },
	{ 15.58, 32.53, 0, "SD", "Khartoum" },
	{ 19.62, 37.22, 0, "SD", "Port Sudan" },
	{ 4.85, 31.58, 0, "SS", "Juba" },
	{ 9.70, 28.42, 0, "SD,SS", "Abyei" },
	{ 24.09, 32.90, 0, "EG", "Aswan" },
	/* Disputed, small, or at an edge of the map. */
	{ 42.65, 21.16, 0, "RS,XK", "Pristina" },
	{ 44.80, 20.46, 0, "RS", "Belgrade" },
	{ 41.33, 19.82, 0, "AL", "Tirana" },
	{ 41.9022, 12.4539, 0, "IT,VA", "Vatican" },
	{ 43.9360, 12.4470, 0, "SM", "San Marino" },
	{ 47.14, 9.52, 3000, "CH,LI", "Vaduz, a poor fix" },
	{ 22.32, 114.17, 0, "HK", "Hong Kong" },
	{ 25.03, 121.56, 0, "TW", "Taipei" },
	{ 27.15, -13.20, 0, "EH,MA", "Laayoune" },
	{ 78.22, 15.64, 0, "SJ", "Longyearbyen" },
	{ 64.18, -51.72, 0, "GL", "Nuuk" },
	{ -54.42, 3.36, 0, "BV", "Bouvet Island" },
	{ -53.10, 73.50, 0, "HM", "Heard Island" },
	{ -25.07, -130.10, 0, "PN", "Pitcairn" },
	{ 65.78, -169.05, 0, "RU", "Big Diomede" },
	{ 65.75, -168.93, 0, "US", "Little Diomede" },
	{ 68.50, 180, 0, "RU", "Chukotka on the antimeridian" },
	{ 68.50, -180, 0, "RU", "the same, from the other side" },
	{ 68.50, -179.9999999, 0, "RU", "just east of the antimeridian" },
	{ -16.80, 179.99, 0, "FJ", "Taveuni" },
	{ -16.80, -179.99, 0, "FJ", "east of Taveuni" },
	{ 0, 180, 0, "ZZ", "the Pacific on the antimeridian" },
	{ 30, -40, 0, "ZZ", "mid Atlantic" },
	{ 0, 0, 0, "ZZ", "Gulf of Guinea" },
	{ 90, 0, 0, "ZZ", "North Pole" },
	{ 90, -123.4, 0, "ZZ", "North Pole by another meridian" },
	{ -90, 0, 0, "AQ", "South Pole" },
	{ -90, 180, 0, "AQ", "South Pole by another meridian" },
	{ -60, 12, 0, "AQ,ZZ", "60 degrees south" },
	{ -77.85, 166.67, 0, "AQ", "McMurdo" },
	/* Near the 49th parallel the border, as surveyed, is at 48.9996 here. */
	{ 48.9996, -110, 0, "CA,US", "the border of Canada" },
	{ 49.0005, -110, 0, "CA,US", "100 m north of it" },
	{ 48.9987, -110, 0, "CA,US", "100 m south of it" },
	{ 49.0040, -110, 0, "CA", "490 m north of it" },
	{ 48.9950, -110, 0, "US", "510 m south of it" },
	{ 49.0040, -110, 1000, "CA,US", "490 m north of it with 1 km" },
};

static void test_table(const struct rg_regions *regions)
{
	struct rg_where where;
	char text[RG_REGIONSET_TEXT];

	for (int i = 0; i < COUNT(table); i++) {
		int err = rg_regions_where(regions, table[i].lat, table[i].lon,
					   table[i].m, &where);

		rg_regionset_format(&where.regions, ",", text, sizeof(text));
		ok(!err && !strcmp(text, table[i].regions) &&
		   where.undetermined == !!strchr(text, ',') &&
		   rg_regionset_subset(&where.at, &where.regions) &&
		   !rg_regionset_empty(&where.at),
		   "%s: %s (want %s, border %u m)", table[i].name, text,
		   table[i].regions, where.border_m);
	}
}

/* The parallel of 60 degrees south, a border whose distance is known. */
static const struct {
	double lat, lon;
	/* Metres along the meridian of the WGS 84 ellipsoid. */
	double metres;
} known[] = {
	{ -60.1, 12, 11142 }, { -60.1, -179.99, 11142 }, { -60.4, 100, 44568 },
	{ -59.9, 60.05, 11142 }, { -65, 0, 557392 }, { -85, 33, 2790110 },
	{ -90, 0, 3348607 },
};

static void test_distance(const struct rg_regions *regions)
{
	struct rg_where where;

	for (int i = 0; i < COUNT(known); i++) {
		int err = rg_regions_where(regions, known[i].lat, known[i].lon, 0, &where);

		/* Far borders may be 1 % off; the files round by 1e-4 degrees. */
		ok(!err && fabs(where.border_m / known[i].metres - 1) <
		   (known[i].metres < 500000 ? 0.001 : 0.01),
		   "%.2f %.2f is %.0f m from 60 S: %u", known[i].lat, known[i].lon,
		   known[i].metres, where.border_m);
	}
}

static uint32_t seed = 1;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/*
 * No border is nearer than border_m, so what lies nearer is the same region.
 * Half of the points are on the grid of the files' points, where steps meet.
 */
static void test_continuity(const struct rg_regions *regions)
{
	int wrong = 0;

	for (int i = 0; i < 20000; i++) {
		double lat = dice(1400000) / 1e4 - 58, lon = dice(3600000) / 1e4 - 180;
		double turn = dice(360) * M_PI / 180, away, to;
		struct rg_where here, there;

		if (i % 4 == 0)
			lon = remainder(lon / 100 + 180, 360);
		if (i % 2)
			lat += dice(1000) / 1e7;
		rg_regions_where(regions, lat, lon, 0, &here);
		away = fmin(here.border_m, 50000) * 0.95 / 111700;
		to = lon + away * sin(turn) * 0.97 / cos((fabs(lat) + away) * M_PI / 180);
		if (here.border_m < 200 || fabs(lat) > 70)
			continue;
		rg_regions_where(regions, lat + away * cos(turn) * 0.97,
				 remainder(to, 360), 0, &there);
		wrong += !rg_regionset_equal(&here.at, &there.at);
	}
	ok(!wrong, "no region ends before its border (%d of 20000)", wrong);
}

/* A wider fix never reaches less, and the border decides what it reaches. */
static void test_reach(const struct rg_regions *regions)
{
	static const double radii[] = { 0, 200, 1000, 5000, 20000, 50000 };
	struct rg_where where, wider;
	bool grows = true, band = true;

	for (int i = 0; i < COUNT(table); i++) {
		for (int k = 0; k < COUNT(radii); k++) {
			rg_regions_where(regions, table[i].lat, table[i].lon, radii[k], &wider);
			grows = grows && (!k || rg_regionset_subset(&where.regions,
								    &wider.regions));
			if (wider.border_m < fmax(radii[k], 200))
				band = band && wider.undetermined;
			where = wider;
		}
	}
	ok(grows, "a wider fix reaches no less");
	ok(band, "a border in reach makes it undetermined");
}

static void test_refused(const struct rg_regions *regions)
{
	static const double bad[][3] = {
		{ NAN, 0, 0 }, { 0, NAN, 0 }, { 0, 0, NAN }, { 90.1, 0, 0 },
		{ -90.1, 0, 0 }, { 0, 180.1, 0 }, { 0, -180.1, 0 }, { 0, 0, -1 },
		{ 0, 0, 50001 }, { INFINITY, 0, 0 }, { 0, 0, INFINITY },
	};
	struct rg_where where;

	for (int i = 0; i < COUNT(bad); i++)
		ok(rg_regions_where(regions, bad[i][0], bad[i][1], bad[i][2], &where) ==
		   -ERANGE, "refuses %g %g %g", bad[i][0], bad[i][1], bad[i][2]);
}

struct image {
	char path[256];
	unsigned char *bytes;
	size_t size;
};

static void *need(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		abort();
	return memory;
}

static bool write_image(const struct image *image, size_t size)
{
	return fixture_write(image->path, image->bytes, size);
}

static bool read_image(struct image *image, const char *from, const char *to, int part)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/regions/regions-%d.rgr", from, part);
	snprintf(image->path, sizeof(image->path), "%s/regions/regions-%d.rgr", to, part);
	file = fopen(path, "r");
	if (!file)
		return false;
	image->bytes = need(1 << 20);
	image->size = fread(image->bytes, 1, 1 << 20, file);
	fclose(file);
	return write_image(image, image->size);
}

/* Opens and asks; only a sanitizer or a crash can tell that it went wrong. */
static void use(const char *dir, int *refused)
{
	struct rg_regions *regions;
	struct rg_where where;
	char err[5000];

	if (rg_regions_open(dir, &regions, err, sizeof(err))) {
		++*refused;
		return;
	}
	for (int i = 0; i < COUNT(table); i += 7)
		rg_regions_where(regions, table[i].lat, table[i].lon, table[i].m, &where);
	rg_regions_close(regions);
}

static void fuzz(const char *dir, struct image *image)
{
	int refused = 0;

	for (int round = 0; round < 300; round++) {
		unsigned char *copy = need(image->size);
		size_t most = round % 2 ? image->size : 40000;

		memcpy(copy, image->bytes, image->size);
		for (int k = 0; k < 1 + round % 64; k++)
			image->bytes[dice(round % 3 ? (uint32_t)most : 80)] = (unsigned char)dice(256);
		write_image(image, image->size);
		use(dir, &refused);
		memcpy(image->bytes, copy, image->size);
		free(copy);
	}
	ok(refused > 50, "a damaged file is refused or read safely (%d refused)", refused);
	refused = 0;
	for (size_t size = 0; size < image->size; size += image->size / 40) {
		write_image(image, size);
		use(dir, &refused);
	}
	ok(refused >= 40, "a cut file is refused");
	write_image(image, image->size);
}

static uint32_t header(const struct image *image, int at)
{
	uint32_t value;

	memcpy(&value, image->bytes + at, sizeof(value));
	return value;
}

/*
 * Writes one 16-bit number at @first and every @stride bytes of a section of
 * @size bytes; true when a look-up then refuses.
 */
static bool refuses(const char *dir, struct image *image, int section, size_t size,
		    size_t first, size_t stride, uint16_t number)
{
	struct image copy = *image;
	struct rg_regions *regions;
	struct rg_where where;
	bool good = false;

	copy.bytes = need(image->size);
	memcpy(copy.bytes, image->bytes, image->size);
	for (size_t i = first; i + 2 <= size; i += stride)
		memcpy(copy.bytes + header(image, section) + i, &number, 2);
	write_image(&copy, copy.size);
	if (!rg_regions_open(dir, &regions, NULL, 0)) {
		good = rg_regions_where(regions, -59.9, -179.9, 0, &where) == -EBADMSG;
		rg_regions_close(regions);
	}
	free(copy.bytes);
	write_image(image, image->size);
	return good;
}

/* Offsets of the header's fields: data/README.md. */
static void test_indices(const char *dir, struct image *image)
{
	uint32_t cells = header(image, 28) * header(image, 32);
	uint32_t nrefs = header(image, 56), nchunks = header(image, 64);

	ok(refuses(dir, image, 48, 4 * cells, 0, 2, 0x7fff), "a cell beyond the references");
	ok(refuses(dir, image, 48, 4 * cells, 0, 2, 0xffff), "a cell beyond the labels");
	ok(refuses(dir, image, 52, 2 * nrefs, 0, 2, 0xffff), "a count beyond the references");
	ok(refuses(dir, image, 60, 28 * nchunks, 16, 28, 0xfffe), "a left label that is none");
	ok(refuses(dir, image, 60, 28 * nchunks, 18, 28, 0xfffe), "a right label that is none");
	ok(refuses(dir, image, 60, 28 * nchunks, 20, 28, 3000), "a chunk with too many steps");
	ok(refuses(dir, image, 60, 28 * nchunks, 26, 28, 0xfff0), "a chunk beyond the steps");
	ok(refuses(dir, image, 60, 28 * nchunks, 2, 28, 0x7fff), "a chunk beyond the globe");
}

static void test_damaged(void)
{
	char dir[] = "/tmp/unit-region-XXXXXX", sub[64], err[5000] = "";
	struct image image[2] = { 0 };
	struct rg_regions *regions;
	int refused = 0;

	if (!mkdtemp(dir))
		return;
	snprintf(sub, sizeof(sub), "%s/regions", dir);
	mkdir(sub, 0700);
	ok(rg_regions_open(dir, &regions, err, sizeof(err)) == -ENOENT && strstr(err, sub),
	   "an absent file is named: %s", err);
	for (int i = 0; i < 2; i++)
		read_image(&image[i], getenv("REGIONGATE_DATA"), dir, i);
	use(dir, &refused);
	ok(!refused, "a copy opens");
	test_indices(dir, &image[0]);
	fuzz(dir, &image[0]);
	unlink(image[1].path);
	use(dir, &refused);
	ok(refused == 1, "a missing part is refused");
	unlink(image[0].path);
	for (int i = 0; i < 2; i++)
		free(image[i].bytes);
	rmdir(sub);
	rmdir(dir);
}

int main(void)
{
	struct rg_regions *regions;
	char err[5000] = "";

	setenv("REGIONGATE_DATA", "../../data", 0);
	plan(1 + COUNT(table) + COUNT(known) + 1 + 2 + 11 + 8 + 5);
	if (!ok(rg_regions_open(NULL, &regions, err, sizeof(err)) == 0, "opens %s", err))
		return tap_end();
	test_table(regions);
	test_distance(regions);
	test_continuity(regions);
	test_reach(regions);
	test_refused(regions);
	rg_regions_close(regions);
	test_damaged();
	return tap_end();
}
