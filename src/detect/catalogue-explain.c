/* SPDX-License-Identifier: BSD-3-Clause */
/* The catalogue as one list of explanations, in groups: what `shakedown explain` reads. */
#include "base/nearest.h"
#include "detect/catalogue.h"

#include <shakedown/connection.h>
#include <shakedown/explain.h>

#include <string.h>

/* A group is made of terms, or of kinds. */
typedef struct {
	const char *name;
	const CatalogueTerm *terms;
	const CatalogueKind *kinds;
	size_t len;
} Group;

/* clang-format off */
static const Group groups[] = {
	{"state", catalogue_states, NULL, SHAKEDOWN_TCP_STATES},
	{"evidence of a state", catalogue_evidences, NULL, CATALOGUE_EVIDENCES},
	{"basis of roles", catalogue_roles, NULL, CATALOGUE_ROLES},
	{"handshake kind", catalogue_handshake_kinds, NULL, SHAKEDOWN_HANDSHAKE_KINDS},
	{"handshake outcome", catalogue_handshake_outcomes, NULL, SHAKEDOWN_HANDSHAKE_OUTCOMES},
	{"teardown kind", catalogue_teardown_kinds, NULL, SHAKEDOWN_TEARDOWN_KINDS},
	{"teardown outcome", catalogue_teardown_outcomes, NULL, SHAKEDOWN_TEARDOWN_OUTCOMES},
	{"segment class", catalogue_segments, NULL, CATALOGUE_SEGMENTS},
	{"handshake anomaly", NULL, catalogue_handshake, CATALOGUE_HANDSHAKE_KINDS},
	{"reset anomaly", NULL, catalogue_teardown, CATALOGUE_TEARDOWN_KINDS},
	{"teardown anomaly", NULL, catalogue_closing, CATALOGUE_CLOSING_KINDS},
	{"TIME-WAIT anomaly", NULL, catalogue_time_wait, CATALOGUE_TIME_WAIT_KINDS},
	{"flood or scan", NULL, catalogue_flood, CATALOGUE_FLOOD_KINDS},
	{"capture anomaly", NULL, catalogue_capture, CATALOGUE_CAPTURE_KINDS},
};

/* How ss, netstat and the kernel spell RFC 9293's states. */
static const struct {
	const char *linux_name, *rfc_name;
} spellings[] = {
	{"CLOSE", "CLOSED"}, {"UNCONN", "CLOSED"},
	{"SYN-RECV", "SYN-RECEIVED"}, {"SYN-RCVD", "SYN-RECEIVED"},
	{"ESTAB", "ESTABLISHED"},
	{"FIN-WAIT1", "FIN-WAIT-1"}, {"FIN-WAIT2", "FIN-WAIT-2"},
};
/* clang-format on */

size_t shakedown_explain_count(void)
{
	size_t n = 0;

	for (size_t g = 0; g < G_N_ELEMENTS(groups); g++)
		n += groups[g].len;
	return n;
}

static ShakedownExplanation of_kind(const char *group, const CatalogueKind *kind)
{
	return (ShakedownExplanation){
		.name = kind->info.name,
		.group = group,
		.meaning = kind->info.meaning,
		.picture = kind->picture,
		.detected = kind->info.detected,
		.innocent = kind->info.innocent,
		.action = kind->info.action,
		.sources = kind->info.rule,
		.anomaly = &kind->info,
	};
}

static ShakedownExplanation of_term(const char *group, const CatalogueTerm *term)
{
	return (ShakedownExplanation){
		.name = term->name,
		.group = group,
		.meaning = term->meaning,
		.picture = term->picture,
		.detected = term->detected,
		.innocent = term->innocent,
		.action = term->action,
		.sources = term->sources,
	};
}

ShakedownExplanation shakedown_explain_at(size_t i)
{
	for (const Group *g = groups; g < groups + G_N_ELEMENTS(groups); g++) {
		if (i < g->len)
			return g->terms ? of_term(g->name, &g->terms[i])
					: of_kind(g->name, &g->kinds[i]);
		i -= g->len;
	}
	g_return_val_if_reached((ShakedownExplanation){0});
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (g_ascii_tolower(*a == '_' ? '-' : *a) != g_ascii_tolower(*b == '_' ? '-' : *b))
			return false;
	return *a == *b;
}

size_t shakedown_explain_lookup(const char *name, size_t from)
{
	size_t n = shakedown_explain_count();

	for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++)
		if (same_name(name, spellings[i].linux_name))
			name = spellings[i].rfc_name;
	for (; from < n; from++)
		if (same_name(name, shakedown_explain_at(from).name))
			break;
	return from;
}

const char *shakedown_explain_nearest(const char *name)
{
	Nearest nearest = NEAREST_INIT(name);

	for (size_t i = 0; i < shakedown_explain_count(); i++)
		nearest_offer(&nearest, shakedown_explain_at(i).name);
	return nearest.best;
}

static const ShakedownConfigKey *key_named(const char *name, size_t len)
{
	size_t n;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);

	for (size_t i = 0; i < n; i++)
		if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0)
			return &keys[i];
	return NULL;
}

/* Where the next ${key} opens, and *text behind it; what is no key of ours is passed over. */
static const char *next_key(const char **text, const ShakedownConfigKey **key)
{
	const char *open = *text, *close;

	while ((open = strstr(open, "${")) && (close = strchr(open, '}'))) {
		*key = key_named(open + 2, (size_t)(close - open - 2));
		if (*key) {
			*text = close + 1;
			return open;
		}
		open += 2;
	}
	return NULL;
}

char *shakedown_explain_expand(const char *text, const ShakedownConfig *config)
{
	GString *out = g_string_new(NULL);
	const char *from = text, *open;
	const ShakedownConfigKey *key;
	ShakedownConfig defaults;

	if (!config) {
		shakedown_config_init(&defaults);
		config = &defaults;
	}
	while ((open = next_key(&text, &key))) {
		g_autofree char *value = shakedown_config_get(config, key);

		g_string_append_len(out, from, open - from);
		g_string_append(out, value);
		from = text;
	}
	g_string_append(out, from);
	return g_string_free(out, FALSE);
}

size_t shakedown_explain_keys(const char *text, const ShakedownConfigKey *keys[], size_t room)
{
	const ShakedownConfigKey *key;
	size_t n = 0;

	while (n < room && text && next_key(&text, &key)) {
		size_t i = 0;
		while (i < n && keys[i] != key)
			i++;
		if (i == n)
			keys[n++] = key;
	}
	return n;
}
