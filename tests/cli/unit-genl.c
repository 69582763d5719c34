// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the family: what is sent is read again, what is bad is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "../region/tap.h"
#include "gate.h"
#include "gatedev.h"
#include "gatefmt.h"
#include "genl_error.h"
#include "profile-nl.h"

#define SIZE	16384

static char buf[SIZE];

static struct nlmsghdr *message(uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	return nlh;
}

static const char full_profile[] =
	"{\"net\":{\"wwan\":\"emergency\",\"wired\":\"down\"},"
	"\"input\":{\"touch\":\"emergency\"},"
	"\"keys\":[\"KEY_SOS\",\"KEY_POWER\",\"KEY_PHONE\"],"
	"\"flows\":[{\"to\":\"192.0.2.0/24\",\"proto\":\"udp\",\"ports\":\"5060-5061\"},"
	"{\"to\":\"2001:db8::/32\",\"proto\":\"tcp\"},"
	"{\"to\":\"198.51.100.1\",\"proto\":\"icmp\"}],"
	"\"chord\":{\"key\":\"KEY_SOS\",\"times\":3,\"within\":\"2s\"},"
	"\"window\":[\"wwan\",\"wired\"],\"window_length\":\"1m\",\"strict\":true,"
	"\"devices\":[{\"bus\":\"0000:00:05.0\",\"action\":\"keep\"},"
	"{\"mac\":\"52:54:00:12:34:56\",\"action\":\"emergency\"},"
	"{\"input\":\"0003:046d:c31c\",\"action\":\"keep\"}]}";

static void test_profile(void)
{
	struct rg_profile in, out, again;
	struct rg_diag diag = { 0 };
	struct nlmsghdr *nlh = message(REGIONGATE_CMD_PROFILE_SET);
	json_t *doc;
	char *text;

	ok(rg_profile_parse(full_profile, strlen(full_profile), "test", &in,
			    &diag) == 0, "the profile is read");
	ok(rg_profile_put(nlh, SIZE, &in) == 0, "it is sent");
	ok(rg_profile_from_nl(nlh, &out, NULL) == 0 &&
	   rg_profile_equal(&in, &out), "and comes back the same");
	doc = rg_profile_json(&out);
	text = json_dumps(doc, 0);
	ok(rg_profile_parse(text, strlen(text), "test", &again, &diag) == 0 &&
	   rg_profile_equal(&in, &again), "its JSON is the same profile");
	out.flows[0].port_max++;
	ok(!rg_profile_equal(&in, &out), "another port is another profile");
	ok(rg_profile_put(message(0), 128, &in) == -EMSGSIZE,
	   "a small buffer is refused");
	free(text);
	json_decref(doc);
	rg_diag_free(&diag);
}

static void test_gate(void)
{
	static const char *const lines[] = { "one", "two" };
	const struct rg_gate_set set = {
		.region = "CU", .rule = "r", .text = "t", .contact = "c",
		.evidence = lines, .n_evidence = 2, .lease = 60000,
		.notice = 5000, .confirm = 3000, .own = true,
		.on_owner_loss = REGIONGATE_OWNER_LOSS_OPEN, .grace = 7,
		.has_generation = true, .generation = 9,
	};
	struct nlmsghdr *nlh = message(REGIONGATE_CMD_GATE_SET);
	struct rg_gate gate;

	ok(rg_gate_put(nlh, SIZE, &set) == 0 && rg_gate_parse(nlh, &gate) == 0,
	   "a restriction is sent and read");
	ok(gate.mode == REGIONGATE_MODE_RESTRICTED && !strcmp(gate.region, "CU") &&
	   gate.lease == 60000 && gate.notice == 5000 && gate.confirm == 3000 &&
	   gate.own && gate.on_owner_loss == REGIONGATE_OWNER_LOSS_OPEN &&
	   gate.grace == 7 && gate.generation == 9 && gate.n_evidence == 2 &&
	   !strcmp(gate.evidence[1], "two"), "every part of it is there");
	ok(rg_gate_put(message(0), 64, &set) == -EMSGSIZE,
	   "a small buffer is refused");
}

