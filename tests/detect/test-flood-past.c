/* SPDX-License-Identifier: BSD-3-Clause */
/* Which times a flood covers: the one under way, and those before. */
#include "detect/flood.h"
#include "detect/service.h"

#include "scene.h"

#define FROM SECONDS(1000)
#define UNTIL SECONDS(1100)

static const struct {
	ShakedownTime time;
	bool under_way, past;
} moments[] = {
	{0, false, false}, /* where nothing is remembered */
	{FROM - 1, false, false},
	{FROM, true, true},
	{UNTIL, true, true},
	{UNTIL + SECONDS(1), true, true}, /* behind one that is over: a slot */
	{UNTIL + SECONDS(1) + 1, true, false},
	{UNTIL + SECONDS(10), true, false}, /* … that goes on: a window */
	{UNTIL + SECONDS(10) + 1, false, false},
};

Test(flood_past, covers)
{
	ShakedownConfig config;
	ServiceFlood flood = {.start = FROM, .last = UNTIL};
	g_autofree Service *now = g_new0(Service, 1), *past = g_new0(Service, 1);
	ShakedownSeverity severity;

	shakedown_config_init(&config);
	now->flood = &flood;
	past->past[1] = (ServiceSpan){FROM, UNTIL, 1, SHAKEDOWN_SEVERITY_WARNING};
	for (size_t i = 0; i < G_N_ELEMENTS(moments); i++) {
		cr_expect_eq(flood_covers(now, &config, moments[i].time, &severity),
			     moments[i].under_way, "%zu", i);
		cr_expect_eq(flood_covers(past, &config, moments[i].time, &severity),
			     moments[i].past, "%zu", i);
	}
	cr_assert(flood_covers(past, &config, FROM, &severity));
	cr_assert_eq(severity, SHAKEDOWN_SEVERITY_WARNING);
}

/* By what most of its SYNs came to, and neither by half of them. */
Test(flood_past, severity)
{
	static const struct {
		uint64_t refused, aborted;
		ShakedownSeverity severity;
	} cases[] = {{50, 50, SHAKEDOWN_SEVERITY_CRITICAL},
		     {51, 0, SHAKEDOWN_SEVERITY_WARNING},
		     {0, 51, SHAKEDOWN_SEVERITY_WARNING}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		cr_expect_eq(flood_severity(&(ServiceFlood){.syns = 100,
							    .refused = cases[i].refused,
							    .aborted = cases[i].aborted}),
			     cases[i].severity, "%zu", i);
}
