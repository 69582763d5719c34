// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives a fuzzed parser every file of its corpus, without a fuzzer: prints TAP.
 *
 * usage: fuzz-NAME FOLDER
 */
#include <dirent.h>

#include "fuzz.h"

static uint8_t *read_file(const char *folder, const char *name, size_t *size)
{
	char path[512];
	uint8_t *data = malloc(1 << 20);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	must(file && data);
	*size = fread(data, 1, 1 << 20, file);
	fclose(file);
	/* As long as the input, so that a read beyond it is found. */
	return realloc(data, *size ? *size : 1);
}

int main(int argc, char **argv)
{
	struct dirent **names;
	int count, number = 0;

	must(argc == 2);
	count = scandir(argv[1], &names, NULL, alphasort);
	must(count > 2);
	for (int i = 0; i < count; i++) {
		size_t size;
		uint8_t *data;

		if (names[i]->d_name[0] != '.') {
			data = read_file(argv[1], names[i]->d_name, &size);
			LLVMFuzzerTestOneInput(data, size);
			free(data);
			number++;
		}
		free(names[i]);
	}
	free(names);
	printf("ok 1 - %d inputs\n1..1\n", number);
	return 0;
}