static void test_bad(void)
{
	struct nlmsghdr *nlh = message(REGIONGATE_CMD_GATE_GET);
	char region[REGIONGATE_MAX_REGION + 2];
	struct rg_gatedev dev;
	struct rg_gate gate;
	int i;

	mnl_attr_put_u32(nlh, REGIONGATE_A_GATE_LEASE, 1);
	ok(rg_gate_parse(nlh, &gate) == -EBADMSG, "a short number is refused");
	memset(region, 'A', sizeof(region) - 1);
	region[sizeof(region) - 1] = '\0';
	nlh = message(REGIONGATE_CMD_GATE_GET);
	mnl_attr_put_strz(nlh, REGIONGATE_A_GATE_REGION, region);
	ok(rg_gate_parse(nlh, &gate) == -EBADMSG, "a long string is refused");
	nlh = message(REGIONGATE_CMD_GATE_GET);
	for (i = 0; i <= REGIONGATE_MAX_EVIDENCE_LINES; i++)
		mnl_attr_put_strz(nlh, REGIONGATE_A_GATE_EVIDENCE, "x");
	ok(rg_gate_parse(nlh, &gate) == -EBADMSG, "too much evidence is refused");
	nlh = message(REGIONGATE_CMD_DEVICE_GET);
	mnl_attr_put_str(nlh, REGIONGATE_A_DEVICE_NAME, "eth0");
	mnl_attr_put_u32(nlh, 999, 1);
	ok(rg_gatedev_parse(nlh, &dev) == 0 && !strcmp(dev.name, "eth0"),
	   "a string without its zero and an unknown attribute are taken");
}

/* Random bytes behind good headers: nothing to assert but that ASan is quiet. */
static void test_noise(void)
{
	struct rg_profile profile;
	struct nlmsghdr *nlh;
	struct rg_gatedev dev;
	struct rg_gate gate;
	char text[64];
	int round, i;

	srand(1);
	for (round = 0; round < 20000; round++) {
		nlh = message(rand() % 12);
		for (i = 0; i < 64; i++)
			buf[nlh->nlmsg_len + i] = rand() % 4 ? rand() % 32 : rand();
		nlh->nlmsg_len += 64;
		nlh->nlmsg_flags = rand();
		nlh->nlmsg_type = round & 1 ? NLMSG_ERROR : NLMSG_DONE;
		rg_gate_parse(nlh, &gate);
		rg_gatedev_parse(nlh, &dev);
		rg_profile_from_nl(nlh, &profile, NULL);
		rg_genl_refusal(nlh, nlh, text, sizeof(text));
	}
	ok(true, "20000 random messages are read or refused");
}

/* An answer as the kernel sends it with CAP_ACK and EXT_ACK. */
static int refuse(const char *msg, uint32_t offset, char *text, size_t size)
{
	static char answer[1024];
	struct nlmsghdr *request = message(REGIONGATE_CMD_GATE_SET);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(answer);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	mnl_attr_put_u64(request, REGIONGATE_A_GATE_LEASE, 0);
	e->error = -ERANGE;
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	if (msg)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, msg);
	if (offset)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset);
	return rg_genl_refusal(nlh, request, text, size);
}

static void test_refusal(void)
{
	const uint32_t lease = NLMSG_HDRLEN + GENL_HDRLEN;
	char text[256];

	ok(refuse("regiongate: no such rule", 0, text, sizeof(text)) == -ERANGE &&
	   !strcmp(text, "no such rule"), "the module's prefix goes");
	refuse("integer out of range", lease, text, sizeof(text));
	ok(!strcmp(text, "lease: integer out of range"),
	   "the core's sentence names the attribute");
	refuse("the lease is too long", lease, text, sizeof(text));
	ok(!strcmp(text, "the lease is too long"), "a name is not said twice");
	refuse(NULL, 0, text, sizeof(text));
	ok(!*text, "no sentence is none");
}

static void test_words(void)
{
	char text[64];
	json_t *value = rg_text_json("a\xff" "b\n");

	ok(!strcmp(rg_printable("a\x1b[1m\xff\xc2\x9b" "ü", text, sizeof(text)),
		   "a?[1m??ü"), "terminal controls do not get through");
	ok(!strcmp(json_string_value(value), "a?b\n"), "JSON stays UTF-8");
	json_decref(value);
	ok(!strcmp(rg_span(598000, text, sizeof(text)), "9 min 58 s") &&
	   !strcmp(rg_span(3 * 86400000ULL, text, sizeof(text)), "3 d") &&
	   !strcmp(rg_span(0, text, sizeof(text)), "0 s"), "spans read well");
}

int main(void)
{
	plan(21);
	test_profile();
	test_gate();
	test_bad();
	test_noise();
	test_refusal();
	test_words();
	return tap_end();
}
