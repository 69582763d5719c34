// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a look-up by position costs: microseconds of processor time, and of the
 * mapped data the pages that it touched only. The figures are shown; the limits
 * are far enough away for a sanitizer's build on a busy machine.
 */
#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "region.h"
#include "tap.h"

#define LOOKUPS		20000
/* Microseconds of this process, each. */
#define LIMIT_MEAN	500
#define LIMIT_BORDER	1000
#define LIMIT_OPEN	50000

static double cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

/* The same positions each time, as dense everywhere on the globe. */
static double fraction(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (double)(*state >> 11) / (double)(UINT64_C(1) << 53);
}

static double mean_of_globe(const struct rg_regions *regions)
{
	uint64_t state = 1;
	double began = cpu_us(), lat, lon;
	struct rg_where where;
	int i, failed = 0;

	for (i = 0; i < LOOKUPS; i++) {
		lat = asin(2 * fraction(&state) - 1) * 180 / M_PI;
		lon = 360 * fraction(&state) - 180;
		failed |= rg_regions_where(regions, lat, lon, 30, &where);
	}
	return failed ? HUGE_VAL : (cpu_us() - began) / LOOKUPS;
}

static double mean_at(const struct rg_regions *regions, double lat, double lon,
		      double accuracy)
{
	double began = cpu_us();
	struct rg_where where;
	int i, failed = 0;

	for (i = 0; i < LOOKUPS / 20; i++)
		failed |= rg_regions_where(regions, lat, lon, accuracy, &where);
	return failed ? HUGE_VAL : (cpu_us() - began) / (LOOKUPS / 20);
}

/* Resident and whole size of the region files' mappings, kB. */
static void mapped(long *resident, long *whole)
{
	FILE *in = fopen("/proc/self/smaps", "re");
	unsigned long from, to;
	bool ours = false;
	char line[512];
	long kb;

	*resident = *whole = 0;
	while (in && fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			ours = strstr(line, ".rgr");
		else if (ours && sscanf(line, "Rss: %ld", &kb) == 1)
			*resident += kb;
		else if (ours && sscanf(line, "Size: %ld", &kb) == 1)
			*whole += kb;
	}
	if (in)
		fclose(in);
}

static void few(double us, double limit, const char *what)
{
	printf("# %s: %.1f us\n", what, us);
	ok(us < limit, "%s takes less than %g us", what, limit);
}

int main(void)
{
	double began = cpu_us(), opened;
	struct rg_regions *regions;
	struct rg_where where;
	long resident, whole;
	char err[512];

	if (rg_regions_open(NULL, &regions, err, sizeof(err))) {
		printf("Bail out! %s\n", err);
		return 1;
	}
	opened = cpu_us() - began;
	few(opened, LIMIT_OPEN, "opening the data");
	began = cpu_us();
	ok(!rg_regions_where(regions, 23.13, -82.38, 30, &where), "Havana");
	few(cpu_us() - began, LIMIT_OPEN, "the first look-up");
	mapped(&resident, &whole);
	printf("# of %ld kB region data %ld kB are resident\n", whole, resident);
	ok(resident > 0 && resident < whole / 2,
	   "one look-up reads less than half of the data");
	few(mean_of_globe(regions), LIMIT_MEAN, "a look-up, on average of the globe,");
	few(mean_at(regions, 34.4, 45.464, 30), LIMIT_BORDER, "a look-up at a border");
	few(mean_at(regions, 51.44, 4.93, 5000), LIMIT_BORDER,
	    "a look-up with 5 km around, among enclaves,");
	rg_regions_close(regions);
	return tap_done();
}
