/* SPDX-License-Identifier: BSD-3-Clause */
/* The network's interfaces as libpcap finds them; USB, Bluetooth and the like hold no TCP. */
#include "capture/live-interface.h"

#include <shakedown/interfaces.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

static void add_address(GPtrArray *list, const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN];
	const void *bytes = NULL;

	if (address && address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	else if (address && address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (bytes && inet_ntop(address->sa_family, bytes, text, sizeof text))
		g_ptr_array_add(list, g_strdup(text));
}

static bool may_capture(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != EPERM && errno != EACCES);
}

static char *problem_of(const pcap_if_t *found, bool permitted)
{
	bool any = strcmp(found->name, "any") == 0;

	if (!permitted)
		return live_permission_advice();
	if (!any && !(found->flags & PCAP_IF_UP))
		return g_strdup_printf("it is down; 'ip link set %s up' brings it up", found->name);
	return NULL;
}

bool shakedown_interfaces_list(void (*call)(const ShakedownInterface *interface, void *data),
			       void *data, GError **error)
{
	char errbuf[PCAP_ERRBUF_SIZE] = "";
	bool permitted = may_capture();
	pcap_if_t *all = NULL;

	if (pcap_findalldevs(&all, errbuf) != 0) {
		g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN,
			    "the interfaces cannot be listed: %s", errbuf);
		return false;
	}
	for (const pcap_if_t *found = all; found; found = found->next) {
		g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *problem = NULL;
		bool any = strcmp(found->name, "any") == 0;

		if (!any && if_nametoindex(found->name) == 0)
			continue;
		for (const pcap_addr_t *a = found->addresses; a; a = a->next)
			add_address(addresses, a->addr);
		g_ptr_array_add(addresses, NULL);
		problem = problem_of(found, permitted);
		call(&(ShakedownInterface){.name = found->name,
					   .addresses = (const char *const *)addresses->pdata,
					   .up = any || (found->flags & PCAP_IF_UP),
					   .running = any || (found->flags & PCAP_IF_RUNNING),
					   .loopback = found->flags & PCAP_IF_LOOPBACK,
					   .wireless = found->flags & PCAP_IF_WIRELESS,
					   .problem = problem},
		     data);
	}
	pcap_freealldevs(all);
	return true;
}
