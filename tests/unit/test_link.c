/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lab/link.h"
#include "lab/namespace.h"

/* -- The host: a process that was there before, and stays in the host's namespaces */

#define SYSCTL "net/ipv4/tcp_syncookies"

static int to_host, from_host;

static void read_line(const char *path, char line[64])
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	if (file != NULL) {
		if (fgets(line, 64, file) == NULL)
			line[0] = '\0';
		line[strcspn(line, "\n")] = '\0';
		fclose(file);
	}
}

/* Answers each question with its value of SYSCTL, and ends when nobody can ask any more. */
_Noreturn static void be_host(int questions, int answers)
{
	char question, line[64];

	while (read(questions, &question, 1) == 1) {
		read_line("/proc/sys/" SYSCTL, line);
		if (write(answers, line, sizeof(line)) != sizeof(line))
			break;
	}
	_exit(0);
}

static void start_host(void)
{
	int questions[2], answers[2];

	if (pipe2(questions, O_CLOEXEC) < 0 || pipe2(answers, O_CLOEXEC) < 0)
		exit(2);
	fflush(NULL);
	if (fork() == 0) {
		close(questions[1]);
		be_host(questions[0], answers[1]);
	}
	close(questions[0]);
	close(answers[1]);
	to_host = questions[1];
	from_host = answers[0];
}

static void host_value(char line[64])
{
	assert_int_equal(write(to_host, "?", 1), 1);
	assert_int_equal(read(from_host, line, 64), 64);
}

/* -- The namespace */

static short interface_flags(const char *name)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &ifr), 0);
	close(fd);
	return ifr.ifr_flags;
}

static void set_down(const char *name)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

TEST(in_the_namespace_there_is_loopback_and_it_is_up)
{
	assert_int_equal(if_nametoindex("lo"), 1);
	assert_true(interface_flags("lo") & IFF_UP);
}

/* No other interface is up: not even if a kernel module makes some of its own everywhere. */
static bool private_before; /* namespace_enter() */

static int leave_for_another(void *context)
{
	(void)context;
	return unshare(CLONE_NEWNET) < 0 ? 2 : namespace_is_private();
}

TEST(a_namespace_is_private_if_it_was_entered_and_not_left)
{
	assert_false(private_before);
	assert_true(namespace_is_private());
	assert_int_equal(in_child(leave_for_another, NULL), 0);
	assert_true(namespace_is_private());
}

TEST(in_the_namespace_nothing_else_is_up)
{
	struct if_nameindex *all = if_nameindex();

	assert_non_null(all);
	for (struct if_nameindex *i = all; i->if_index != 0; i++)
		if (strcmp(i->if_name, "lo") != 0)
			assert_false(interface_flags(i->if_name) & IFF_UP);
	if_freenameindex(all);
}

static int shared_mounts(void)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	int shared = 0;

	if (mounts == NULL)
		return -1;
	while (fgets(line, sizeof(line), mounts) != NULL)
		shared += strstr(line, " shared:") != NULL || strstr(line, " master:") != NULL;
	fclose(mounts);
	return shared;
}

/* Mounts as systemd makes them: what is mounted in one namespace comes up in others. */
static int enter_from_shared_mounts(void *context)
{
	struct why why;

	(void)context;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return 2;
	if (shared_mounts() <= 0)
		return 3;
	return namespace_enter(&why) != 0 || shared_mounts() != 0;
}

TEST(mounts_stay_in_the_namespace)
{
	assert_int_equal(shared_mounts(), 0);
	assert_int_equal(in_child(enter_from_shared_mounts, NULL), 0);
}

TEST(a_kernel_parameter_is_set_here_and_not_on_the_host)
{
	char before[64], here[64], after[64];
	const char *other;
	struct why why;

	host_value(before);
	assert_int_not_equal(before[0], '\0');
	other = strcmp(before, "0") == 0 ? "1" : "0";
	assert_int_equal(namespace_sysctl(SYSCTL, other, &why), 0);
	read_line("/proc/sys/" SYSCTL, here);
	assert_string_equal(here, other);
	host_value(after);
	assert_string_equal(after, before);
}

TEST(a_kernel_parameter_that_is_not_there_is_named)
{
	struct why why;

	assert_int_equal(namespace_sysctl("net/ipv4/no_such_thing", "1", &why), -ENOENT);
	assert_string_equal(why.text, "cannot set /proc/sys/net/ipv4/no_such_thing to 1: "
				      "No such file or directory");
}

