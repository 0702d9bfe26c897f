/* SPDX-License-Identifier: BSD-3-Clause */
/* The LINKTYPE_ values that are of interest one by one; decode/link-types.c lists all. */
#pragma once

typedef enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_TOKEN_RING = 6,
	LINK_FDDI = 10,
	LINK_BSD_RAW = 12,     /* DLT_RAW of most systems, and … */
	LINK_OPENBSD_RAW = 14, /* … of OpenBSD, as some programs write them to files */
	LINK_PPP_HDLC = 50,
	LINK_RAW = 101,
	LINK_CHDLC = 104,
	LINK_LOOP = 108,
	LINK_ENC = 109,
	LINK_LINUX_SLL = 113,
	LINK_SUNATM = 123,
	LINK_USB_LINUX = 189,
	LINK_ERF = 197,
	LINK_USB_LINUX_MMAPPED = 220,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_DBUS = 231,
	LINK_IPOIB = 242,
	LINK_USBPCAP = 249,
	LINK_LINUX_SLL2 = 276,
	LINK_EBHSCR = 279,
} LinkType;
