/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/queue.h"
#include "detect/service.h"

#include <criterion/criterion.h>
#include <glib.h>

static ShakedownConfig config;

static void setup(void)
{
	shakedown_config_init(&config);
}

TestSuite(service, .init = setup);

static Service *numbered(Services *t, unsigned n)
{
	ShakedownAddress a = {4, {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};

	return services_get(t, &a, 80, SERVICE_MAKE);
}

static void answered_after(Service *s, ShakedownDuration leg)
{
	const TcpConnection conn = {
		.leg = {[SHAKEDOWN_CLIENT] = SHAKEDOWN_DURATION_UNKNOWN, [SHAKEDOWN_SERVER] = leg}};

	service_note_legs(s, &conn);
}

Test(service, table_is_bounded_and_says_what_it_forgot)
{
	Services *t = services_new(&config);

	for (unsigned n = 0; n < SERVICES_MOST + 10; n++) {
		numbered(t, n)->half_open = n;
		/* Whoever is heard of again stays. */
		cr_assert_eq(numbered(t, 0)->half_open, 0);
	}
	cr_assert_eq(services_forgotten(t), 10);
	ShakedownAddress first = {4, {10, 0, 0, 0}}, second = {4, {10, 0, 0, 1}};
	cr_assert_not_null(services_get(t, &first, 80, SERVICE_FIND));
	cr_assert_null(services_get(t, &first, 81, SERVICE_FIND));
	cr_assert_null(services_get(t, &second, 80, SERVICE_FIND));
	services_free(t);
}

Test(service, slots_slide)
{
	Services *t = services_new(&config);
	Service *s = numbered(t, 1);
	ShakedownDuration width = service_slot_width(&config);
	ShakedownTime now = SHAKEDOWN_NS_PER_S * 1700000000;

	service_slot(s, &config, now)->opened = 5;
	cr_assert_eq(service_slot(s, &config, now)->opened, 5);
	cr_assert_eq(service_slot(s, &config, now + width)->opened, 0);
	/* A full turn later its place belongs to another. */
	cr_assert_eq(service_slot(s, &config, now + SERVICE_SLOTS * width)->opened, 0);
	cr_assert_null(service_slot(s, &config, now));
	services_free(t);
}

/* What is not cleared for a new one is nobody's: neither slots nor legs nor trouble. */
Test(service, who_takes_anothers_place_knows_nothing_of_it)
{
	const ShakedownTime now = SHAKEDOWN_NS_PER_S;
	Services *t = services_new(&config);
	Service *old = numbered(t, 0);

	for (unsigned i = 0; i < SERVICE_SLOTS; i++)
		service_slot(old, &config, now + i * service_slot_width(&config))->opened = 7;
	for (unsigned i = 0; i < SERVICE_LEGS; i++)
		answered_after(old, now);
	for (ServiceTrouble trouble = 0; trouble < SERVICE_TROUBLES; trouble++)
		service_episode(old, trouble, now, 9)->peak = 5;
	for (unsigned n = 1; n <= SERVICES_MOST; n++)
		if (numbered(t, n) == old)
			break;
	cr_assert_neq(old->key.address.word[0], 0);
	cr_assert_eq(services_forgotten(t), 1);
	cr_assert_eq(service_slot(old, &config, now)->opened, 0);
	cr_assert_eq(old->slots & (old->slots - 1), 0, "one slot is in use");
	answered_after(old, now);
	cr_assert_eq(service_leg_median(old, SHAKEDOWN_SERVER), SHAKEDOWN_DURATION_UNKNOWN);
	for (ServiceTrouble trouble = 0; trouble < SERVICE_TROUBLES; trouble++) {
		cr_assert_null(service_trouble(old, trouble));
		cr_assert_eq(service_episode(old, trouble, now, 0)->peak, 0);
	}
	services_free(t);
}

Test(service, times_before_the_epoch)
{
	Services *t = services_new(&config);
	Service *s = numbered(t, 1);
	ShakedownDuration width = service_slot_width(&config);

	service_slot(s, &config, -width - 1)->opened = 3;
	cr_assert_eq(service_slot(s, &config, 1)->opened, 0);
	cr_assert_eq(service_slot(s, &config, -2)->opened, 3);
	services_free(t);
}

Test(service, median_leg)
{
	Services *t = services_new(&config);
	Service *s = numbered(t, 1);

	for (unsigned n = 1; n <= 4; n++)
		answered_after(s, n * SHAKEDOWN_NS_PER_S);
	cr_assert_eq(service_leg_median(s, SHAKEDOWN_SERVER), SHAKEDOWN_DURATION_UNKNOWN);
	answered_after(s, 100 * SHAKEDOWN_NS_PER_S);
	cr_assert_eq(service_leg_median(s, SHAKEDOWN_SERVER), 3 * SHAKEDOWN_NS_PER_S);
	cr_assert_eq(service_leg_median(s, SHAKEDOWN_CLIENT), SHAKEDOWN_DURATION_UNKNOWN);
	services_free(t);
}

static void count_report(const ShakedownAnomaly *anomaly, void *data)
{
	unsigned *reports = data;

	cr_assert_eq(anomaly->kind, SHAKEDOWN_ANOMALY_BACKLOG_OVERFLOW);
	++*reports;
}

/* As long as trouble is under way each SYN asks whether it is over, however often it was not. */
Test(service, trouble_ends_a_minute_after_its_last_sign)
{
	const ShakedownTime second = SHAKEDOWN_NS_PER_S;
	Services *t = services_new(&config);
	Service *s = numbered(t, 1);
	unsigned reports = 0;
	ShakedownSummary summary = {0};
	DetectContext context = {
		.config = &config, .summary = &summary, .report = count_report, .data = &reports};
	TcpConnection conn = {0};

	for (unsigned i = 0; i < 3; i++)
		service_episode(s, SERVICE_BACKLOG, second + i * second / 2, 0);
	for (int64_t at = 3; at <= 70; at++) {
		const TcpEvent event = {.kind = TCP_EVENT_SYN, .conn = &conn, .time = at * second};

		queue_syn(s, &context, &event);
		cr_assert_eq(reports, at > 62);
		cr_assert_eq(service_trouble(s, SERVICE_BACKLOG) != NULL, at <= 62);
	}
	services_free(t);
}

/* However it shows itself, it is under way from its first sign on, so that it will end. */
Test(service, trouble_is_under_way_from_its_first_sign)
{
	Services *t = services_new(&config);
	Service *lost = numbered(t, 1), *again = numbered(t, 2);
	DetectContext context = {.config = &config};

	for (uint64_t id = 1; id <= 4; id++) {
		TcpConnection conn = {.id = id, .syn_first = (ShakedownTime)id};
		const TcpEvent event = {.conn = &conn, .time = SHAKEDOWN_NS_PER_S + conn.syn_first};

		conn.side[SHAKEDOWN_CLIENT].bytes = 100;
		conn.side[SHAKEDOWN_CLIENT].syns = 2;
		again->answered_syn = SHAKEDOWN_NS_PER_S;
		queue_third_ack_lost(lost, &event);
		queue_syn(again, &context, &event);
	}
	cr_assert(service_trouble(lost, SERVICE_ACCEPT_QUEUE));
	cr_assert(service_trouble(again, SERVICE_BACKLOG));
	services_free(t);
}
