/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/problem.h"

#include "base/prefix.h"
#include "detect/display-filter.h"
#include "report/writer.h"

#include <string.h>

/* So many endpoints are counted exactly; beyond that there are "more than". */
#define ENDPOINTS_COUNTED 4096u

/* Subnets that lie in one of these are neighbours: what is routed as one, often. */
#define NETWORK_BITS4 16u
#define NETWORK_BITS6 48u

/* What the evidence says in words tells causes apart, not what the bytes were. */
static uint64_t cause_of(const ShakedownAnomaly *a)
{
	uint64_t cause = 0;

	for (size_t i = 0; i < a->facts_len; i++) {
		const ShakedownFact *fact = &a->facts[i];

		if (fact->type == SHAKEDOWN_VALUE_TEXT && fact->text &&
		    !g_str_has_suffix(fact->name, "_copy"))
			cause = sketch_hash(cause ^ g_str_hash(fact->text)) + 1;
	}
	return cause;
}

void problem_keys(ProblemKey key[PROBLEM_ROLES], const ShakedownAnomaly *a)
{
	/* Keys are compared as bytes: what lies between members is 0. */
	memset(key, 0, PROBLEM_ROLES * sizeof key[0]);
	for (unsigned role = 0; role < PROBLEM_ROLES; role++) {
		key[role].kind = (uint8_t)a->kind;
		key[role].severity = (uint8_t)a->severity;
		key[role].role = (uint8_t)role;
		key[role].cause = cause_of(a);
	}
	memcpy(&key[PROBLEM_OF_SERVICE].address, &a->subject.server, sizeof a->subject.server);
	memcpy(&key[PROBLEM_OF_CLIENT].address, &a->subject.client, sizeof a->subject.client);
	key[PROBLEM_OF_HOST].address = key[PROBLEM_OF_SERVICE].address;
	key[PROBLEM_OF_SERVICE].port = a->subject.server_port;
	if (problem_is_of_subnet(a)) {
		ProblemKey *network = &key[PROBLEM_OF_NETWORK];

		/* By what each was told, and who sends most to it, is no other cause. */
		network->cause = 0;
		memcpy(&key[PROBLEM_OF_HOST].address, &a->subject.host, sizeof a->subject.host);
		memcpy(&network->address, &a->subject.host, sizeof a->subject.host);
		prefix_mask(&network->address,
			    a->subject.host.version == 6 ? NETWORK_BITS6 : NETWORK_BITS4);
	}
}

static void copy_anomaly(ShakedownAnomaly *to, const ShakedownAnomaly *from)
{
	ShakedownFact *facts = g_new0(ShakedownFact, MAX(from->facts_len, 1));

	*to = *from;
	for (size_t i = 0; i < from->facts_len; i++) {
		facts[i] = from->facts[i];
		facts[i].name = g_intern_string(from->facts[i].name);
		facts[i].text = g_strdup(from->facts[i].text);
	}
	to->facts = facts;
	to->frames = from->frames_len
			     ? g_memdup2(from->frames, from->frames_len * sizeof from->frames[0])
			     : NULL;
	to->summary = g_strdup(from->summary);
	to->filter = g_strdup(from->filter);
	to->narrowing = g_strdup(from->narrowing);
	to->rule = g_intern_string(from->rule);
}

static void clear_anomaly(ShakedownAnomaly *a)
{
	for (size_t i = 0; i < a->facts_len; i++)
		g_free((char *)a->facts[i].text);
	g_free((void *)a->facts);
	g_free((void *)a->frames);
	g_free((char *)a->summary);
	g_free((char *)a->filter);
	g_free((char *)a->narrowing);
	*a = (ShakedownAnomaly){0};
}

static void count_endpoint(SketchSet *set, bool *many, const ShakedownAddress *address,
			   uint16_t port)
{
	uint64_t hash = sketch_hash(sketch_hash_address(address) + port);

	if (sketch_set_add(set, hash, ENDPOINTS_COUNTED) == SKETCH_SET_FULL)
		*many = true;
}

