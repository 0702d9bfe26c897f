/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/scanner.h"

#include "detect/noted.h"
#include "detect/scanner-table.h"

#include <string.h>

/* Jung et al. 2004: failure multiplies the likelihood ratio by (1-0.2)/(1-0.8), success by
 * 0.2/0.8; above 99 it is a scanner, and below 1/99 a benign source. */
#define LOG_STEP 1.3862943611198906
#define LOG_BOUND 4.59511985013459
/* scan_tries failures to different places make a scan; half as many of one target's ports within
 * flood_window do, … */
#define SHARE_FAST 2
/* … and such a share where the segments are a prober's alone, … */
#define SHARE_PROBES 3
/* … or with flags that no stack sends, to different ports: nobody does that by mistake. */
#define SHARE_ODD 5
/* Who succeeds that often is a client whose list of peers is out of date. */
#define SUCCESSES_OF_FAILURES 4
/* Who comes back to each of a few places so often, on the whole, does not look for them: a load
 * balancer's health check. */
#define MONITOR_AGAIN 3
#define MONITOR_PORTS 64
/* Marks of a place beside its own in the set of what was tried. */
#define MARK_SUCCEEDED UINT64_C(0x5bd1e995)
#define MARK_FAILED UINT64_C(0x27d4eb2f)

Scanners *scanners_new(void)
{
	Scanners *t = g_new0(Scanners, 1);

	scanner_table_init(&t->table);
	return t;
}

void scanners_free(Scanners *t)
{
	if (!t)
		return;
	scanner_table_clear(&t->table);
	g_free(t);
}

/* True the first time that it is tried, as far as it can be remembered. */
static inline bool first_try(ScannerTable *t, Scanner *s, uint64_t what)
{
	uint32_t most = t->tries < SCANNERS_TRIES_MOST ? UINT32_MAX : s->tried.len;
	SketchSetResult result = sketch_set_add(&s->tried, what, most);

	t->tries += result == SKETCH_SET_NEW;
	s->more = s->more || result == SKETCH_SET_FULL;
	return result == SKETCH_SET_NEW;
}

/* A stack takes another port for each connection; a prober need not. */
static void note_port(Scanner *s, const Attempt *a)
{
	if (!a->syn)
		return;
	if (s->source_port && s->source_port != a->source_port)
		s->ports_differ = true;
	s->source_port = a->source_port;
}

static uint64_t unmistakable(const Scanner *s)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < PROBES; i++)
		n += i == PROBE_CONNECT ? 0 : s->probes[i];
	return s->ports_differ ? n : MAX(n, s->failures);
}

/* It comes back to where it was answered, as no scanner does and every monitor. */
static bool monitors(const Scanner *s)
{
	return s->again >= (uint64_t)MONITOR_AGAIN * s->failures &&
	       (!scanner_is_of_target(s) || s->failures <= MONITOR_PORTS);
}

/* Peers come and go, and the list of them that a program has is never up to date. */
static bool has_peers(const Scanner *s)
{
	return !scanner_is_of_target(s) && unmistakable(s) * 2 <= s->failures &&
	       s->successes * SUCCESSES_OF_FAILURES > s->failures;
}

static bool is_scan(const Scanner *s, const ShakedownConfig *config)
{
	uint64_t tries = config->scan_tries;

	if (s->walk < LOG_BOUND || monitors(s) || has_peers(s))
		return false;
	if (s->failures >= tries)
		return true;
	if (scanner_is_of_target(s) && s->failures >= (tries + 1) / SHARE_FAST &&
	    s->last - s->first <= config->flood_window)
		return true;
	if (s->probes[PROBE_FIN] + s->probes[PROBE_NULL] + s->probes[PROBE_XMAS] >=
	    tries / SHARE_ODD)
		return true;
	uint64_t prober = unmistakable(s);

	return prober >= tries / SHARE_PROBES && s->failures >= tries / SHARE_PROBES &&
	       prober * 2 > s->failures;
}

/* The walk leaves its floor: what was before is forgotten. */
static void begin(Scanner *s, ShakedownTime time)
{
	s->first = s->last = time;
	s->failures = s->successes = s->refused = s->unanswered = s->probed = s->again = 0;
	memset(s->probes, 0, sizeof s->probes);
	s->windows_differ = false;
	if (s->examples)
		s->examples->open_len = s->examples->frames_len = 0;
}

static ScannerExamples *examples_of(Scanner *s)
{
	if (!s->examples)
		s->examples = g_new0(ScannerExamples, 1);
	return s->examples;
}

static void note_open(Scanner *s, const Attempt *a)
{
	ScannerExamples *e = examples_of(s);

	if (!scanner_is_of_target(s) && e->open_len < G_N_ELEMENTS(e->open_at))
		e->open_at[e->open_len++] = key_address_whole(&a->target, key_end(a->version, 0));
	else if (scanner_is_of_target(s) && e->open_len < G_N_ELEMENTS(e->open))
		e->open[e->open_len++] = a->port;
}

