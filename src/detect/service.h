/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A service (address and port) as the SYNs toward it show it: how many come, how many stay
 * half-open, how fast it answers, over a window that slides with the packets' clock. What comes to
 * services that get little is counted once more, for their host as a whole, and what comes to hosts
 * that get little for their subnet: a flood may be spread over a host's ports, or over addresses
 * that lie together. All three are held in a table of bounded size, in which the one that was
 * silent longest, of the kind that there is most of, makes room for a new one.
 */
#pragma once

#include "detect/sketch.h"
#include "tcp/tcp-event.h"

#include "detect/noted.h"

#include <shakedown/config.h>

#include <stddef.h>

/* The window is cut into slots. What came in a slot is judged a few slots later, when what was to
 * be answered has been. */
#define SERVICE_WINDOW_SLOTS 20
#define SERVICE_GRACE_SLOTS 3
#define SERVICE_SLOTS 32
#define SERVICE_LEGS 16
#define SERVICES_MOST 8192

typedef struct {
	int64_t id;			  /* its time by its width */
	uint32_t opened, finished, again; /* attempts; those not half-open; those tried again */
	uint32_t answered, established, talked;
	uint32_t refused, aborted; /* of those not half-open: answered by RST; SYN,ACK was */
	ShakedownTime first, last;
	uint64_t first_frame;
} ServiceSlot;
_Static_assert(sizeof(ServiceSlot) == 64, "a cache line");

/* Some trouble of a service, from its first sign to its last. */
typedef struct {
	ShakedownTime start, last;
	uint64_t count, peak;
	uint64_t frames[16];
	unsigned frames_len;
} ServiceEpisode;

/* Signs of SYN cookies, see cookies.h. */
typedef struct {
	ShakedownTime start, last; /* of the SYN,ACKs; start 0: none at present */
	uint64_t silent, repeated; /* SYN,ACKs never acknowledged: not sent again, or sent again */
	uint64_t stripped, kept;   /* SYNs without timestamps whose options the answer dropped */
	uint64_t frames[16];
	unsigned frames_len;
} ServiceCookies;

/* A flood under way. */
typedef struct {
	ShakedownTime start, last;
	uint64_t syns, finished, refused, aborted, answered, repeated, established;
	uint64_t peak_half_open;
	uint64_t behind;     /* SYNs in its midst by a clock that had leapt back */
	ShakedownTime known; /* when it was judged to be one */
	double peak_rate;    /* SYNs a second */
	bool cumulative;     /* the sum told, not the window */
	bool by_answers;     /* as the service's, when it began */
	uint64_t frames[16];
	unsigned frames_len;
} ServiceFlood;

typedef struct {
	SketchDistinct distinct;
	SketchSample sample; /* it was offered each SYN that is known of */
	SketchTop top;
	SketchDistinct targets; /* ports of a host, or hosts of a subnet, that they came to */
	uint32_t ttl[256];
} ServiceSources;

/* Whence they came, and to what of a host or subnet: two kilobytes where they are many. */
typedef struct {
	SketchDistinct sources, targets;
} StrayCrowd;

/* Segments without a connection, of one kind, that are no episode yet. */
typedef struct {
	ShakedownTime since; /* a window's beginning, … */
	uint64_t count;	     /* … and those in it */
} ServiceStrays;

typedef enum {
	SERVICE_ACCEPT_QUEUE = 0,
	SERVICE_BACKLOG,
	SERVICE_CONNECTIONS,
	SERVICE_STRAYS, /* and the kinds of strays behind it */
} ServiceTrouble;
#define SERVICE_TROUBLES (SERVICE_STRAYS + STRAYS)
#define SERVICE_QUEUES ((1u << SERVICE_STRAYS) - 1)

#define SERVICE_FLOODS_PAST 4

typedef struct {
	ShakedownTime from, until;
	float peak_rate; /* SYNs a second */
	ShakedownSeverity severity;
} ServiceSpan;

typedef struct {
	KeyAddress address;
	uint64_t end; /* key_end(), and its breadth */
} ServiceKey;

/* What it stands for. */
typedef enum {
	SERVICE_ITSELF = 0,
	SERVICE_HOST,	/* all services of a host that get little */
	SERVICE_SUBNET, /* all hosts of a subnet that get little */
} ServiceBreadth;
#define SERVICE_BREADTHS 3
#define SERVICE_BREADTH_SHIFT 32

/* How much of an address is its subnet's: what is routed as one, and seldom less. */
#define SERVICE_SUBNET_BITS_4 24
#define SERVICE_SUBNET_BITS_6 64

/* Each event of a connection finds its service cold: what most of them ask for comes first. Who
 * sends to ever other services shall not pay for what few of them come to: what is large is not
 * cleared for a new one, and holds something only where a bit says so. */