TEST(a_value_that_the_kernel_refuses_is_named)
{
	struct why why;

	assert_int_equal(namespace_sysctl(SYSCTL, "many", &why), -EINVAL);
	assert_words(why.text, "cannot set /proc/sys/" SYSCTL " to many: Invalid argument");
}

/* -- A namespace that is refused: without CAP_SYS_ADMIN, and in a chroot without user namespaces */

static void make_file(const char *dir, const char *path, const char *content)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	for (char *slash = strchr(name + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(name, 0755);
		*slash = '/';
	}
	if (content != NULL) {
		FILE *file = fopen(name, "we");

		assert_non_null(file);
		fputs(content, file);
		fclose(file);
	}
}

static int enter_without_rights(void *context)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	const char *const *dir = context, *const *words = dir + 1;
	struct why why = { "" };

	if (chroot(*dir) < 0 || chdir("/") < 0 || syscall(SYS_capset, &header, none) < 0)
		return 2;
	if (namespace_enter(&why) != -EPERM)
		return 3;
	return missing_word(why.text, words) != NULL;
}

/* What a person is told whose machine has this in a file under /proc/sys. */
static void check_refusal(const char *path, const char *content, const char *remedy)
{
	char dir[] = "/tmp/test_link.XXXXXX", command[64];
	const char *words[] = {
		dir,
		"cannot make a private network namespace: Operation not permitted",
		"CAP_SYS_ADMIN",
		remedy,
		NULL,
	};
	int status;

	assert_non_null(mkdtemp(dir));
	make_file(dir, path, content);
	status = in_child(enter_without_rights, words);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(status, 0);
}

TEST(without_the_right_a_person_is_told_to_be_root)
{
	check_refusal("proc/", NULL, ": run tcplab as root (in a container");
}

TEST(what_forbids_user_namespaces_is_named)
{
	check_refusal("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n",
		      "sysctl kernel.apparmor_restrict_unprivileged_userns=0");
	check_refusal("proc/sys/kernel/unprivileged_userns_clone", "0\n",
		      "sysctl kernel.unprivileged_userns_clone=1");
	check_refusal("proc/sys/user/max_user_namespaces", "0\n",
		      "sysctl user.max_user_namespaces=1000");
}

TEST(what_allows_user_namespaces_is_not_blamed)
{
	check_refusal("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "0\n",
		      ": run tcplab as root (in a container");
	check_refusal("proc/sys/kernel/unprivileged_userns_clone", "1\n",
		      ": run tcplab as root (in a container");
	check_refusal("proc/sys/user/max_user_namespaces", "30000\n",
		      ": run tcplab as root (in a container");
}

/* -- Interfaces */

static struct endpoint address(int family, const char *text)
{
	struct endpoint endpoint = { .family = (uint8_t)family };

	assert_int_equal(inet_pton(family == 6 ? AF_INET6 : AF_INET, text, endpoint.addr), 1);
	return endpoint;
}

