/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes per second and round trips, of lwIP by its drivers for bulk, of the kernel over a veth pair, of lwIP's own
 * port for Unix: one of them, once; tests/bench/bulk.py lets them take turns.
 *
 *     bulk CONTENDER DIRECTION [OPTION]...
 *
 * CONTENDER is tap, packet, veth, unixport or bare (a TAP device without a TCP); DIRECTION is receive, transmit or echo, as the contender sees it. One
 * line of JSON tells the result.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bulk.h"
#include "lab/link.h"
#include "lab/namespace.h"

#define WARM_UP  0.2  /* seconds */
#define PATIENCE 20.0 /* at most, until all flows are there, or a first byte */
#define STALLED  60.0 /* at most, until streams of some length have come to their end */

static struct why why;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* -- The network */

static void must(int err)
{
	if (err < 0)
		bulk_fail("%s", why.text);
}

static struct endpoint address_of(uint8_t family, uint8_t host)
{
	return family == 6 ? (struct endpoint){ 6, { 0xfd, 9, [15] = host }, 0 }
			   : (struct endpoint){ 4, { 10, 9, 0, host }, 0 };
}

static void configure(const struct bulk *bulk, const char *name, uint8_t host)
{
	const struct endpoint v4 = address_of(4, host), v6 = address_of(6, host);

	must(link_set_mtu(name, bulk->plan.mtu, &why));
	must(link_add_address(name, &v4, 24, &why));
	must(link_add_address(name, &v6, 64, &why));
	must(link_up(name, &why));
}

static void await_addresses(uint8_t host)
{
	const struct endpoint v4 = address_of(4, host), v6 = address_of(6, host);

	must(link_await_address(&v4, &why));
	must(link_await_address(&v6, &why));
}

void bulk_plug_in(const struct bulk *bulk)
{
	configure(bulk, bulk->device, 1);
	await_addresses(1);
}

static bool is(const struct bulk *bulk, const char *contender)
{
	return strcmp(bulk->plan.contender, contender) == 0;
}

/* One end of a pair. The kernel leaves everything to it, or does it itself. */
static void prepare_end(const struct bulk *bulk, const char *name)
{
	if (bulk->plan.offload)
		return;
	must(link_cut_segments(name, &why));
	/* lwIP computes them then; the kernel does not over a veth pair, ever. */
	if (is(bulk, "packet"))
		must(link_compute_checksums(name, &why));
}

static int prepare_far_end(void *context, struct why *reason)
{
	const struct bulk *bulk = context;

	(void)reason;
	prepare_end(bulk, "bulk1");
	if (is(bulk, "packet")) {
		/* The kernel neither speaks nor answers there. */
		must(namespace_sysctl("net/ipv6/conf/bulk1/disable_ipv6", "1", &why));
		must(link_set_mtu("bulk1", bulk->plan.mtu, &why));
		must(link_up_mute("bulk1", &why));
	} else {
		configure(bulk, "bulk1", 2);
	}
	return 0;
}

static int await_far_end(void *context, struct why *reason)
{
	(void)context;
	(void)reason;
	await_addresses(2);
	return 0;
}

/* Two interfaces, each in its namespace. Returns a descriptor of the first end's. */
static int make_pair(struct bulk *bulk)
{
	int beside = namespace_beside(&why);

	must(beside);
	must(link_add_veth("bulk0", "bulk1", beside, &why));
	prepare_end(bulk, "bulk0");
	configure(bulk, "bulk0", 1);
	must(namespace_in(beside, prepare_far_end, bulk, &why));
	if (!is(bulk, "packet"))
		must(namespace_in(beside, await_far_end, bulk, &why));
	await_addresses(1);
	return beside;
}

static int run_beside(void *context, struct why *reason)
{
	(void)reason;
	if (is(context, "veth"))
		bulk_run_kernel_first(context);
	bulk_run_lwip(context);
}

/* Waits until there is an interface of that name. */
static void await_interface(const char *name)
{
	double until = now() + PATIENCE;

	while (if_nametoindex(name) == 0) {
		if (now() > until)
			bulk_fail("lwIP's own port has made no interface %s", name);
		usleep(1000);
	}
}

