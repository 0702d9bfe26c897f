/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A relay between an analysis and a sink: a thread that hands records on to the sink, in their
 * order, so that what is written is put into words while the next packets are analysed.
 */
#pragma once

#include <shakedown/sink.h>

G_BEGIN_DECLS

typedef struct _ShakedownRelay ShakedownRelay;

/* Until the end the sink, and what it writes to, is the thread's. NULL where none can be had. */
SHAKEDOWN_EXPORT ShakedownRelay *shakedown_relay_new(ShakedownSink *sink);
/* Also ends it, if need be. */
SHAKEDOWN_EXPORT void shakedown_relay_free(ShakedownRelay *relay);

/* As those of the sink. The records are copied; where the sink is slower, both wait for it. */
SHAKEDOWN_EXPORT void shakedown_relay_connection(ShakedownRelay *relay,
						 const ShakedownConnection *connection);
SHAKEDOWN_EXPORT void shakedown_relay_anomaly(ShakedownRelay *relay,
					      const ShakedownAnomaly *anomaly);
/* As shakedown_sink_broken(), a little later. */
SHAKEDOWN_EXPORT bool shakedown_relay_broken(ShakedownRelay *relay);
/* The sink has everything, and is the caller's again. */
SHAKEDOWN_EXPORT void shakedown_relay_end(ShakedownRelay *relay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownRelay, shakedown_relay_free)

G_END_DECLS
