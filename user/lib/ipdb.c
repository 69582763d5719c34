// SPDX-License-Identifier: GPL-2.0-or-later
/* Country by internet address: see ipdb.h; the format: data/README.md. */
#include "ipdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "datadir.h"
#include "regionset.h"

#define MAGIC		"RGIPDATA"
#define VERSION		1
#define HEADER_SIZE	32
#define HASH_SIZE	32
/* Ranges that are so common that one byte stands for country and length. */
#define COMMON		255
#define COMMON_SIZE	9
#define BLOCK_SIZE	12
/* Above the number of countries; an index of one is a byte. */
#define CODES_MAX	256
/* Far above what the compiler writes, below any overflow. */
#define SIZE_LIMIT	(64 << 20)

/* A mapped file. Keys are addresses, of IPv6 their first half. */
struct file {
	const uint8_t *base;
	size_t size;
	uint32_t ncodes, per_block, nblocks;
	const uint8_t *codes, *common, *blocks, *ranges;
	uint32_t nbytes;	/* of the ranges */
};

struct rg_ipdb {
	struct file v4, v6;
};

/* A place in the ranges while they are read. */
struct cursor {
	const uint8_t *at, *end;
};

struct range {
	uint64_t length;	/* number of keys */
	uint32_t code;		/* index of the country; 0: none */
};

static uint64_t get(const uint8_t *at, int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static bool hash_fits(const struct file *file)
{
	size_t body = file->size - HASH_SIZE;
	uint8_t hash[EVP_MAX_MD_SIZE];

	return EVP_Digest(file->base, body, hash, NULL, EVP_sha256(), NULL) &&
	       !memcmp(hash, file->base + body, HASH_SIZE);
}

/* The first code stands for no country. */
static bool codes_known(const struct file *file)
{
	uint32_t i;

	for (i = 1; i < file->ncodes; i++)
		if (rg_region_id_n((const char *)file->codes + 2 * i, 2) < 0)
			return false;
	return true;
}

/* The sections follow one another and fill the file. */
static bool read_header(struct file *file, unsigned int family)
{
	const uint8_t *base = file->base;

	if (file->size < HEADER_SIZE + HASH_SIZE || memcmp(base, MAGIC, 8) ||
	    get(base + 8, 4) != VERSION || get(base + 12, 4) != file->size ||
	    get(base + 16, 2) != family)
		return false;
	file->ncodes = get(base + 18, 2);
	file->per_block = get(base + 20, 4);
	file->nblocks = get(base + 24, 4);
	file->nbytes = get(base + 28, 4);
	if (!file->ncodes || file->ncodes > CODES_MAX || !file->per_block ||
	    !file->nblocks || file->nblocks > SIZE_LIMIT / BLOCK_SIZE ||
	    file->nbytes > SIZE_LIMIT)
		return false;
	file->codes = base + HEADER_SIZE;
	file->common = file->codes + 2 * (size_t)file->ncodes;
	file->blocks = file->common + COMMON * COMMON_SIZE;
	file->ranges = file->blocks + BLOCK_SIZE * (size_t)file->nblocks;
	return (size_t)(file->ranges - base) + file->nbytes + HASH_SIZE ==
	       file->size;
}

static int map(struct file *file, const char *path)
{
	struct stat st;
	void *base = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size < HEADER_SIZE ||
		 st.st_size > SIZE_LIMIT)
		err = -EBADMSG;
	if (!err) {
		base = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (base == MAP_FAILED)
			err = -errno;
	}
	close(fd);
	if (err)
		return err;
	file->base = base;
	file->size = st.st_size;
	return 0;
}

static void unmap(struct file *file)
{
	if (file->base)
		munmap((void *)(uintptr_t)file->base, file->size);
}

static int open_file(struct file *file, const char *dir, const char *name,
		     unsigned int family, char *err, size_t size)
{
	char path[4096] = "address data";
	int ret = rg_data_path(dir, name, path, sizeof(path));

	if (!ret)
		ret = map(file, path);
	if (!ret && (!read_header(file, family) || !codes_known(file) ||
		     !hash_fits(file)))
		ret = -EBADMSG;
	if (ret == -EBADMSG && size)
		snprintf(err, size, "%s: damaged, or not address data; allowed: the file of this version of regiongate",
			 path);
	else if (ret && size)
		snprintf(err, size, "%s: %s", path, strerror(-ret));
	return ret;
}