/* Has unix_port, beside this program, in a process of its own; and tells it when the kernel's end is up. */
static void run_unix_port(struct bulk *bulk)
{
	const char *what = bulk->plan.direction == BULK_TRANSMIT ? "send" : "serve";
	char line[16];
	int to[2], from[2];

	if (bulk->plan.direction == BULK_ECHO || bulk->plan.flows != 1 || bulk->plan.bytes > 0)
		bulk_fail("lwiperf knows one flow, without an end");
	if (pipe(to) < 0 || pipe(from) < 0)
		bulk_fail("cannot make a pipe: %s", strerror(errno));
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		setenv("PRECONFIGURED_TAPIF", bulk->device, 1);
		execl(bulk->plan.unix_port, "unix_port", what, NULL);
		bulk_fail("cannot start %s: %s; run make %s", bulk->plan.unix_port, strerror(errno),
			  bulk->plan.unix_port);
	}
	await_interface(bulk->device);
	bulk_plug_in(bulk);
	/* The kernel is there to be connected to. */
	while (bulk->plan.direction == BULK_TRANSMIT && !bulk->count->ready)
		usleep(1000);
	if (write(to[1], "go\n", 3) != 3 || read(from[0], line, sizeof(line)) <= 0)
		bulk_fail("lwIP's own port does not start");
	bulk->count->ready = true;
	for (;;)
		pause();
}

static void run_first(struct bulk *bulk, int beside)
{
	if (is(bulk, "unixport"))
		run_unix_port(bulk);
	if (is(bulk, "bare"))
		bulk_run_bare(bulk);
	if (beside >= 0)
		must(namespace_in(beside, run_beside, bulk, &why));
	bulk_run_lwip(bulk);
}

/* -- The processes */

static pid_t owner, ends[2];

/* With two processors or more, each end has its own. */
static void settle(int end)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned int)end, &set);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		sched_setaffinity(0, sizeof(set), &set);
}

