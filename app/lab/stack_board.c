/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "lab/board.h"
#include "lab/lab.h"
#include "linux/clock.h"
#include "lwip/def.h"

#define HWADDR    "%02x%02x%02x%02x%02x%02x"
#define OCTETS(h) (h)[0], (h)[1], (h)[2], (h)[3], (h)[4], (h)[5]

static uint64_t now_ms(void)
{
	return clock_now_ns() / 1000000;
}

static bool got_frame(void *context, const uint8_t *frame, size_t size)
{
	return board_give_frame(((struct lab *)context)->board, frame, size) == 0;
}

static void sent_frame(void *context, const uint8_t *frame, size_t size)
{
	struct lab *lab = context;

	if (lab->wire.netif != NULL) /* before that and after it there is no experiment */
		wire_send(&lab->wire, WHO_LWIP, frame, size);
}

static int start(struct lab *lab, struct why *why)
{
	int err;

	lab->board = malloc(sizeof(*lab->board));
	if (lab->board == NULL)
		return why_set(why, ENOMEM, "out of memory for a board");
	err = board_start(lab->board, lab->settings.board, why);
	if (err == 0) {
		lab->board->on_frame = sent_frame;
		lab->board->frame_context = lab;
		lab->wire.lwip_got_frame = got_frame;
		lab->wire.lwip_context = lab;
		return 0;
	}
	free(lab->board);
	lab->board = NULL;
	return err;
}

static void stop(struct lab *lab)
{
	if (lab->board != NULL)
		board_stop(lab->board);
	free(lab->board);
	lab->board = NULL;
}

static void give_address(struct lab *lab, int family)
{
	struct endpoint lwip = host_address(HOST_LWIP, family);
	struct endpoint kernel = host_address(HOST_KERNEL, family);
	char address[ENDPOINT_STRLEN], gateway[ENDPOINT_STRLEN];

	if (lab_has_family(lab, family))
		board_call(lab->board, NULL, "address %s/%u %s", address_format(&lwip, address),
			   host_prefix(family),
			   family == 4 ? address_format(&kernel, gateway) : "-");
}

static int join(struct lab *lab, struct why *why)
{
	struct board *board = lab->board;
	int err = board_await(board, why);

	if (err < 0) {
		stop(lab);
		return err;
	}
	/* As in this process: the second of the sequences that come from the experiment's seed. */
	board_call(board, NULL, "seed %llu", (unsigned long long)lab->lwip_seed);
	board_call(board, NULL, "mac " HWADDR, OCTETS(lab_lwip_hwaddr));
	if (lab->settings.mtu != 0) {
		board_call(board, NULL, "mtu %u", lab->settings.mtu);
		board->mtu = lab->settings.mtu;
	}
	give_address(lab, 4);
	give_address(lab, 6);
	return board_call(board, NULL, "up") == 0
		       ? 0
		       : why_set(why, EIO, "the board's network interface does not come up");
}

static void run_timers(struct lab *lab)
{
	if (lab->board->due_ms <= now_ms())
		board_call(lab->board, NULL, "run");
}

static uint32_t ms_to_next(const struct lab *lab)
{
	uint64_t due_ms = lab->board->due_ms, now = now_ms();

	return due_ms <= now ? 0 : (uint32_t)LWIP_MIN(due_ms - now, UINT32_MAX);
}

/* The clock has moved already to the moments of which the board has told. */
static uint32_t pass(struct lab *lab, uint32_t ms)
{
	struct board_line answer;
	uint64_t start = now_ms(), end;

	if (ms < ms_to_next(lab)) {
		clock_advance(ms);
		return ms;
	}
	board_call(lab->board, &answer, "pass %u", (unsigned int)ms);
	end = start + strtoul(answer.word[0], NULL, 10);
	if (end < now_ms() || end - start > ms)
		board_fail(lab->board, "it has let %s ms pass, where %u were the most",
			   answer.word[0], (unsigned int)ms);
	board_follow(lab->board, (uint32_t)(end - now_ms()));
	return (uint32_t)(end - start);
}

static int introduce(struct lab *lab, const struct endpoint *host, const uint8_t hwaddr[6])
{
	char text[ENDPOINT_STRLEN];

	return board_call(lab->board, NULL, "neighbour %s " HWADDR, address_format(host, text),
			  OCTETS(hwaddr)) == 0
		       ? 0
		       : -ENOSPC;
}

static void set_gateway(struct lab *lab, const struct endpoint *gateway)
{
	char text[ENDPOINT_STRLEN];

	board_call(lab->board, NULL, "gateway %s", address_format(gateway, text));
}

const struct stack stack_on_board = {
	.start = start,
	.join = join,
	.stop = stop,
	.run_timers = run_timers,
	.ms_to_next = ms_to_next,
	.pass = pass,
	.introduce = introduce,
	.set_gateway = set_gateway,
};
