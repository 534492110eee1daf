/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/guest/veth.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	char attributes[256];
};

/* Opens a nested attribute. end() closes it and sets its length. */
static struct rtattr *begin(struct request *request, unsigned short type)
{
	struct rtattr *attribute =
		(struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_LENGTH(0);
	return attribute;
}

static void end(struct request *request, struct rtattr *attribute)
{
	char *tail = (char *)request + request->header.nlmsg_len;

	attribute->rta_len = (unsigned short)(tail - (char *)attribute);
}

static void put(struct request *request, unsigned short type, const void *data, size_t size)
{
	struct rtattr *attribute = begin(request, type);

	memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len += (unsigned)size;
	end(request, attribute);
}

static void fill(struct request *request)
{
	static const char first[] = "lab0", second[] = "lab1", kind[] = "veth";
	static const struct ifinfomsg peer_link;

	put(request, IFLA_IFNAME, first, sizeof(first));
	struct rtattr *info = begin(request, IFLA_LINKINFO);
	put(request, IFLA_INFO_KIND, kind, sizeof(kind));
	struct rtattr *data = begin(request, IFLA_INFO_DATA);
	struct rtattr *peer = begin(request, VETH_INFO_PEER);
	memcpy(RTA_DATA(peer), &peer_link, sizeof(peer_link));
	request->header.nlmsg_len += sizeof(peer_link);
	put(request, IFLA_IFNAME, second, sizeof(second));
	end(request, peer);
	end(request, data);
	end(request, info);
}

/* Does the kernel answer with an error of 0? */
static bool ask(int fd, const struct request *request)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer = {0};

	return send(fd, request, request->header.nlmsg_len, 0) >= 0 &&
		recv(fd, &answer, sizeof(answer), 0) >=
		(ssize_t)(sizeof(answer.header) + sizeof(int)) &&
		answer.header.nlmsg_type == NLMSG_ERROR && !answer.error.error;
}

static bool bring_up(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	bool up = fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return up;
}

bool veth_create(void)
{
	struct request request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	fill(&request);
	bool made = fd >= 0 && ask(fd, &request);
	close(fd);
	return made && bring_up("lab0") && bring_up("lab1");
}