static void start(struct bulk *bulk, int end, int beside)
{
	pid_t pid = fork();

	if (pid < 0)
		bulk_fail("cannot start a process: %s", strerror(errno));
	if (pid > 0) {
		ends[end] = pid;
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* lwIP's own port has several threads: they may have all processors. */
	if (!is(bulk, "unixport"))
		settle(end);
	if (end == 0)
		run_first(bulk, beside);
	if (is(bulk, "bare"))
		pause();
	bulk_run_kernel_second(bulk);
	exit(1);
}

/* With the processes that they have started: those are the bench's when their own parents are gone. */
static void stop_ends(void)
{
	if (getpid() != owner)
		return;
	for (int end = 0; end < 2; end++)
		if (ends[end] > 0)
			kill(ends[end], SIGKILL);
	while (wait(NULL) > 0)
		;
}

static void check_ends(void)
{
	int status;

	if (waitpid(-1, &status, WNOHANG) > 0)
		exit(1); /* it has said why */
}

static void rest(void)
{
	const struct timespec while_ = { .tv_nsec = 1000000 };

	nanosleep(&while_, NULL);
	check_ends();
}

static void pass(double seconds)
{
	double until = now() + seconds;

	while (now() < until)
		rest();
}

/* -- Measuring */

static void await_flows(const struct bulk *bulk)
{
	double until = now() + PATIENCE;
	unsigned int wanted = bulk->plan.flows;

	while (bulk->count->flows < wanted) {
		if (now() > until)
			bulk_fail("only %u of %u flows are connected", bulk->count->flows, wanted);
		rest();
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_plan(const struct bulk_plan *plan)
{
	static const char *const directions[] = { "receive", "transmit", "echo" };

	printf("{\"contender\": \"%s\", \"direction\": \"%s\", \"flows\": %u, \"offload\": %s, "
	       "\"copy\": %s, \"busy\": %s, \"kernel_busy\": %s, \"spread\": %s, \"family\": %u, ",
	       plan->contender, directions[plan->direction], plan->flows,
	       plan->offload ? "true" : "false", plan->copy ? "true" : "false",
	       plan->busy ? "true" : "false", plan->kernel_busy ? "true" : "false",
	       plan->spread ? "true" : "false", plan->family);
}

/* On a busy machine two ends that do not sleep are kept from each other for longer than a short measurement takes. */
static void await_byte(const struct bulk *bulk, uint64_t before)
{
	double until = now() + PATIENCE;

	while (bulk->count->bytes[0] == before) {
		if (now() > until)
			bulk_fail("no byte came back in %g s", bulk->plan.seconds + PATIENCE);
		rest();
	}
}

/* The rate of all flows, and how the slowest fares beside the median of them. */
static void measure(const struct bulk *bulk)
{
	uint64_t before[BULK_FLOWS];
	double rates[BULK_FLOWS], sum = 0, from;

	pass(WARM_UP);
	from = now();
	memcpy(before, (const void *)bulk->count->bytes, sizeof(before));
	pass(bulk->plan.seconds);
	if (bulk->plan.direction == BULK_ECHO)
		await_byte(bulk, before[0]);
	from = now() - from;
	for (unsigned int i = 0; i < bulk->plan.flows; i++) {
		rates[i] = (double)(bulk->count->bytes[i] - before[i]) / from;
		sum += rates[i];
	}
	print_plan(&bulk->plan);
	if (bulk->plan.direction == BULK_ECHO) {
		printf("\"round_trip_us\": %.3f}\n", 1e6 / sum);
		return;
	}
	qsort(rates, bulk->plan.flows, sizeof(rates[0]), by_size);
	printf("\"gbit_per_s\": %.4f, \"slowest_flow\": %.4f, \"median_flow\": %.4f, "
	       "\"fastest_flow\": %.4f}\n",
	       sum * 8e-9, rates[0] * 8e-9, rates[bulk->plan.flows / 2] * 8e-9,
	       rates[bulk->plan.flows - 1] * 8e-9);
}

/* Whether each byte came. */
static int verify(const struct bulk *bulk)
{
	double from = now();
	uint64_t bytes = 0;

	while (bulk->count->ended < bulk->plan.flows && now() < from + STALLED)
		rest();
	for (unsigned int i = 0; i < bulk->plan.flows; i++)
		bytes += bulk->count->bytes[i];
	print_plan(&bulk->plan);
	printf("\"bytes\": %llu, \"ended\": %u, \"wrong\": %u, \"dropped\": %llu, \"sent\": "
	       "%llu, \"seconds\": %.3f}\n",
	       (unsigned long long)bytes, bulk->count->ended, bulk->count->wrong,
	       (unsigned long long)bulk->count->dropped, (unsigned long long)bulk->count->sent,
	       now() - from);
	return bulk->count->ended == bulk->plan.flows && bulk->count->wrong == 0 ? 0 : 1;
}

/* -- What is asked for */

static const char usage[] =
	"usage: bulk tap|packet|veth|unixport|bare receive|transmit|echo [OPTION]...\n"
	"  --flows N        so many connections (1)\n"
	"  --seconds S      of measuring (1)\n"
	"  --offload on|off checksums and cutting are left to the other side (on)\n"
	"  --copy           lwIP copies what it sends\n"
	"  --discard        the kernel's end discards what comes, uncopied (MSG_TRUNC)\n"
	"  --one-by-one     a system call for each frame, on a TAP device\n"
	"  --busy           lwIP does not sleep; --kernel-busy: neither does the other end, of an "
	"echo\n"
	"  --bytes N        each flow ends after so many, and each byte is compared\n"
	"  --drop N         lwIP's driver loses each so many-th frame\n"
	"  --spread         the kernel's part is the second processor's (RPS), wherever a frame "
	"was sent\n"
	"  --mtu N          of the link (1500)\n"
	"  -6               over IPv6\n";

static void refuse(void)
{
	fputs(usage, stderr);
	exit(2);
}

static void take_option(struct bulk_plan *plan, int option)
{
	switch (option) {
	case 'f': plan->flows = (unsigned int)atoi(optarg); break;
	case 's': plan->seconds = atof(optarg); break;
	case 'o':
		plan->offload = strcmp(optarg, "off") != 0;
		if (plan->offload && strcmp(optarg, "on") != 0)
			refuse();
		break;
	case 'c': plan->copy = true; break;
	case 'x': plan->discard = true; break;
	case '1': plan->one_by_one = true; break;
	case 'b': plan->busy = true; break;
	case 'k': plan->kernel_busy = true; break;
	case 'n': plan->bytes = strtoull(optarg, NULL, 10); break;
	case 'd': plan->drop = (unsigned int)atoi(optarg); break;
	case 'r': plan->spread = true; break;
	case 'm': plan->mtu = (unsigned int)atoi(optarg); break;
	case '6': plan->family = 6; break;
	default: refuse();
	}
}

static void take_words(struct bulk_plan *plan, char **words)
{
	if (words[0] == NULL || words[1] == NULL || words[2] != NULL)
		refuse();
	plan->contender = words[0];
	if (strcmp(words[0], "tap") != 0 && strcmp(words[0], "packet") != 0 &&
	    strcmp(words[0], "veth") != 0 && strcmp(words[0], "unixport") != 0 &&
	    strcmp(words[0], "bare") != 0)
		refuse();
	if (strcmp(words[1], "receive") == 0)
		plan->direction = BULK_RECEIVE;
	else if (strcmp(words[1], "transmit") == 0)
		plan->direction = BULK_TRANSMIT;
	else if (strcmp(words[1], "echo") == 0)
		plan->direction = BULK_ECHO;
	else
		refuse();
}

static struct bulk_plan take_arguments(int argc, char **argv)
{
	static const struct option options[] = { { "flows", 1, NULL, 'f' },
						 { "seconds", 1, NULL, 's' },
						 { "offload", 1, NULL, 'o' },
						 { "copy", 0, NULL, 'c' },
						 { "discard", 0, NULL, 'x' },
						 { "one-by-one", 0, NULL, '1' },
						 { "busy", 0, NULL, 'b' },
						 { "kernel-busy", 0, NULL, 'k' },
						 { "bytes", 1, NULL, 'n' },
						 { "drop", 1, NULL, 'd' },
						 { "spread", 0, NULL, 'r' },
						 { "mtu", 1, NULL, 'm' },
						 { 0 } };
	struct bulk_plan plan = {
		.flows = 1, .seconds = 1, .offload = true, .family = 4, .mtu = 1500
	};
	int option;

	while ((option = getopt_long(argc, argv, "6", options, NULL)) != -1)
		take_option(&plan, option);
	take_words(&plan, argv + optind);
	if (plan.discard && plan.bytes > 0)
		refuse();
	if (plan.flows < 1 || plan.flows > BULK_FLOWS || plan.seconds <= 0)
		refuse();
	return plan;
}

int main(int argc, char **argv)
{
	struct bulk bulk = { .plan = take_arguments(argc, argv) };
	char unix_port[PATH_MAX];
	bool paired = is(&bulk, "veth") || is(&bulk, "packet");
	int beside = -1;

	snprintf(bulk.device, sizeof(bulk.device), paired ? "bulk1" : "bulk0");
	snprintf(unix_port, sizeof(unix_port), "%s/unix_port", dirname(argv[0]));
	bulk.plan.unix_port = unix_port;
	bulk.count = mmap(NULL, sizeof(*bulk.count), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bulk.count == MAP_FAILED)
		bulk_fail("no memory: %s", strerror(errno));
	must(namespace_enter(&why));
	if (bulk.plan.spread)
		must(namespace_sysctl("net/core/rps_default_mask", "2", &why));
	if (paired)
		beside = make_pair(&bulk);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	owner = getpid();
	atexit(stop_ends);
	start(&bulk, 0, beside);
	start(&bulk, 1, beside);
	await_flows(&bulk);
	if (bulk.plan.bytes > 0)
		return verify(&bulk);
	measure(&bulk);
	return 0;
}
