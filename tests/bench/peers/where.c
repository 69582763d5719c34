// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: where POINTS TURNS
 *
 * Opens the region data and answers the first of POINTS (lines of latitude and
 * longitude), then all of them, TURNS times. Prints as JSON the milliseconds from
 * the start to the first answer, and those of processor time that each turn took.
 * where.js does the same with what others ship.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "region.h"

#define MAX_POINTS	100000
/* What a good receiver says of its fix, in metres. */
#define ACCURACY	30

static double points[MAX_POINTS][2];

static double now_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static int read_points(const char *path)
{
	FILE *in = fopen(path, "re");
	int n = 0;

	while (in && n < MAX_POINTS &&
	       fscanf(in, "%lf %lf", &points[n][0], &points[n][1]) == 2)
		n++;
	if (in)
		fclose(in);
	return n;
}

static void look_up(const struct rg_regions *regions, int i)
{
	struct rg_where where;

	if (rg_regions_where(regions, points[i][0], points[i][1], ACCURACY, &where)) {
		fprintf(stderr, "where: the region data is damaged\n");
		exit(1);
	}
}

/* The processor time of one turn. */
static double turn_ms(const struct rg_regions *regions, int n)
{
	double began = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	int i;

	for (i = 0; i < n; i++)
		look_up(regions, i);
	return now_ms(CLOCK_PROCESS_CPUTIME_ID) - began;
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? read_points(argv[1]) : 0, turns;
	struct rg_regions *regions;
	double began;
	char err[512];

	if (!n) {
		fprintf(stderr, "usage: where POINTS TURNS\n");
		return 2;
	}
	began = now_ms(CLOCK_MONOTONIC);
	if (rg_regions_open(NULL, &regions, err, sizeof(err))) {
		fprintf(stderr, "where: %s\n", err);
		return 1;
	}
	look_up(regions, 0);
	printf("{\"points\": %d, \"load\": %.4f, \"turns\": [", n,
	       now_ms(CLOCK_MONOTONIC) - began);
	for (turns = atoi(argv[2]); turns > 0; turns--)
		printf("%.4f%s", turn_ms(regions, n), turns > 1 ? ", " : "");
	printf("]}\n");
	rg_regions_close(regions);
	return 0;
}
