/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What cannot be in a connection that both ends hold: a SYN, an acknowledgment of what was never
 * sent; and the challenge ACKs that answer such (RFC 5961). Told once the connection is over.
 */
#pragma once

#include "detect/dossier.h"
#include "detect/finding.h"

void impossible_judge(DetectContext *context, TcpConnection *conn, const Dossier *dossier);
