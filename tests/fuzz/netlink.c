// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends the module mutated messages of its family; those that reach code which
 * none reached before (KCOV) are mutated further. After each message the gate
 * must keep what it promises.
 *
 * usage: netlink SEEDS MESSAGES [SEED]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/kcov.h>
#include <linux/regiongate.h>

#define CORPUS_MAX	8192
#define MESSAGE_MAX	16384
#define COVER_SIZE	(256 << 10)
#define SEEN_BITS	20
#define NOBODY		65534
#define CHECK_EVERY	500
#define SEED_TRIES	2000

struct message {
	uint32_t len;
	unsigned char *data;
};

struct session {
	int root, nobody;	/* sockets of who may command and who may not */
	uint16_t family;
	uint32_t seq;
	int kcov;
	unsigned long *cover;
	uint8_t *seen;
	unsigned int reached;
	struct message corpus[CORPUS_MAX];
	unsigned int count, seeds;
	uint64_t random;
	unsigned long sent, accepted;
	unsigned int per_command[REGIONGATE_CMD_MAX + 1];
};

static struct session s;

static __attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("netlink: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* Vigna's xorshift64*, so that a run can be repeated from its seed. */
static uint32_t rnd(uint32_t below)
{
	s.random ^= s.random >> 12;
	s.random ^= s.random << 25;
	s.random ^= s.random >> 27;
	return below ? (uint32_t)((s.random * 0x2545f4914f6cdd1dULL) >> 32) % below : 0;
}

static int open_socket(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct timeval limit = { .tv_sec = 60 };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		die("socket: %s", strerror(errno));
	return fd;
}

/*
 * Sends one message, from its generic netlink header on, and reads all that
 * answers it. Returns 0 or a negative error; *reply, unless NULL, holds the last
 * answer's attributes, of *reply_len bytes.
 */
static int talk(int fd, uint16_t type, uint16_t flags, const void *data,
		uint32_t len, unsigned char *reply, size_t *reply_len)
{
	static unsigned char out[MESSAGE_MAX + NLMSG_HDRLEN], in[1 << 17];
	struct nlmsghdr *nlh = (struct nlmsghdr *)out;
	uint32_t seq = ++s.seq;

	*nlh = (struct nlmsghdr) {
		.nlmsg_len = NLMSG_HDRLEN + len, .nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = seq,
	};
	memcpy(out + NLMSG_HDRLEN, data, len);
	if (send(fd, out, nlh->nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t got = recv(fd, in, sizeof(in), 0);
		int left = (int)got;

		if (got < 0)
			die("no answer: %s", strerror(errno));
		for (nlh = (struct nlmsghdr *)in; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
			if (nlh->nlmsg_type == NLMSG_DONE)
				return *(int *)mnl_nlmsg_get_payload(nlh);
			if (!reply)
				continue;
			*reply_len = mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN;
			memcpy(reply, (char *)mnl_nlmsg_get_payload(nlh) + GENL_HDRLEN,
			       *reply_len);
		}
	}
}

/* One attribute of attributes, or NULL. */
static const struct nlattr *find(const void *data, size_t len, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(data, len)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static void find_family(void)
{
	struct {
		struct genlmsghdr genl;
		struct nlattr attr;
		char name[12];
	} ask = {
		.genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attr = { .nla_len = NLA_HDRLEN + sizeof(REGIONGATE_FAMILY_NAME),
			  .nla_type = CTRL_ATTR_FAMILY_NAME },
		.name = REGIONGATE_FAMILY_NAME,
	};
	static unsigned char reply[1 << 16];
	size_t len = 0;
	const struct nlattr *id;

	if (talk(s.root, GENL_ID_CTRL, NLM_F_ACK, &ask, sizeof(ask), reply, &len) ||
	    !(id = find(reply, len, CTRL_ATTR_FAMILY_ID)))
		die("the module is not loaded");
	s.family = mnl_attr_get_u16(id);
}

static void open_kcov(void)
{
	s.kcov = open("/sys/kernel/debug/kcov", O_RDWR);
	if (s.kcov < 0 || ioctl(s.kcov, KCOV_INIT_TRACE, COVER_SIZE))
		die("kcov: %s", strerror(errno));
	s.cover = mmap(NULL, COVER_SIZE * sizeof(long), PROT_READ | PROT_WRITE,
		       MAP_SHARED, s.kcov, 0);
	s.seen = calloc(1, 1 << SEEN_BITS);
	if (s.cover == MAP_FAILED || !s.seen)
		die("no memory");
	if (ioctl(s.kcov, KCOV_ENABLE, KCOV_TRACE_PC))
		die("kcov: %s", strerror(errno));
}

/* Whether code ran that had never run before. */
static bool new_cover(void)
{
	unsigned long count = __atomic_load_n(&s.cover[0], __ATOMIC_RELAXED);
	unsigned int before = s.reached;

	for (unsigned long i = 1; i <= count && i < COVER_SIZE; i++) {
		uint32_t slot = (uint32_t)s.cover[i] & ((1U << SEEN_BITS) - 1);

		s.reached += !s.seen[slot];
		s.seen[slot] = 1;
	}
	return s.reached != before;
}

static void keep(const unsigned char *data, uint32_t len)
{
	struct message *m = s.count < CORPUS_MAX ? &s.corpus[s.count++] :
			    &s.corpus[s.seeds + rnd(CORPUS_MAX - s.seeds)];

	free(m->data);
	m->data = malloc(len);
	if (!m->data)
		die("no memory");
	memcpy(m->data, data, len);
	m->len = len;
}

static void read_seeds(const char *path)
{
	unsigned char data[MESSAGE_MAX];
	FILE *file = fopen(path, "re");
	uint32_t len;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (fread(&len, sizeof(len), 1, file) == 1) {
		if (len > sizeof(data) || fread(data, 1, len, file) != len)
			die("%s: cut off", path);
		keep(data, len);
	}
	fclose(file);
	s.seeds = s.count;
	if (!s.seeds)
		die("%s: empty", path);
}

/* Mutation. */

/* The attribute at a random place, also within others; NULL if there is none. */
static struct nlattr *some_attr(unsigned char *data, uint32_t len)
{
	struct nlattr *attr, *found = NULL;
	unsigned int seen = 0;

	for (uint32_t at = 0; at + NLA_HDRLEN <= len; at += MNL_ALIGN(attr->nla_len)) {
		attr = (struct nlattr *)(data + at);
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len - at)
			break;
		if (!rnd(++seen))
			found = attr;
	}
	if (found && (found->nla_type & NLA_F_NESTED) && rnd(3)) {
		struct nlattr *inner = some_attr((unsigned char *)found + NLA_HDRLEN,
						 found->nla_len - NLA_HDRLEN);

		return inner ?: found;
	}
	return found;
}

static const uint64_t telling[] = {
	0, 1, 2, 3, 6, 7, 8, 16, 31, 32, 64, 65, 116, 127, 128, 255, 256, 0x27f, 0x2ff,
	0x300, 1000, 60000, 65535, 65536, INT32_MAX, 0x80000000, UINT32_MAX,
	(uint64_t)UINT32_MAX + 1, INT64_MAX, 1ULL << 63, UINT64_MAX,
};

static void change_value(struct nlattr *attr)
{
	uint64_t value = telling[rnd(sizeof(telling) / sizeof(*telling))];
	size_t len = attr->nla_len - NLA_HDRLEN;

	if (!len)
		return;
	if (len <= sizeof(value))
		memcpy(attr + 1, &value, len);
	else
		((unsigned char *)(attr + 1))[rnd(len)] = (unsigned char)rnd(256);
}

static uint32_t remove_attr(unsigned char *data, uint32_t len, struct nlattr *attr)
{
	unsigned char *from = (unsigned char *)attr;
	uint32_t size = MNL_ALIGN(attr->nla_len);
	uint32_t after = len - (uint32_t)(from - data);

	if (size > after)
		size = after;
	memmove(from, from + size, after - size);
	return len - size;
}

/* Puts an attribute of any message of the corpus at the end. */
static uint32_t add_attr(unsigned char *data, uint32_t len)
{
	struct message *other = &s.corpus[rnd(s.count)];
	struct nlattr *attr;

	if (other->len <= GENL_HDRLEN)
		return len;
	attr = some_attr(other->data + GENL_HDRLEN, other->len - GENL_HDRLEN);
	if (!attr || MNL_ALIGN(len) + MNL_ALIGN(attr->nla_len) > MESSAGE_MAX)
		return len;
	memset(data + len, 0, MNL_ALIGN(len) - len);
	memcpy(data + MNL_ALIGN(len), attr, attr->nla_len);
	return MNL_ALIGN(len) + MNL_ALIGN(attr->nla_len);
}

static uint32_t mutate(unsigned char *data, uint32_t len)
{
	struct nlattr *attr = some_attr(data + GENL_HDRLEN, len - GENL_HDRLEN);

	switch (attr ? rnd(12) : 10 + rnd(2)) {
	case 0 ... 3:
		change_value(attr);
		return len;
	case 4:
		attr->nla_type ^= (uint16_t)(1 << rnd(16));
		return len;
	case 5:
		attr->nla_type = (uint16_t)rnd(40);
		return len;
	case 6:
		attr->nla_len = (uint16_t)(rnd(2) ? rnd(64) : attr->nla_len + rnd(9) - 4);
		return len;
	case 7:
		return remove_attr(data, len, attr);
	case 8:
		return len - rnd(len - GENL_HDRLEN + 1);
	case 9:
		data[rnd(len)] ^= (unsigned char)(1 << rnd(8));
		return len;
	case 10:
		data[0] = (unsigned char)rnd(REGIONGATE_CMD_MAX + 2);
		return len;
	default:
		return add_attr(data, len);
	}
}

/* Promises. */

static uint64_t state_u64(const unsigned char *data, size_t len, uint16_t type)
{
	const struct nlattr *attr = find(data, len, type);

	return attr ? mnl_attr_get_u64(attr) : 0;
}

/* Where a message names a generation, it is mostly the one that the caller knows. */
static void aim(unsigned char *data, uint32_t len, uint64_t generation)
{
	const struct nlattr *attr;

	if (data[0] != REGIONGATE_CMD_GATE_CONFIRM &&
	    data[0] != REGIONGATE_CMD_GATE_SET)
		return;
	attr = find(data + GENL_HDRLEN, len - GENL_HDRLEN, REGIONGATE_A_GATE_GENERATION);
	if (attr && mnl_attr_get_payload_len(attr) == sizeof(generation))
		memcpy(mnl_attr_get_payload(attr), &generation, sizeof(generation));
}

static const struct genlmsghdr get_gate = { .cmd = REGIONGATE_CMD_GATE_GET, .version = 1 };

static uint64_t check_gate(void)
{
	static const uint16_t reason[] = {
		REGIONGATE_A_GATE_REGION, REGIONGATE_A_GATE_RULE, REGIONGATE_A_GATE_TEXT,
		REGIONGATE_A_GATE_CONTACT, REGIONGATE_A_GATE_LEASE_LEFT,
	};
	static unsigned char got[1 << 16];
	const struct nlattr *mode;
	size_t len = 0;

	if (talk(s.root, s.family, NLM_F_ACK, &get_gate, sizeof(get_gate), got, &len))
		die("the gate's state cannot be read");
	mode = find(got, len, REGIONGATE_A_GATE_MODE);
	if (!mode)
		die("the gate's state has no mode");
	if (mnl_attr_get_u32(mode) != REGIONGATE_MODE_OPEN)
		for (size_t i = 0; i < sizeof(reason) / sizeof(*reason); i++)
			if (!find(got, len, reason[i]))
				die("restricted without attribute %u", reason[i]);
	if (state_u64(got, len, REGIONGATE_A_GATE_LEASE_LEFT) >
	    state_u64(got, len, REGIONGATE_A_GATE_MAX_LEASE))
		die("a lease beyond the longest");
	return state_u64(got, len, REGIONGATE_A_GATE_GENERATION);
}

/* The power key stays, and one command opens. */
static void check_ways_out(void)
{
	const struct genlmsghdr get = { .cmd = REGIONGATE_CMD_PROFILE_GET, .version = 1 };
	struct {
		struct genlmsghdr genl;
		struct nlattr attr;
		uint32_t mode;
	} open = {
		.genl = { .cmd = REGIONGATE_CMD_GATE_SET, .version = 1 },
		.attr = { .nla_len = NLA_HDRLEN + 4, .nla_type = REGIONGATE_A_GATE_MODE },
		.mode = REGIONGATE_MODE_OPEN,
	};
	static unsigned char got[1 << 16];
	const struct nlattr *attr;
	bool power = false;
	size_t len = 0;
	int err;

	if (talk(s.root, s.family, NLM_F_ACK, &get, sizeof(get), got, &len))
		die("the profile cannot be read");
	mnl_attr_for_each_payload((void *)got, len)
		power |= mnl_attr_get_type(attr) == REGIONGATE_A_PROFILE_KEY &&
			 mnl_attr_get_u32(attr) == 116;
	if (!power)
		die("the power key is no emergency key any more");
	err = talk(s.root, s.family, NLM_F_ACK, &open, sizeof(open), NULL, NULL);
	if (err)
		die("a release was refused: %d", err);
}

/* Sends a message; true if it reached something new. */
static bool one(const unsigned char *data, uint32_t len, bool nobody, bool dump)
{
	uint64_t before = nobody ? check_gate() : 0;
	bool found;
	int err;

	__atomic_store_n(&s.cover[0], 0, __ATOMIC_RELAXED);
	err = talk(nobody ? s.nobody : s.root, s.family, dump ? NLM_F_DUMP : NLM_F_ACK,
		   data, len, NULL, NULL);
	if (err > 0)
		die("an error above zero: %d", err);
	s.sent++;
	s.accepted += !err;
	if (!err && data[0] <= REGIONGATE_CMD_MAX)
		s.per_command[data[0]]++;
	found = new_cover();
	if (check_gate() != before && nobody)
		die("who may not command moved the generation");
	if (s.sent % CHECK_EVERY == 0)
		check_ways_out();
	return found;
}

/* Every command must have a seed that the module takes, or they have drifted. */
static void run_seeds(void)
{
	bool asked[REGIONGATE_CMD_MAX + 1] = { false };

	for (unsigned int i = 0; i < SEED_TRIES; i++) {
		struct message *m = &s.corpus[i < s.seeds ? i : rnd(s.seeds)];

		asked[m->data[0]] = true;
		aim(m->data, m->len, check_gate());
		one(m->data, m->len, false, false);
	}
	for (unsigned int cmd = 1; cmd <= REGIONGATE_CMD_MAX; cmd++)
		if (asked[cmd] && !s.per_command[cmd])
			die("no seed of command %u is taken", cmd);
}

static void fuzz(unsigned long messages)
{
	unsigned char data[MESSAGE_MAX];

	while (s.sent < messages) {
		/* Half of the time of what was found last. */
		unsigned int pick = rnd(2) ? rnd(s.count) :
				    s.count - 1 - rnd(s.count < 32 ? s.count : 32);
		uint32_t len = s.corpus[pick].len;

		memcpy(data, s.corpus[pick].data, len);
		for (unsigned int n = 1 + rnd(4); n && len >= GENL_HDRLEN; n--)
			len = mutate(data, len);
		if (len < GENL_HDRLEN)
			continue;
		if (rnd(2))
			aim(data, len, check_gate());
		if (one(data, len, !rnd(16), !rnd(16)))
			keep(data, len);
	}
}

int main(int argc, char **argv)
{
	unsigned long messages;

	if (argc < 3)
		die("usage: netlink SEEDS MESSAGES [SEED]");
	messages = strtoul(argv[2], NULL, 10);
	s.random = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
	printf("# seed %llu\n", (unsigned long long)s.random);
	s.random = s.random * 2 + 1;
	s.root = open_socket();
	if (seteuid(NOBODY))
		die("seteuid: %s", strerror(errno));
	s.nobody = open_socket();
	if (seteuid(0))
		die("seteuid: %s", strerror(errno));
	find_family();
	read_seeds(argv[1]);
	open_kcov();
	run_seeds();
	fuzz(messages);
	check_ways_out();
	printf("# %lu messages, %lu taken, corpus %u (%u seeds), %u places reached\n",
	       s.sent, s.accepted, s.count, s.seeds, s.reached);
	return 0;
}