int rg_ipdb_open(const char *dir, struct rg_ipdb **out, char *err, size_t size)
{
	struct rg_ipdb *db = calloc(1, sizeof(*db));
	int ret;

	if (!db) {
		if (size)
			snprintf(err, size, "out of memory");
		return -ENOMEM;
	}
	ret = open_file(&db->v4, dir, "ip/ipv4.rgi", 4, err, size);
	if (!ret)
		ret = open_file(&db->v6, dir, "ip/ipv6.rgi", 6, err, size);
	if (ret) {
		rg_ipdb_close(db);
		return ret;
	}
	*out = db;
	return 0;
}

void rg_ipdb_close(struct rg_ipdb *db)
{
	if (!db)
		return;
	unmap(&db->v4);
	unmap(&db->v6);
	free(db);
}

/* LEB128: seven bits a byte, the lowest first. */
static bool read_number(struct cursor *c, uint64_t *value)
{
	int shift;

	*value = 0;
	for (shift = 0; shift < 63 && c->at < c->end; shift += 7) {
		*value |= (uint64_t)(*c->at & 0x7f) << shift;
		if (!(*c->at++ & 0x80))
			return true;
	}
	return false;
}

/* A length: a power of two, or from 64 on that times a number. */
static bool read_length(struct cursor *c, uint64_t *length)
{
	uint64_t factor = 1;
	int kind;

	if (c->at == c->end)
		return false;
	kind = *c->at++;
	if (kind >= 128 || (kind >= 64 && !read_number(c, &factor)))
		return false;
	kind %= 64;
	*length = factor << kind;
	return *length >> kind == factor;
}

static bool read_range(const struct file *file, struct cursor *c,
		       struct range *range)
{
	const uint8_t *common;

	if (c->at == c->end)
		return false;
	if (*c->at < COMMON) {
		common = file->common + COMMON_SIZE * (size_t)*c->at++;
		range->code = common[0];
		range->length = get(common + 1, 8);
	} else {
		c->at++;
		if (c->at == c->end)
			return false;
		range->code = *c->at++;
		if (!read_length(c, &range->length))
			return false;
	}
	return range->length && range->code < file->ncodes;
}

static uint64_t block_first(const struct file *file, uint32_t block)
{
	return get(file->blocks + BLOCK_SIZE * (size_t)block, 8);
}

/* Where the block's ranges begin; of the one after the last, where they end. */
static uint32_t block_at(const struct file *file, uint32_t block)
{
	if (block >= file->nblocks)
		return file->nbytes;
	return get(file->blocks + BLOCK_SIZE * (size_t)block + 8, 4);
}

/* The last block that begins at or before @key. */
static bool find_block(const struct file *file, uint64_t key, uint32_t *block)
{
	uint32_t low = 0, high = file->nblocks, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (block_first(file, middle) <= key)
			low = middle + 1;
		else
			high = middle;
	}
	*block = low - 1;
	return low > 0;
}

/* Index of the country that has @key, 0 for none, or -EBADMSG. */
static int find_code(const struct file *file, uint64_t key)
{
	uint32_t block, from, to, i;
	struct cursor c;
	struct range range;

	if (!find_block(file, key, &block))
		return 0;
	from = block_at(file, block);
	to = block_at(file, block + 1);
	if (from > to || to > file->nbytes)
		return -EBADMSG;
	c = (struct cursor){ file->ranges + from, file->ranges + to };
	key -= block_first(file, block);
	for (i = 0; i < file->per_block && c.at < c.end; i++) {
		if (!read_range(file, &c, &range))
			return -EBADMSG;
		if (key < range.length)
			return range.code;
		key -= range.length;
	}
	/* Only behind the last range of all there is nothing. */
	return block + 1 == file->nblocks ? 0 : -EBADMSG;
}

static uint64_t key_of(const struct rg_ip *ip, bool v4)
{
	uint64_t key = 0;
	int i;

	for (i = v4 ? 12 : 0; i < (v4 ? 16 : 8); i++)
		key = key << 8 | ip->b[i];
	return key;
}

int rg_ipdb_country(const struct rg_ipdb *db, const struct rg_ip *ip,
		    char country[4])
{
	bool v4 = rg_ip_is4(ip);
	const struct file *file = v4 ? &db->v4 : &db->v6;
	int code;

	country[0] = '\0';
	if (rg_ip_nowhere(ip))
		return -ENOENT;
	code = find_code(file, key_of(ip, v4));
	if (code < 0)
		return code;
	if (!code)
		return -ENOENT;
	memcpy(country, file->codes + 2 * (size_t)code, 2);
	country[2] = '\0';
	return 0;
}