static bool has_address(const char *name, int family, const char *text)
{
	struct endpoint wanted = address(family, text);
	struct ifaddrs *all;
	bool found = false;

	assert_int_equal(getifaddrs(&all), 0);
	for (struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL || strcmp(i->ifa_name, name) != 0)
			continue;
		if (family == 4 && i->ifa_addr->sa_family == AF_INET)
			found |= memcmp(&((struct sockaddr_in *)i->ifa_addr)->sin_addr, wanted.addr,
					4) == 0;
		if (family == 6 && i->ifa_addr->sa_family == AF_INET6)
			found |= memcmp(&((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr,
					wanted.addr, 16) == 0;
	}
	freeifaddrs(all);
	return found;
}

TEST(an_interface_is_brought_up)
{
	struct why why;

	set_down("lo");
	assert_false(interface_flags("lo") & IFF_UP);
	assert_int_equal(link_up("lo", &why), 0);
	assert_true(interface_flags("lo") & IFF_UP);
	assert_int_equal(link_up("lo", &why), 0);
}

TEST(an_interface_is_given_an_address)
{
	struct endpoint ipv4 = address(4, "192.0.2.77");
	struct why why;

	assert_false(has_address("lo", 4, "192.0.2.77"));
	assert_int_equal(link_add_address("lo", &ipv4, 24, &why), 0);
	assert_true(has_address("lo", 4, "192.0.2.77"));
}

TEST(an_address_of_ipv6_is_usable_at_once)
{
	struct endpoint ipv6 = address(6, "2001:db8::77");
	struct sockaddr_in6 local = { .sin6_family = AF_INET6 };
	struct why why;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return; /* a kernel without IPv6 */
	assert_int_equal(link_add_address("lo", &ipv6, 64, &why), 0);
	assert_true(has_address("lo", 6, "2001:db8::77"));
	memcpy(&local.sin6_addr, ipv6.addr, 16);
	assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
	close(fd);
}

TEST(a_kernel_takes_up_its_address)
{
	struct endpoint ipv4 = address(4, "192.0.2.79"), ipv6 = address(6, "2001:db8::79");
	struct why why;

	assert_int_equal(link_up("lo", &why), 0);
	assert_int_equal(link_add_address("lo", &ipv4, 32, &why), 0);
	assert_int_equal(link_await_address(&ipv4, &why), 0);
	if (access("/proc/sys/net/ipv6/conf", F_OK) < 0)
		return; /* a kernel without IPv6 */
	assert_int_equal(link_add_address("lo", &ipv6, 128, &why), 0);
	assert_int_equal(link_await_address(&ipv6, &why), 0);
}

TEST(an_address_that_a_kernel_does_not_take_up_is_named)
{
	struct endpoint nowhere = address(4, "198.51.100.2"), elsewhere = address(4, "203.0.113.7");
	struct why why;

	assert_int_equal(link_await_address(&nowhere, &why), -ETIMEDOUT);
	assert_words(why.text, "take up its address 198.51.100.2:", "timed out");
	assert_int_equal(link_await_address(&elsewhere, &why), -ETIMEDOUT);
	assert_words(why.text, "203.0.113.7");
}

static int mtu_of(const char *name)
{
	struct ifreq ifr = { .ifr_mtu = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCGIFMTU, &ifr), 0);
	close(fd);
	return ifr.ifr_mtu;
}

TEST(an_interface_is_given_an_mtu)
{
	int before = mtu_of("lo");
	struct why why;

	assert_int_equal(link_set_mtu("lo", 1280, &why), 0);
	assert_int_equal(mtu_of("lo"), 1280);
	assert_int_equal(link_set_mtu("lo", (unsigned int)before, &why), 0);
	assert_int_equal(mtu_of("lo"), before);
	assert_int_equal(link_set_mtu("nosuch0", 1280, &why), -ENODEV);
	assert_words(why.text, "interface nosuch0", "MTU of 1280 bytes", "No such device");
}

TEST(a_kernel_is_made_impatient_with_its_neighbours)
{
	char line[64];
	struct why why;

	assert_int_equal(link_set_patience("lo", 4, 120, 2, &why), 0);
	read_line("/proc/sys/net/ipv4/neigh/lo/retrans_time_ms", line);
	assert_string_equal(line, "120");
	read_line("/proc/sys/net/ipv4/neigh/lo/mcast_solicit", line);
	assert_string_equal(line, "2");
	if (access("/proc/sys/net/ipv6/conf", F_OK) < 0)
		return; /* a kernel without IPv6 */
	assert_int_equal(link_set_patience("lo", 6, 80, 5, &why), 0);
	read_line("/proc/sys/net/ipv6/neigh/lo/retrans_time_ms", line);
	assert_string_equal(line, "80");
	read_line("/proc/sys/net/ipv6/neigh/lo/mcast_solicit", line);
	assert_string_equal(line, "5");
	read_line("/proc/sys/net/ipv4/neigh/lo/mcast_solicit", line);
	assert_string_equal(line, "2");
}

/* The line of /proc/net/route for a network, in the kernel's own byte order; empty: none. */
static void find_route(uint32_t network, char line[128])
{
	FILE *routes = fopen("/proc/net/route", "re");
	unsigned int destination;

	assert_non_null(routes);
	while (fgets(line, 128, routes) != NULL)
		if (sscanf(line, "%*s %x", &destination) == 1 && destination == network)
			break;
	if (feof(routes))
		line[0] = '\0';
	fclose(routes);
}