static void note_frame(Scanner *s, uint64_t frame)
{
	if (s->failures == 1) {
		s->first_frame = frame;
		return;
	}
	ScannerExamples *e = examples_of(s);

	if (e->frames_len < G_N_ELEMENTS(e->frames))
		e->frames[e->frames_len++] = frame;
}

static void count_failure(Scanner *s, const Attempt *a)
{
	s->failures++;
	s->first = MIN(s->first, a->start);
	s->last = MAX(s->last, a->start);
	s->refused += a->contact == CONTACT_REFUSED;
	s->unanswered += a->contact == CONTACT_UNANSWERED;
	s->probed += a->contact == CONTACT_PROBED;
	if (a->contact == CONTACT_PROBED)
		note_open(s, a);
	if (a->contact == CONTACT_REFUSED && a->probe == PROBE_ACK) {
		if (s->refused > 1 && s->answer_window != a->window)
			s->windows_differ = true;
		s->answer_window = a->window;
	}
	note_frame(s, a->frame);
}

static void count(Scanner *s, const Attempt *a)
{
	bool floor = s->walk <= -LOG_BOUND || !s->failures;

	if (a->contact == CONTACT_SUCCEEDED) {
		s->walk = MAX(s->walk - LOG_STEP, -LOG_BOUND);
		if (floor)
			return;
		s->successes++;
		s->last = MAX(s->last, a->start);
		note_open(s, a);
		return;
	}
	if (floor && !s->known)
		begin(s, a->start);
	s->walk = MIN(s->walk + LOG_STEP, 4 * LOG_BOUND);
	s->probes[a->probe]++;
	count_failure(s, a);
}

/* More often than can be counted is often enough. */
static void tell_again(Scanner *s, bool again)
{
	s->again += again && s->again < UINT32_MAX;
}

/* A place that had been used before it was probed is one of the scan's; any other is not new. */
static void count_again(ScannerTable *t, Scanner *s, const Attempt *a, uint64_t what)
{
	/* The same place by another way tells how it scans. */
	s->probes[a->probe] += a->probe != PROBE_CONNECT;
	if (sketch_set_add(&s->tried, what ^ MARK_SUCCEEDED, 0) != SKETCH_SET_KNOWN ||
	    !first_try(t, s, what ^ MARK_FAILED))
		/* A prober, too, asks again where it had no answer. */
		tell_again(s, a->probe == PROBE_CONNECT ||
				      (a->probe == PROBE_SYN && a->contact != CONTACT_UNANSWERED));
	else if (s->failures)
		count_failure(s, a);
}

/* A fingerprint of what was tried, by what it counts for. */
static uint64_t what_of(const Attempt *a, bool by_target)
{
	if (by_target)
		return sketch_hash(a->port + 1u);
	ShakedownAddress target = key_address_whole(&a->target, key_end(a->version, 0));

	return sketch_hash_address(&target);
}

/* True if it is the first try of that, by this account. */
static bool count_attempt(ScannerTable *t, Scanner *s, const Attempt *a, bool by_target)
{
	uint64_t what = what_of(a, by_target);

	note_port(s, a);
	bool first = first_try(t, s, what);

	if (first)
		count(s, a);
	else if (a->contact != CONTACT_SUCCEEDED)
		count_again(t, s, a, what);
	if (first && a->contact == CONTACT_SUCCEEDED)
		first_try(t, s, what ^ MARK_SUCCEEDED);
	return first;
}

/* Of what was taken for something else. That may have been before the walk began anew; then there
 * is nothing to be put right. */
static void correct(Scanner *s, const Attempt *a, Contact before)
{
	uint32_t *had = before == CONTACT_PROBED ? &s->probed : &s->unanswered;

	if (!*had)
		return;
	--*had;
	s->refused += a->contact == CONTACT_REFUSED;
	s->probed += a->contact == CONTACT_PROBED;
	if (a->contact == CONTACT_SUCCEEDED) {
		s->successes++;
		s->failures--;
		s->probes[a->probe] -= s->probes[a->probe] > 0;
		s->walk = MAX(s->walk - 2 * LOG_STEP, -LOG_BOUND);
	}
	if (!s->failures && !s->known)
		begin(s, a->start);
	else if (a->contact != CONTACT_REFUSED && before == CONTACT_UNANSWERED)
		note_open(s, a);
}

/* What one attempt has stood for gets an account of its own. */
static Scanner *begin_account(ScannerTable *t, const ScannerFound *found, bool by_target)
{
	Attempt first;
	Scanner *s = scanner_table_part(t, found, by_target, &first);
	Contact before = (Contact)first.contact;

	count_attempt(t, s, &first, by_target);
	first.contact = first.after;
	if (first.contact != before)
		correct(s, &first, before);
	return s;
}

