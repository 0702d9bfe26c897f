/* SPDX-License-Identifier: BSD-3-Clause */
/* Link types by their LINKTYPE_ value in a capture file: where the walk begins, and names. */
#pragma once

#include "decode/walk.h"

/* The first layer of a packet of that type; END, and counted, when it is not read. */
Layer link_type_enter(Walk *walk, uint32_t link_type);
/* Counts the packet under its link type. */
Layer link_type_not_read(Walk *walk, uint32_t link_type);
/* "ETHERNET", "USB_LINUX"; NULL when the table has no such number. */
const char *link_type_name(uint32_t link_type);