TEST(a_kernel_is_told_the_way_to_a_network)
{
	struct endpoint own = address(4, "192.0.2.81"), gateway = address(4, "192.0.2.82");
	struct endpoint network = address(4, "198.18.0.0"), to = address(4, "198.19.255.254");
	uint32_t as_number, gateway_number, gateway_found = 0, mask = 0;
	char line[128], name[32] = "";
	struct why why;

	memcpy(&as_number, network.addr, 4);
	memcpy(&gateway_number, gateway.addr, 4);
	assert_int_equal(link_up("lo", &why), 0);
	assert_int_equal(link_add_address("lo", &own, 29, &why), 0);
	find_route(as_number, line);
	assert_string_equal(line, "");
	assert_int_equal(link_add_route("lo", &network, 15, &gateway, &why), 0);
	find_route(as_number, line);
	assert_int_equal(
		sscanf(line, "%31s %*x %x %*x %*d %*d %*d %x", name, &gateway_found, &mask), 3);
	assert_string_equal(name, "lo");
	assert_int_equal(gateway_found, gateway_number);
	assert_int_equal(ntohl(mask), 0xfffe0000);
	assert_int_equal(link_add_route("lo", &network, 15, &gateway, &why), -EEXIST);
	assert_words(why.text, "route to 198.18.0.0/15 by 192.0.2.82", "lo", "File exists");
	assert_int_equal(link_add_route("lo", &network, 16, &to, &why), -ENETUNREACH);
	assert_int_equal(link_add_route("nosuch0", &to, 32, &gateway, &why), -ENODEV);
	assert_words(why.text, "198.19.255.254/32", "nosuch0", "No such device");
}

TEST(an_interface_that_is_not_there_is_named)
{
	struct endpoint ipv4 = address(4, "192.0.2.1");
	struct why why;

	assert_int_equal(link_up("nosuch0", &why), -ENODEV);
	assert_string_equal(why.text, "cannot bring interface nosuch0 up: No such device");
	assert_int_equal(link_add_address("nosuch0", &ipv4, 24, &why), -ENODEV);
	assert_words(why.text, "interface nosuch0", "192.0.2.1", "No such device");
	assert_int_equal(link_up("", &why), -ENODEV);
	assert_int_equal(link_up("a_name_that_is_much_too_long_for_an_interface", &why), -ENODEV);
	assert_words(why.text, "a_name_that_is_much_too_long_for_an_interface");
}

TEST(an_address_that_cannot_be_given_is_named)
{
	struct endpoint ipv4 = address(4, "192.0.2.78");
	struct why why;

	assert_int_equal(link_add_address("lo", &ipv4, 24, &why), 0);
	assert_int_equal(link_add_address("lo", &ipv4, 24, &why), -EEXIST);
	assert_words(why.text, "interface lo", "192.0.2.78", "/24", "File exists");
	assert_int_equal(link_add_address("lo", &ipv4, 33, &why), -EINVAL);
	assert_words(why.text, "/33", "Invalid argument");
}

TEST(an_address_is_named_without_a_port)
{
	struct endpoint ipv4 = address(4, "192.0.2.1"), ipv6 = address(6, "2001:db8::1");
	struct why why;

	link_add_address("nosuch0", &ipv4, 24, &why);
	assert_words(why.text, " 192.0.2.1/24:");
	link_add_address("nosuch0", &ipv6, 64, &why);
	assert_words(why.text, " 2001:db8::1/64:");
}

/* -- A cable, and a namespace for its far end */

/* What namespace_in() does there. */
static int look_for_far_end(void *context, struct why *why)
{
	bool *found = context;

	*found = if_nametoindex("far0") != 0 && if_nametoindex("near0") == 0 &&
		 !namespace_is_private();
	return *found ? link_up_mute("far0", why) : -ENOENT;
}

static int fail_there(void *context, struct why *why)
{
	(void)context;
	return why_set(why, EXDEV, "no");
}

TEST(a_cable_has_its_far_end_in_the_other_namespace)
{
	struct why why;
	bool found = false;
	int ns = namespace_beside(&why);

	assert_true(ns >= 0);
	assert_true(namespace_is_private());
	assert_int_equal(fcntl(ns, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(link_add_veth("near0", "far0", ns, &why), 0);
	assert_int_equal(if_nametoindex("far0"), 0);
	assert_int_equal(namespace_in(ns, look_for_far_end, &found, &why), 0);
	assert_true(found);
	assert_true(namespace_is_private());
	assert_int_equal(link_up("near0", &why), 0);
	assert_int_equal(link_await_carrier("near0", &why), 0);
	assert_true(interface_flags("near0") & IFF_RUNNING);
	assert_false(interface_flags("near0") & IFF_NOARP);
	assert_int_equal(namespace_in(ns, fail_there, NULL, &why), -EXDEV);
	assert_string_equal(why.text, "no");
	assert_true(namespace_is_private());
	assert_int_equal(link_add_veth("near0", "far1", ns, &why), -EEXIST);
	assert_words(why.text, "near0 and far1", "File exists");
	close(ns);
}

static uint32_t feature_of(const char *name, uint32_t get)
{
	struct ethtool_value value = { .cmd = get };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCETHTOOL, &ifr), 0);
	close(fd);
	return value.data;
}

