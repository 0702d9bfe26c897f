/* SPDX-License-Identifier: BSD-3-Clause */
/* The families put side by side, and looked up. */
#include "detect/catalogue.h"

#include <glib.h>
#include <string.h>

#define NAME_OF(names, value) ((size_t)(value) < G_N_ELEMENTS(names) ? names[value] : "?")

static const CatalogueKind *kind_of(ShakedownAnomalyKind kind)
{
	static const struct {
		ShakedownAnomalyKind first;
		const CatalogueKind *kinds;
	} families[] = {
		{CATALOGUE_CAPTURE_FIRST, catalogue_capture},
		{CATALOGUE_FLOOD_FIRST, catalogue_flood},
		{CATALOGUE_TIME_WAIT_FIRST, catalogue_time_wait},
		{CATALOGUE_CLOSING_FIRST, catalogue_closing},
		{CATALOGUE_TEARDOWN_FIRST, catalogue_teardown},
		{CATALOGUE_HANDSHAKE_FIRST, catalogue_handshake},
	};
	size_t family = 0;

	if ((size_t)kind >= SHAKEDOWN_ANOMALY_KINDS)
		kind = SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED;
	while (kind < families[family].first)
		family++;
	return &families[family].kinds[kind - families[family].first];
}

const ShakedownAnomalyInfo *shakedown_anomaly_info(ShakedownAnomalyKind kind)
{
	return &kind_of(kind)->info;
}

bool shakedown_anomaly_kind_from_name(const char *name, ShakedownAnomalyKind *kind)
{
	for (int i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++)
		if (strcmp(name, shakedown_anomaly_info((ShakedownAnomalyKind)i)->name) == 0) {
			*kind = (ShakedownAnomalyKind)i;
			return true;
		}
	return false;
}

static const char *const severities[SHAKEDOWN_SEVERITIES] = {"info", "notice", "warning",
							     "critical"};

const char *shakedown_severity_name(ShakedownSeverity severity)
{
	return NAME_OF(severities, severity);
}

bool shakedown_severity_from_name(const char *name, ShakedownSeverity *severity)
{
	for (int i = 0; i < SHAKEDOWN_SEVERITIES; i++)
		if (strcmp(name, severities[i]) == 0) {
			*severity = (ShakedownSeverity)i;
			return true;
		}
	return false;
}

const char *shakedown_scope_name(ShakedownScope scope)
{
	static const char *const scopes[] = {"connection", "service", "host", "subnet", "capture"};
	return NAME_OF(scopes, scope);
}
