// SPDX-License-Identifier: GPL-2.0-or-later
#include "fetch.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include <curl/curl.h>

struct rg_fetch {
	sd_event *event;
	const char *url, *ca_file;
	rg_fetch_fn fn;
	void *ctx;
	CURLM *multi;
	CURL *easy;		/* the fetch that runs, or NULL */
	sd_event_source *timer;
	size_t len;
	char text[RG_FETCH_SIZE + 1];
};

/* Tells how the fetch ended, once libcurl's own state is put away. */
static void finish(struct rg_fetch *f, CURLcode code)
{
	char error[128] = "";
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_WRITE_ERROR && f->len > RG_FETCH_SIZE)
		snprintf(error, sizeof(error), "the answer is longer than %d bytes",
			 RG_FETCH_SIZE);
	else if (code)
		snprintf(error, sizeof(error), "%s", curl_easy_strerror(code));
	else if (status != 200)
		snprintf(error, sizeof(error), "the answer is HTTP status %ld",
			 status);
	rg_fetch_stop(f);
	f->text[error[0] ? 0 : f->len] = '\0';
	f->fn(f->ctx, error[0] ? NULL : f->text, error);
}

static void look_for_end(struct rg_fetch *f)
{
	CURLMsg *msg;
	int left;

	while (f->easy && (msg = curl_multi_info_read(f->multi, &left))) {
		if (msg->msg == CURLMSG_DONE && msg->easy_handle == f->easy) {
			finish(f, msg->data.result);
			return;
		}
	}
}

static void act(struct rg_fetch *f, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(f->multi, fd, what, &running);
	look_for_end(f);
}

static int on_io(sd_event_source *io, int fd, uint32_t events, void *ctx)
{
	int what = 0;

	(void)io;
	if (events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	act(ctx, fd, what);
	return 0;
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *ctx)
{
	(void)timer;
	(void)usec;
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
	return 0;
}

/* libcurl waits for a socket, for something else of it, or no more. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
			void *socket_ctx)
{
	struct rg_fetch *f = ctx;
	sd_event_source *io = socket_ctx;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		sd_event_source_disable_unref(io);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		events |= EPOLLIN;
	if (what != CURL_POLL_IN)
		events |= EPOLLOUT;
	if (io)
		return sd_event_source_set_io_events(io, events) < 0 ? -1 : 0;
	if (sd_event_add_io(f->event, &io, fd, events, on_io, f) < 0)
		return -1;
	curl_multi_assign(f->multi, fd, io);
	return 0;
}

/* libcurl wants to be called after @ms; -1 is never. */
static int watch_time(CURLM *multi, long ms, void *ctx)
{
	struct rg_fetch *f = ctx;

	(void)multi;
	f->timer = sd_event_source_disable_unref(f->timer);
	if (ms < 0)
		return 0;
	return sd_event_add_time_relative(f->event, &f->timer, CLOCK_MONOTONIC,
					  ms * 1000ull, 1, on_timer, f) < 0 ?
		-1 : 0;
}

/* What is too long is an error, so @len tells more than there is room for. */
static size_t take(char *data, size_t size, size_t n, void *ctx)
{
	struct rg_fetch *f = ctx;

	(void)size;
	if (n > RG_FETCH_SIZE - f->len) {
		f->len = RG_FETCH_SIZE + 1;
		return 0;
	}
	memcpy(f->text + f->len, data, n);
	f->len += n;
	return n;
}

int rg_fetch_new(sd_event *event, const char *url, const char *ca_file,
		 rg_fetch_fn fn, void *ctx, struct rg_fetch **out)
{
	struct rg_fetch *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	*f = (struct rg_fetch){
		.event = event, .url = url, .ca_file = ca_file,
		.fn = fn, .ctx = ctx,
	};
	/* Counted by libcurl: once a fetch, and given back with it. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		free(f);
		return -ENOMEM;
	}
	f->multi = curl_multi_init();
	if (!f->multi) {
		rg_fetch_free(f);
		return -ENOMEM;
	}
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, watch_time);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	*out = f;
	return 0;
}

void rg_fetch_free(struct rg_fetch *f)
{
	if (!f)
		return;
	rg_fetch_stop(f);
	curl_multi_cleanup(f->multi);
	sd_event_source_disable_unref(f->timer);
	curl_global_cleanup();
	free(f);
}

void rg_fetch_stop(struct rg_fetch *f)
{
	CURL *easy = f->easy;

	f->easy = NULL;
	if (!easy)
		return;
	curl_multi_remove_handle(f->multi, easy);
	curl_easy_cleanup(easy);
	f->timer = sd_event_source_disable_unref(f->timer);
}

static void set_options(const struct rg_fetch *f, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_URL, f->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)RG_FETCH_TIME);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A name server that does not answer must not hold us at the end. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	/* A proxy of the environment would show its own address. */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	/* An idle connection would wake us when the server ends it. */
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, f);
	if (!f->ca_file)
		return;
	curl_easy_setopt(easy, CURLOPT_CAINFO, f->ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

void rg_fetch_start(struct rg_fetch *f)
{
	rg_fetch_stop(f);
	f->len = 0;
	f->easy = curl_easy_init();
	if (!f->easy) {
		f->fn(f->ctx, NULL, "out of memory");
		return;
	}
	set_options(f, f->easy);
	/* It begins from the event loop: the timer is set at once. */
	if (curl_multi_add_handle(f->multi, f->easy))
		finish(f, CURLE_OUT_OF_MEMORY);
}