TEST(a_kernel_cuts_its_segments_itself)
{
	struct why why;
	int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_int_equal(link_add_veth("cut0", "cut1", ns, &why), 0);
	close(ns);
	assert_true(feature_of("cut0", ETHTOOL_GTSO) && feature_of("cut0", ETHTOOL_GGSO));
	assert_int_equal(link_cut_segments("cut0", &why), 0);
	assert_false(feature_of("cut0", ETHTOOL_GTSO) || feature_of("cut0", ETHTOOL_GGSO));
	assert_int_equal(link_cut_segments("nosuch0", &why), -ENODEV);
	assert_words(why.text, "cannot make the kernel cut the segments of interface nosuch0");
}

TEST(a_kernel_computes_its_checksums_itself)
{
	struct why why;
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_int_equal(link_add_veth("sum0", "sum1", here, &why), 0);
	close(here);
	assert_true(feature_of("sum0", ETHTOOL_GTXCSUM));
	assert_int_equal(link_compute_checksums("sum0", &why), 0);
	assert_false(feature_of("sum0", ETHTOOL_GTXCSUM));
	assert_int_equal(link_compute_checksums("nosuch0", &why), -ENODEV);
	assert_words(why.text, "nosuch0", "No such device");
}

TEST(a_carrier_that_does_not_come_is_named)
{
	struct why why;

	assert_int_equal(link_await_carrier("sum0", &why), -ETIMEDOUT);
	assert_words(why.text, "sum0", "no carrier");
}

/* -- Reasons */

TEST(a_reason_is_formatted_and_gives_the_error)
{
	struct why why;

	assert_int_equal(why_set(&why, ENOENT, "cannot %s %d", "count", 3), -ENOENT);
	assert_string_equal(why.text, "cannot count 3");
	assert_int_equal(why_set(&why, EIO, "%1000s", "x"), -EIO);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_namespace_there_is_loopback_and_it_is_up),
		cmocka_unit_test(a_namespace_is_private_if_it_was_entered_and_not_left),
		cmocka_unit_test(in_the_namespace_nothing_else_is_up),
		cmocka_unit_test(mounts_stay_in_the_namespace),
		cmocka_unit_test(a_kernel_parameter_is_set_here_and_not_on_the_host),
		cmocka_unit_test(a_kernel_parameter_that_is_not_there_is_named),
		cmocka_unit_test(a_value_that_the_kernel_refuses_is_named),
		cmocka_unit_test(without_the_right_a_person_is_told_to_be_root),
		cmocka_unit_test(what_forbids_user_namespaces_is_named),
		cmocka_unit_test(what_allows_user_namespaces_is_not_blamed),
		cmocka_unit_test(an_interface_is_brought_up),
		cmocka_unit_test(an_interface_is_given_an_address),
		cmocka_unit_test(an_address_of_ipv6_is_usable_at_once),
		cmocka_unit_test(a_kernel_takes_up_its_address),
		cmocka_unit_test(an_address_that_a_kernel_does_not_take_up_is_named),
		cmocka_unit_test(an_interface_is_given_an_mtu),
		cmocka_unit_test(a_kernel_is_made_impatient_with_its_neighbours),
		cmocka_unit_test(a_kernel_is_told_the_way_to_a_network),
		cmocka_unit_test(an_interface_that_is_not_there_is_named),
		cmocka_unit_test(an_address_that_cannot_be_given_is_named),
		cmocka_unit_test(an_address_is_named_without_a_port),
		cmocka_unit_test(a_cable_has_its_far_end_in_the_other_namespace),
		cmocka_unit_test(a_kernel_cuts_its_segments_itself),
		cmocka_unit_test(a_kernel_computes_its_checksums_itself),
		cmocka_unit_test(a_carrier_that_does_not_come_is_named),
		cmocka_unit_test(a_reason_is_formatted_and_gives_the_error),
	};
	struct why why;

	start_host();
	private_before = namespace_is_private();
	if (namespace_enter(&why) < 0)
		return skip_all(why.text);
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
