/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runner listens to an analysis as any user of the library does, and keeps for each side the
 * beliefs told so far. It knows nothing of TCP: what is right stands in the scenario alone.
 */
#include "scenario-run.h"

#include "scenario-verdict.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
	ShakedownTcpState state;
	ShakedownEvidence evidence;
} Belief;

/* A connection of the library's. */
typedef struct {
	uint64_t id;
	int64_t instance;   /* whose it is; -1: not known yet */
	bool swapped;	    /* its client is the scenario's server */
	GArray *beliefs[2]; /* of Belief, in order, without those taken back; ours, not its sides */
} Told;

typedef struct {
	const Scenario *scenario;
	const ScenarioTrace *trace;
	GHashTable *told; /* id → Told */
	Told **of;	  /* one an instance: what it was last told as; NULL: nothing */
	bool *over;	  /* one an instance: its record has come */
	bool *heard;	  /* one a packet: the observer was called for it */
	GPtrArray *wider; /* names of anomalies wider than a connection */
	GPtrArray *any;	  /* of all */
	Differences differences;
} Run;

static const ScenarioInstance *instance_at(const Run *run, uint32_t index)
{
	return &g_array_index(run->trace->instances, ScenarioInstance, index);
}

/* "C SYN,ACK seq=300 ack=101 (frame 2)" */
static char *describe(const ScenarioPacket *packet)
{
	static const struct {
		uint16_t bit;
		const char *name;
	} flags[] = {{0x002, "SYN,"},
		     {0x001, "FIN,"},
		     {0x004, "RST,"},
		     {0x008, "PSH,"},
		     {0x010, "ACK,"}};
	const ScenarioLine *line = packet->line;
	g_autoptr(GString) text = g_string_new(line->side == SHAKEDOWN_CLIENT ? "C " : "S ");

	if (line->kind != SCENARIO_SEGMENT)
		return g_strdup_printf("%s (frame %" PRIu64 ")",
				       line->kind == SCENARIO_ICMP ? "ICMP" : "tick",
				       packet->packet.frame);
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		if (line->flags & flags[i].bit)
			g_string_append(text, flags[i].name);
	}
	g_string_truncate(text, text->len - 1);
	g_string_append_printf(text, " seq=%" PRIu32, packet->seq);
	if (line->flags & 0x010)
		g_string_append_printf(text, " ack=%" PRIu32, packet->ack);
	if (line->len)
		g_string_append_printf(text, " len=%" PRIu32, line->len);
	g_string_append_printf(text, " (frame %" PRIu64 ")", packet->packet.frame);
	return g_strdup(text->str);
}

static Belief *belief_last(GArray *beliefs)
{
	return beliefs->len ? &g_array_index(beliefs, Belief, beliefs->len - 1) : NULL;
}

static void belief_add(GArray *beliefs, Belief belief)
{
	/* A confirmation may reach back: what proves a state proves those on the way to it. */
	for (guint i = beliefs->len; i-- > 0;) {
		Belief *known = &g_array_index(beliefs, Belief, i);

		if (known->state == belief.state &&
		    (i + 1 == beliefs->len || belief.evidence == SHAKEDOWN_EVIDENCE_CONFIRMED)) {
			known->evidence = belief.evidence;
			return;
		}
	}
	g_array_append_val(beliefs, belief);
}

static bool belief_take_back(GArray *beliefs, ShakedownTcpState state)
{
	for (guint i = beliefs->len; i-- > 0;) {
		if (g_array_index(beliefs, Belief, i).state == state) {
			g_array_remove_index(beliefs, i);
			return true;
		}
	}
	return false;
}