typedef struct _Service {
	_Alignas(64) ServiceKey key;	/* first: the table looks no further */
	struct _Service *newer, *older; /* by when they were heard of last */
	ShakedownTime judge_at;		/* before that time there is nothing more to be judged */
	/* The slot that was asked for last: most ask for the same, and a division takes longer than
	 * all the rest. */
	int64_t latest_id;
	ShakedownTime latest_start;

	ShakedownTime origin;	 /* where its slots are counted from */
	int64_t judged;		 /* the last slot that was */
	uint64_t half_open;	 /* at present */
	ServiceSources *sources; /* once there is something to look at */
	ServiceFlood *flood;
	ShakedownTime answered_syn; /* the latest SYN that was answered */
	uint32_t legs[2];
	uint32_t slots; /* those that are in use, a bit each */
	bool begun;
	uint8_t troubles; /* episodes that are under way, a bit each */
	uint8_t measured; /* usual: over so many slots, up to as many as it remembers */

	_Alignas(64) ServiceCookies cookies;
	ShakedownAddress address; /* of the key, for everybody else */
	uint16_t port;		  /* 0 of a host or subnet */
	/* How its window stood when that was looked at last: its SYNs, and whether they may become
	 * a flood. */
	bool looms;
	bool by_answers; /* third ACKs are not in the capture: an answer stands for them */
	uint64_t window_syns;
	ShakedownTime looked;
	/* The SYNs since then that were its host's, or a host's subnet's, too. */
	uint32_t for_wider;
	ShakedownTime for_wider_since;
	double excess, usual; /* cumulative sum; completed handshakes a slot, averaged */
	ServiceSpan past[SERVICE_FLOODS_PAST];
	unsigned past_next;
	struct {
		ShakedownTime time;
		uint64_t connection, frame;
	} refused_ack[4];
	unsigned refused_acks;
	ShakedownTime passed_over[4];
	unsigned passed_overs;
	ShakedownAddress connections_from; /* most of them; version 0: nobody in particular */
	ServiceStrays strays[STRAYS];
	StrayCrowd *crowd; /* of all of their windows and episodes; NULL: few came so far */

	/* Not cleared. */
	_Alignas(64) ServiceSlot slot[SERVICE_SLOTS];
	uint32_t repeated[SERVICE_SLOTS]; /* of each slot's answered: whose SYN,ACK came again */
	float leg[2][SERVICE_LEGS];	  /* seconds, the latest */
	ServiceEpisode episode[SERVICE_TROUBLES];
} Service;
_Static_assert(offsetof(Service, cookies) == 128, "two cache lines");
_Static_assert(offsetof(Service, slot) <= 768, "what each new one costs");
_Static_assert(SERVICE_SLOTS <= 32 && SERVICE_TROUBLES <= 8, "a bit each");

typedef struct _Services Services;

Services *services_new(const ShakedownConfig *config);
void services_free(Services *services);
typedef enum {
	SERVICE_FIND = 0, /* NULL where there is none */
	SERVICE_HEARD,	  /* the same, and something was heard of it */
	SERVICE_MAKE,	  /* heard of, and made where there is none */
} ServiceLook;

/* What ends makes none: one that had to make room knows nothing of what began before. */
Service *services_get(Services *services, const ShakedownAddress *address, uint16_t port,
		      ServiceLook look);
/* Of a connection's server. */
Service *services_get_of(Services *services, const TcpConnection *conn, ServiceLook look);
/* What the host is a part of: SERVICE_HOST or SERVICE_SUBNET. */
Service *services_get_wider(Services *services, ServiceBreadth breadth,
			    const ShakedownAddress *host, ServiceLook look);
/* All at once: what is under way is told first. */
void services_forget_all(Services *services);
/* Services that had to make room. */
uint64_t services_forgotten(const Services *services);
/* The tap has seen both directions of an attempt. */
void services_note_both_ways(Services *services);
/* … of several: what is not answered is silent, and not unseen. */
bool services_seen_both_ways(const Services *services);
void services_foreach(Services *services, void (*call)(Service *service, void *data), void *data);
/* Called with a service that is about to make room. */
void services_on_forget(Services *services, void (*call)(Service *service, void *data), void *data);

static inline unsigned service_subnet_bits(const ShakedownAddress *address)
{
	return address->version == 6 ? SERVICE_SUBNET_BITS_6 : SERVICE_SUBNET_BITS_4;
}

static inline ServiceBreadth service_breadth(const Service *service)
{
	return (ServiceBreadth)(service->key.end >> SERVICE_BREADTH_SHIFT);
}

/* It has completed handshakes, one a window or more. */
static inline bool service_serves(const Service *service)
{
	return service->usual * SERVICE_WINDOW_SLOTS >= 1;
}

/* Whether a SYN toward the service counts for its host, too, or one toward the host for its subnet:
 * so do a few in every window. */
bool service_is_for_wider(Service *service, const ShakedownConfig *config, ShakedownTime time);

/* So many SYNs, or strays, in a window are a flood, if other things say so, too. */
uint64_t service_flood_least(const Service *service, const ShakedownConfig *config);

ShakedownDuration service_slot_width(const ShakedownConfig *config);
/* The slot of that time; NULL where the window has moved beyond it. */
ServiceSlot *service_slot(Service *service, const ShakedownConfig *config, ShakedownTime time);
static inline bool service_uses_slot(const Service *service, unsigned slot)
{
	return service->slots >> slot & 1;
}
static inline uint32_t service_repeated(const Service *service, const ServiceSlot *slot)
{
	return service->repeated[slot - service->slot];
}
/* Slots are counted from the service's first, so that nothing depends on the calendar. */
int64_t service_slot_id(const Service *service, const ShakedownConfig *config, ShakedownTime time);
ShakedownTime service_slot_end(const Service *service, const ShakedownConfig *config, int64_t id);
/* How long either side took to answer in a handshake. */
void service_note_legs(Service *service, const TcpConnection *conn);
/* The median of the latest; unknown while there are few. */
ShakedownDuration service_leg_median(const Service *service, ShakedownSideId side);

/* A sign of it: another one, or the first. */
ServiceEpisode *service_episode(Service *service, ServiceTrouble trouble, ShakedownTime time,
				uint64_t frame);
static inline void service_episode_over(Service *service, ServiceTrouble trouble)
{
	service->troubles &= (uint8_t) ~(1u << trouble);
}
/* NULL: none is under way. */
static inline ServiceEpisode *service_trouble(Service *service, ServiceTrouble trouble)
{
	return service->troubles >> trouble & 1 ? &service->episode[trouble] : NULL;
}
