/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a reset meant, once its connection is over: who sent it, whether it was believed, and what
 * it cost. RFC 9293 §3.5.1 to §3.5.3, RFC 5961 §3, RFC 1337; Weaver, Sommer and Paxson 2009.
 */
#pragma once

#include "detect/dossier.h"
#include "detect/finding.h"

void reset_judge(DetectContext *context, TcpConnection *conn, const Dossier *dossier);
