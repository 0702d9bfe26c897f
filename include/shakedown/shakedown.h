/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libshakedown: reconstructs the TCP state of each side of every connection in a packet capture.
 *
 *   capture → analysis → sink
 *
 * Open a capture, make an analysis whose observer hands records to a sink (or to you), read packets
 * from the one and feed them to the other, finish both. src/cli does just that.
 *
 * It is linked statically, so that programs are built against the headers of the library they link.
 * From release to release structs may gain members and enumerations values: fill options and
 * observers by the names of their members, where what is left out is zero, the default. No object
 * may be used by two threads at once unless its header says so; different ones may.
 */
#pragma once

#include <shakedown/ahead.h>
#include <shakedown/analysis.h>
#include <shakedown/anomaly.h>
#include <shakedown/board.h>
#include <shakedown/capture.h>
#include <shakedown/config.h>
#include <shakedown/connection.h>
#include <shakedown/explain.h>
#include <shakedown/interfaces.h>
#include <shakedown/metrics.h>
#include <shakedown/packet.h>
#include <shakedown/relay.h>
#include <shakedown/sink.h>
#include <shakedown/stream.h>
#include <shakedown/types.h>
#include <shakedown/version.h>