static bool is_under_way(const ShakedownAnomaly *a)
{
	for (size_t i = 0; i < a->facts_len; i++)
		if (strcmp(a->facts[i].name, "under_way") == 0)
			return true;
	return false;
}

/* What a flood is made of: its fact's name, and in words. */
typedef struct {
	const char *fact, *words;
} FloodUnit;

static FloodUnit unit_of(ShakedownAnomalyKind kind)
{
	return kind == SHAKEDOWN_ANOMALY_SYN_FLOOD ? (FloodUnit){"syn", "SYNs"}
						   : (FloodUnit){"segments", "segments"};
}

/* Of a flood that is under way the rest is told when it ends. */
static uint64_t flood_segments(const ShakedownAnomaly *a)
{
	if (is_under_way(a))
		return 0;
	for (size_t i = 0; i < a->facts_len; i++)
		if (strcmp(a->facts[i].name, unit_of(a->kind).fact) == 0)
			return a->facts[i].count;
	return 0;
}

static void begin(Problem *p, const ShakedownAnomaly *first)
{
	copy_anomaly(&p->first, first);
	p->time = first->time;
	p->until = first->until;
	p->gathered_since = first->until;
	p->bits = first->subject.subnet_bits;
	p->segments = 0;
	p->connections = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	p->frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

/* Floods are told as they end: the one that began first stands for them, and rather its end than
 * what was told while it was under way. */
static void stand_for(Problem *p, const ShakedownAnomaly *a)
{
	bool under_way = is_under_way(a), was = is_under_way(&p->first);

	if (under_way == was ? a->time >= p->first.time : under_way)
		return;
	clear_anomaly(&p->first);
	copy_anomaly(&p->first, a);
}

/* Of a subnet's flood, or of several of which a is the first. */
static void gather_floods(Problem *p, const ShakedownAnomaly *a, uint64_t segments, unsigned bits)
{
	p->segments += segments;
	p->bits = prefix_common(&p->first.subject.host, &a->subject.host, MIN(p->bits, bits));
	stand_for(p, a);
}

void problem_gather(Problem *p, const ShakedownAnomaly *a)
{
	if (p->count++ == 0)
		begin(p, a);
	p->time = MIN(p->time, a->time);
	p->until = MAX(p->until, a->until);
	if (a->connection && p->connections->len < PROBLEM_CONNECTIONS)
		g_array_append_val(p->connections, a->connection);
	size_t room = PROBLEM_FRAMES - p->frames->len, n = MIN(a->frames_len, room);
	/* Of each at least one, as long as there is room. */
	if (n)
		g_array_append_vals(p->frames, a->frames, (guint)n);
	p->frames_left_out |= n < a->frames_len || a->frames_cut;
	count_endpoint(&p->clients, &p->many_clients, &a->subject.client, 0);
	count_endpoint(&p->servers, &p->many_servers,
		       problem_is_of_subnet(a) ? &a->subject.host : &a->subject.server,
		       a->subject.server_port);
	if (problem_is_of_subnet(a))
		gather_floods(p, a, flood_segments(a), a->subject.subnet_bits);
}

static void append_room(GArray *to, const GArray *from, guint most)
{
	g_array_append_vals(to, from->data, MIN(from->len, most - to->len));
}

static void merge_gathered(Problem *p, const Problem *other)
{
	p->count += other->count;
	p->time = MIN(p->time, other->time);
	p->until = MAX(p->until, other->until);
	p->gathered_since = MIN(p->gathered_since, other->gathered_since);
	p->frames_left_out |=
		other->frames_left_out || other->frames->len > PROBLEM_FRAMES - p->frames->len;
	append_room(p->connections, other->connections, PROBLEM_CONNECTIONS);
	append_room(p->frames, other->frames, PROBLEM_FRAMES);
	p->many_clients |= other->many_clients ||
			   !sketch_set_join(&p->clients, &other->clients, ENDPOINTS_COUNTED);
	p->many_servers |= other->many_servers ||
			   !sketch_set_join(&p->servers, &other->servers, ENDPOINTS_COUNTED);
	if (problem_is_of_subnet(&other->first))
		gather_floods(p, &other->first, other->segments, other->bits);
}

void problem_merge(Problem *p, Problem *other)
{
	if (!other->count)
		return;
	if (!p->count)
		begin(p, &other->first);
	merge_gathered(p, other);
}

void problem_clear(Problem *p)
{
	if (p->count) {
		clear_anomaly(&p->first);
		g_array_unref(p->connections);
		g_array_unref(p->frames);
		sketch_set_clear(&p->clients);
		sketch_set_clear(&p->servers);
	}
	p->count = 0;
	p->many_clients = p->many_servers = p->frames_left_out = false;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* "3 clients", "more than 4096 clients" */
static void append_many(GString *out, const SketchSet *set, bool many, const char *what)
{
	g_string_append_printf(out, "%s%u %s%s", many ? "more than " : "", set->len, what,
			       set->len == 1 ? "" : "s");
}

static ProblemRole role_of(const Problem *p)
{
	return p->keyed[PROBLEM_OF_NETWORK]  ? PROBLEM_OF_NETWORK
	       : p->keyed[PROBLEM_OF_HOST]   ? PROBLEM_OF_HOST
	       : p->keyed[PROBLEM_OF_CLIENT] ? PROBLEM_OF_CLIENT
					     : PROBLEM_OF_SERVICE;
}

static void append_members(GString *out, const Problem *p, ProblemRole role)
{
	g_string_append_printf(out, "%" G_GUINT64_FORMAT "%s connection%s", (guint64)p->count,
			       p->told ? " more" : "", p->count == 1 ? "" : "s");
	if (role != PROBLEM_OF_CLIENT) {
		g_string_append(out, " of ");
		append_many(out, &p->clients, p->many_clients, "client");
	}
	if (role != PROBLEM_OF_SERVICE) {
		g_string_append(out, " to ");
		append_many(out, &p->servers, p->many_servers,
			    role == PROBLEM_OF_HOST ? "port" : "service");
	}
}

/* "90000 SYNs to 16 subnets": of a flood's end all of them, those told while it was under way, too.
 */
static void append_subnets(GString *out, const Problem *p)
{
	if (p->segments)
		g_string_append_printf(out, "%" G_GUINT64_FORMAT " %s to ", (guint64)p->segments,
				       unit_of(p->first.kind).words);
	append_many(out, &p->servers, p->many_servers, "subnet");
}

static char *sentence(const Problem *p, ProblemRole role)
{
	GString *out = g_string_new(NULL);
	char span[REPORT_DURATION_LEN + 1];

	if (role == PROBLEM_OF_NETWORK)
		append_subnets(out, p);
	else
		append_members(out, p, role);
	span[report_format_duration(span, p->until - p->time, "µ")] = '\0';
	g_string_append_printf(out, " in %s; the first", span);
	if (role == PROBLEM_OF_NETWORK) {
		char subnet[REPORT_SUBNET_LEN];
		size_t len = report_format_subnet(subnet, &p->first.subject.host,
						  p->first.subject.subnet_bits);

		g_string_append_printf(out, ", %.*s", (int)len, subnet);
	}
	g_string_append_printf(out, ": %s", p->first.summary);
	return g_string_free(out, FALSE);
}

static ShakedownSubject subject_of(const Problem *p, ProblemRole role)
{
	const ShakedownSubject *first = &p->first.subject;

	if (role == PROBLEM_OF_NETWORK) {
		ShakedownSubject network = {.host = first->host, .subnet_bits = (uint8_t)p->bits};

		prefix_mask(&network.host, p->bits);
		return network;
	}
	if (role != PROBLEM_OF_SERVICE)
		return (ShakedownSubject){.host = role == PROBLEM_OF_HOST ? first->server
									  : first->client};
	ShakedownSubject s = {.server = first->server, .server_port = first->server_port};

	if (p->clients.len == 1 && !p->many_clients)
		s.client = first->client;
	return s;
}

/* What the endpoint in common and the frames select; without all frames, the kind's own expression
 * in that time. */
static char *filter(const Problem *p, ProblemRole role)
{
	const ShakedownSubject *s = &p->first.subject;
	GString *out = g_string_new(NULL);

	if (role == PROBLEM_OF_NETWORK) {
		ShakedownSubject network = subject_of(p, role);

		display_filter_subnet(out, &network.host, network.subnet_bits);
	} else {
		display_filter_endpoint(out, role == PROBLEM_OF_CLIENT ? &s->client : &s->server,
					role == PROBLEM_OF_SERVICE ? s->server_port : 0);
	}
	g_string_append(out, " && ");
	if (!p->frames_left_out && p->frames->len) {
		display_filter_frames(out, (const uint64_t *)(void *)p->frames->data,
				      p->frames->len);
		return g_string_free(out, FALSE);
	}
	if (p->first.narrowing)
		g_string_append_printf(out, "%s && ", p->first.narrowing);
	display_filter_span(out, p->time, p->until);
	return g_string_free(out, FALSE);
}

static void add_count(ShakedownFact *facts, size_t *n, const char *name, uint64_t count)
{
	facts[(*n)++] =
		(ShakedownFact){.name = name, .type = SHAKEDOWN_VALUE_COUNT, .count = count};
}

/* How many; then what the members' evidence says alike. */
static size_t group_facts(const Problem *p, ProblemRole role, ShakedownFact *facts)
{
	size_t n = 0;

	if (role == PROBLEM_OF_NETWORK) {
		if (p->segments)
			add_count(facts, &n, unit_of(p->first.kind).fact, p->segments);
		add_count(facts, &n, p->many_servers ? "subnets_at_least" : "subnets",
			  p->servers.len);
	} else {
		add_count(facts, &n, "connections", p->count);
	}
	if (role == PROBLEM_OF_SERVICE || role == PROBLEM_OF_HOST)
		add_count(facts, &n, p->many_clients ? "clients_at_least" : "clients",
			  p->clients.len);
	if (role == PROBLEM_OF_HOST)
		add_count(facts, &n, p->many_servers ? "ports_at_least" : "ports", p->servers.len);
	else if (role == PROBLEM_OF_CLIENT)
		add_count(facts, &n, p->many_servers ? "services_at_least" : "services",
			  p->servers.len);
	facts[n++] = (ShakedownFact){.name = "lasted_s",
				     .type = SHAKEDOWN_VALUE_DURATION,
				     .duration = p->until - p->time};
	/* What one of several floods was told by says nothing of the others. */
	for (size_t i = 0; role != PROBLEM_OF_NETWORK && i < p->first.facts_len; i++)
		if (p->first.facts[i].type == SHAKEDOWN_VALUE_TEXT &&
		    !g_str_has_suffix(p->first.facts[i].name, "_copy"))
			facts[n++] = p->first.facts[i];
	return n;
}

static void tell_group(Problem *p, ProblemsFunc func, void *data)
{
	ProblemRole role = role_of(p);
	g_autofree char *summary = sentence(p, role);
	g_autofree ShakedownFact *facts = g_new0(ShakedownFact, p->first.facts_len + 4);
	ShakedownAnomaly a = p->first;

	g_array_sort(p->frames, by_number);
	g_array_sort(p->connections, by_number);
	g_autofree char *filtered = filter(p, role);
	a.scope = role == PROBLEM_OF_NETWORK   ? SHAKEDOWN_SCOPE_SUBNET
		  : role == PROBLEM_OF_SERVICE ? SHAKEDOWN_SCOPE_SERVICE
					       : SHAKEDOWN_SCOPE_HOST;
	a.connection = 0;
	a.subject = subject_of(p, role);
	a.time = p->time;
	a.until = p->until;
	a.frames = (const uint64_t *)(void *)p->frames->data;
	a.frames_len = p->frames->len;
	a.frames_cut = p->frames_left_out;
	a.summary = summary;
	a.facts = facts;
	a.facts_len = group_facts(p, role, facts);
	a.filter = filtered;
	a.count = p->count;
	a.connections = (const uint64_t *)(void *)p->connections->data;
	a.connections_len = p->connections->len;
	func(&a, data);
}

void problem_tell(Problem *p, ProblemsFunc func, void *data)
{
	if (p->count == 1)
		func(&p->first, data);
	else if (p->count)
		tell_group(p, func, data);
	problem_clear(p);
}