/* True if it is the first try of that, by this account. One attempt alone makes no scan: what holds
 * it has not to be asked. */
static bool account(ScannerTable *t, DetectContext *context, Attempt *a, bool by_target)
{
	ScannerFound found = scanner_table_find(t, a, by_target);
	Scanner *s = found.scanner;

	if (!found.handle && scanner_table_hold(t, a, by_target))
		return true;
	if (found.alone)
		s = begin_account(t, &found, by_target);
	else if (s)
		scanner_table_touch(t, s);
	else
		s = scanner_table_add(t, a, by_target);
	bool first = count_attempt(t, s, a, by_target);

	scanner_table_make_known(
		t, s, s->known ? !monitors(s) && !has_peers(s) : is_scan(s, context->config));
	if (context->early && s->known && !s->told) {
		s->told = true;
		scanner_report(s, context, 0);
	}
	return first;
}

ShakedownSideId scanners_source(const TcpConnection *conn)
{
	return noted(conn, NOTED_STRAY_TO_CLIENT) && tcp_conn_has(conn, TCP_CONN_MIDSTREAM)
		       ? SHAKEDOWN_SERVER
		       : SHAKEDOWN_CLIENT;
}

/* With whom it was and what came of it, looked up. */
static Attempt *attempt_of(Scanners *t, const TcpConnection *conn, Contact contact, Probe probe)
{
	ShakedownSideId source = scanners_source(conn);
	ShakedownSideId target = tcp_other(source);
	Attempt *a = scanner_table_attempt(&t->table);

	a->source = tcp_conn_key_address(conn, source);
	a->target = tcp_conn_key_address(conn, target);
	a->start = conn->start;
	a->frame = conn->first_frame;
	a->source_port = tcp_conn_port(conn, source);
	a->port = tcp_conn_port(conn, target);
	a->window = 0;
	a->version = conn->key.ip_version & 0xf;
	a->held = 0;
	a->contact = a->after = (uint8_t)contact & 3;
	a->probe = (uint8_t)probe & 7;
	a->syn = conn->syn_first != 0;
	scanner_table_look_up(&t->table, a);
	return a;
}

bool scanners_outcome(Scanners *t, DetectContext *context, const TcpConnection *conn,
		      Contact contact, Probe probe, uint16_t window)
{
	Attempt *a = attempt_of(t, conn, contact, probe);

	a->window = window;
	account(&t->table, context, a, false);
	return account(&t->table, context, a, true);
}

void scanners_after_all(Scanners *t, const TcpConnection *conn, Contact before, Contact contact,
			Probe probe)
{
	const Attempt *a = attempt_of(t, conn, contact, probe);

	for (unsigned by_target = 0; by_target < 2; by_target++) {
		ScannerFound found = scanner_table_find(&t->table, a, by_target);

		if (found.scanner)
			correct(found.scanner, a, before);
		else if (found.alone && found.alone->after == before)
			found.alone->after = (uint8_t)contact & 3;
	}
}

bool scanners_cover(Scanners *t, const TcpConnection *conn)
{
	if (!t->table.list[true].len)
		return false;
	const Attempt *a = attempt_of(t, conn, CONTACT_REFUSED, PROBE_SYN);

	for (unsigned by_target = 0; by_target < 2; by_target++) {
		const Scanner *s = scanner_table_find(&t->table, a, by_target).scanner;

		if (s && s->known)
			return true;
	}
	return false;
}

/* How many targets and how many ports of a source are known to be scanned. */
typedef struct {
	unsigned targets, ports;
} Share;

/* A scan of many ports of many hosts is told in as few findings as will do. */
static bool told_by_others(GHashTable *shares, const Scanner *s)
{
	ShakedownAddress address = scanner_source(s);
	uint64_t source = sketch_hash_address(&address);
	const Share *share = g_hash_table_lookup(shares, &source);

	if (!share || !share->targets || !share->ports)
		return false;
	return scanner_is_of_target(s) ? share->targets > share->ports
				       : share->ports >= share->targets;
}

static void add_to_share(GHashTable *shares, const Scanner *s)
{
	ShakedownAddress address = scanner_source(s);
	uint64_t source = sketch_hash_address(&address);
	Share *share = g_hash_table_lookup(shares, &source);

	if (!share) {
		share = g_new0(Share, 1);
		g_hash_table_insert(shares, g_memdup2(&source, sizeof source), share);
	}
	share->targets += scanner_is_of_target(s);
	share->ports += !scanner_is_of_target(s);
}

void scanners_finish(Scanners *t, DetectContext *context)
{
	g_autoptr(GHashTable) shares =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);

	for (const Scanner *s = t->table.list[true].oldest; s; s = s->newer)
		add_to_share(shares, s);
	for (const Scanner *s = t->table.list[true].oldest; s; s = s->newer)
		if (!told_by_others(shares, s))
			scanner_report(s, context, t->table.forgotten);
}
