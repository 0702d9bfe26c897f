/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections that are part of something larger (a flood, a scan) are told of there, and not one by
 * one.
 */
#pragma once

#include "detect/finding.h"

/* It is known that the connection is part of one: its record names the larger thing. */
bool member_of_many(DetectContext *context, TcpConnection *conn);
/* It may turn out so: what is told early waits. */
bool member_suspected(DetectContext *context, const TcpConnection *conn);