static bool address_equal(const ShakedownAddress *a, const ShakedownAddress *b)
{
	return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static void told_free(gpointer data)
{
	Told *told = data;

	for (int side = 0; side < 2; side++)
		g_array_unref(told->beliefs[side]);
	g_free(told);
}

static Told *told_of(Run *run, const ScenarioInstance *instance, const ShakedownSegment *segment)
{
	Told *told = g_hash_table_lookup(run->told, &segment->connection);

	if (told)
		return told;
	told = g_new0(Told, 1);
	told->id = segment->connection;
	told->instance = -1;
	told->swapped = segment->port[0] != instance->port[0] ||
			!address_equal(segment->addr[0], &instance->addr[0]);
	for (int side = 0; side < 2; side++)
		told->beliefs[side] = g_array_new(FALSE, FALSE, sizeof(Belief));
	g_hash_table_insert(run->told, &told->id, told);
	return told;
}

/* The packet's instance and the library's connection must be each other's. */
static void bind_instance(Run *run, const ScenarioPacket *packet, Told *told)
{
	Told **of = &run->of[packet->instance];
	unsigned line = packet->line->number;

	if (*of == told)
		return;
	if (*of)
		differ(&run->differences, line,
		       "belongs to connection %" PRIu64 ", those before it to %" PRIu64, told->id,
		       (*of)->id);
	else if (told->instance >= 0)
		differ(&run->differences, line,
		       "belongs to connection %" PRIu64 " (\"%s\"), and should begin one "
		       "of its own",
		       told->id, instance_at(run, (uint32_t)told->instance)->connection->name);
	else if (told->swapped)
		differ(&run->differences, line, "client and server are taken for each other");
	*of = told;
	if (told->instance < 0)
		told->instance = packet->instance;
}

static void hear_changes(Run *run, const ScenarioPacket *packet, Told *told,
			 const ShakedownSegment *segment, uint16_t withdrawn[2])
{
	const ScenarioLine *line = packet->line;

	for (size_t i = 0; i < segment->changes_len; i++) {
		const ShakedownStateChange *change = &segment->changes[i];
		unsigned side = change->side ^ told->swapped;

		if (!change->taken_back) {
			belief_add(told->beliefs[side], (Belief){change->state, change->evidence});
			continue;
		}
		withdrawn[side] |= (uint16_t)(1u << change->state);
		if (!belief_take_back(told->beliefs[side], change->state))
			differ(&run->differences, line->number,
			       "%s's %s is taken back, which it never was in",
			       shakedown_side_name((ShakedownSideId)side),
			       shakedown_tcp_state_name(change->state));
	}
}

static void compare_state(Run *run, const ScenarioPacket *packet, Told *told, unsigned side,
			  ShakedownTcpState state)
{
	const ScenarioBelief *asked = &packet->line->after[side];
	const Belief *last = belief_last(told->beliefs[side]);
	bool known = last && last->state == state;
	/* Whoever was never told of is in CLOSED or LISTEN, for which no evidence is asked. */
	ShakedownEvidence evidence = known ? last->evidence : SHAKEDOWN_EVIDENCE_ASSUMED;

	if (scenario_belief_holds(asked, state, evidence))
		return;

	g_autofree char *wanted = scenario_belief_format(asked);
	g_autofree char *what = describe(packet);
	differ(&run->differences, packet->line->number, "after %s: the %s is %s (%s), expected %s",
	       what, shakedown_side_name((ShakedownSideId)side), shakedown_tcp_state_name(state),
	       known ? shakedown_evidence_name(evidence) : "no change told", wanted);
}

static void compare_withdrawn(Run *run, const ScenarioPacket *packet, unsigned side,
			      uint16_t withdrawn)
{
	uint16_t missing = packet->line->taken_back[side] & (uint16_t)~withdrawn;

	for (int state = 0; state < SHAKEDOWN_TCP_STATES && !packet->duplicate; state++) {
		if (missing & 1u << state)
			differ(&run->differences, packet->line->number,
			       "the %s's %s should be taken back",
			       shakedown_side_name((ShakedownSideId)side),
			       shakedown_tcp_state_name((ShakedownTcpState)state));
	}
}

static void compare_class(Run *run, const ScenarioPacket *packet, const ShakedownSegment *segment)
{
	int asked = packet->duplicate ? SHAKEDOWN_SEGMENT_DUPLICATE_PACKET
				      : packet->line->segment_class;

	if (asked >= 0 && segment->segment_class != (ShakedownSegmentClass)asked) {
		g_autofree char *what = describe(packet);

		differ(&run->differences, packet->line->number, "%s is taken for %s, expected %s",
		       what, shakedown_segment_class_name(segment->segment_class),
		       shakedown_segment_class_name((ShakedownSegmentClass)asked));
	}
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	Run *run = data;
	uint16_t withdrawn[2] = {0, 0};

	if (segment->frame < 1 || segment->frame > run->trace->packets->len) {
		differ(&run->differences, 0, "a segment of frame %" PRIu64 ", which was never fed",
		       segment->frame);
		return;
	}

	const ScenarioPacket *packet =
		&g_array_index(run->trace->packets, ScenarioPacket, segment->frame - 1);
	Told *told = told_of(run, instance_at(run, packet->instance), segment);

	hear_changes(run, packet, told, segment, withdrawn);
	/* A SYN whose meaning shows only later is told again, of the connection that it began. */
	if (run->heard[segment->frame - 1] && told != run->of[packet->instance])
		return;
	bind_instance(run, packet, told);
	run->heard[segment->frame - 1] = true;
	compare_class(run, packet, segment);
	if (!packet->line->asked)
		return;
	for (unsigned side = 0; side < 2; side++) {
		compare_state(run, packet, told, side, segment->state[side ^ told->swapped]);
		compare_withdrawn(run, packet, side, withdrawn[side]);
	}
}

static void on_connection(const ShakedownConnection *connection, void *data)
{
	Run *run = data;
	const Told *told = g_hash_table_lookup(run->told, &connection->id);

	if (!told || told->instance < 0) {
		differ(&run->differences, 0, "connection %" PRIu64 " is none of the scenario's",
		       connection->id);
		return;
	}

	const ScenarioEnd *end = &instance_at(run, (uint32_t)told->instance)->connection->end;
	run->over[told->instance] = true;
	if (end->number)
		verdict_compare_record(&run->differences, end, connection, told->swapped);
}

static void on_anomaly(const ShakedownAnomaly *anomaly, void *data)
{
	Run *run = data;
	const char *name = shakedown_anomaly_info(anomaly->kind)->name;

	if (!verdict_has_name(run->any, name))
		g_ptr_array_add(run->any, (char *)name);
	if (anomaly->scope != SHAKEDOWN_SCOPE_CONNECTION && !verdict_has_name(run->wider, name))
		g_ptr_array_add(run->wider, (char *)name);
}

static void feed(const ScenarioTrace *trace, size_t batch, ShakedownAnalysis *analysis)
{
	g_autofree ShakedownPacket *packets = g_new0(ShakedownPacket, trace->packets->len + 1);
	size_t n = trace->packets->len;

	for (size_t i = 0; i < n; i++)
		packets[i] = g_array_index(trace->packets, ScenarioPacket, i).packet;
	for (size_t i = 0, step; i < n; i += step) {
		step = batch && batch < n - i ? batch : n - i;
		shakedown_analysis_feed(analysis, packets + i, step);
	}
	shakedown_analysis_finish(analysis);
}

/* What should have been told of and was not. */
static void compare_silence(Run *run)
{
	for (guint i = 0; i < run->trace->packets->len; i++) {
		const ScenarioPacket *packet =
			&g_array_index(run->trace->packets, ScenarioPacket, i);
		g_autofree char *what = describe(packet);

		if (packet->line->asked && !run->heard[i])
			differ(&run->differences, packet->line->number, "nothing is told of %s",
			       what);
	}
	for (guint i = 0; i < run->trace->instances->len; i++) {
		const ScenarioConnection *connection = instance_at(run, i)->connection;

		if (connection->end.number && !run->over[i])
			differ(&run->differences, connection->end.number,
			       "there is no record of connection "
			       "\"%s\"",
			       connection->name);
	}
	verdict_compare_anomalies(&run->differences, 0, "the wider anomaly",
				  &run->scenario->wider_anomalies, run->wider);
	verdict_compare_anomalies(&run->differences, 0, "the anomaly",
				  &run->scenario->any_anomalies, run->any);
}

size_t scenario_run(const Scenario *scenario, const ScenarioTrace *trace, size_t batch,
		    GString *report)
{
	static const ShakedownObserver observer = {on_connection, on_anomaly, on_segment};
	size_t instances = trace->instances->len;
	g_autoptr(GHashTable) told =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, told_free);
	g_autofree Told **of = g_new0(Told *, instances + 1);
	g_autofree bool *over = g_new0(bool, instances + 1);
	g_autofree bool *heard = g_new0(bool, trace->packets->len + 1);
	g_autoptr(GPtrArray) wider = g_ptr_array_new();
	g_autoptr(GPtrArray) any = g_ptr_array_new();
	Run run = {scenario, trace, told, of, over, heard, wider, any, {scenario->file, report, 0}};

	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, &observer, &run);
	feed(trace, batch, analysis);
	compare_silence(&run);
	differences_close(&run.differences);
	return run.differences.n;
}
