/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who no longer answers, or does not take what it is sent, as a connection's watch shows once it is
 * over: RFC 9293 §3.8.3, §3.8.4, §3.8.6.
 */
#pragma once

#include "detect/finding.h"

/* The connection has a watch. */
void silence_judge(DetectContext *context, TcpConnection *conn);
