/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dossier holds what was noticed of one connection until it can be judged: a reset, for one, is
 * forged only if its sender goes on, and that shows later. Few connections have one; it lives as
 * long as they do.
 */
#pragma once

#include "detect/noted.h"
#include "flow/key-table.h"
#include "tcp/tcp-event.h"

/* Resets that bear one side's name: there is one at least. */
typedef struct {
	uint32_t accepted, ignored; /* how many, by what their receiver must make of them */
	/* Of the first: */
	ShakedownTime time;
	uint64_t frame;
	bool first_accepted;
	bool near;	    /* ignored, yet not far from what was expected … */
	bool in_window;	    /* … where its receiver's window may be */
	bool without_ack;   /* no ACK flag, numbered as §3.10.7.1 numbers an answer */
	bool with_ack;	    /* … so does this, with ACK: tcp-repetition.h */
	bool foreign;	    /* its TTL is none of its sender's: tcp-reset.c */
	bool same_distance; /* … though it may have come as far */
	bool neighbour;	    /* … or from a hop or two beside */
	bool behind_proxy;  /* … or be the first of a host for which a firewall has opened */
	bool of_listener; /* it has sent nothing but SYN,ACK, and the number is of no ACK of that */
	bool placed; /* the number is one that its sender has sent or answers with, for all that was
			captured */
	uint8_t beyond; /* numbers, each another, beyond all that its sender has sent */
	uint32_t beyond_seq;
	bool moving; /* more followed at once, elsewhere in sequence space */
	uint32_t seq;
	uint8_t ttl, usual_ttl;
	uint8_t state[2];	  /* of the sender and the receiver before it */
	bool fin[2];		  /* they had sent theirs */
	uint32_t unacked[2];	  /* bytes that each had sent and the other had not acknowledged */
	bool zero_window;	  /* its sender had offered no window */
	bool after_syn;		  /* behind a SYN beside the connection: its sender's own, or one
				     that it refuses */
	bool stateless;		  /* a listener that keeps nothing of half-open connections may
				     have sent it */
	ShakedownDuration idle;	  /* nothing had passed for so long */
	ShakedownDuration silent; /* nothing of its sender */
	uint32_t spoke[2];	  /* segments other than resets, sender and receiver, up to it */
	/* Later: */
	uint64_t goes_on_frame; /* the "sender" went on here; 0: it did not */
	uint64_t missed_frame;	/* the receiver went on here as if nothing had come */
	bool missed_data;	/* … with payload */
	uint64_t challenged_frame;
	uint32_t handle;   /* its own */
	uint32_t answered; /* what it resets ends at most there */
} DossierReset;

/* SYNs within a connection that was open. */
typedef struct {
	uint32_t count;
	ShakedownTime time;
	uint64_t frame, challenged_frame;
	bool foreign;
	uint8_t ttl, usual_ttl;
} DossierSyn;

typedef struct {
	uint32_t count;
	ShakedownTime time;
	uint64_t frame;
	uint32_t value, expected; /* as on the wire */
	uint8_t ttl;
	uint16_t ip_id;	  /* 0: it had none */
	bool may_be_loss; /* its sender had sent more since, so that it may have been right */
	bool syn_ack;	  /* it was a SYN,ACK, … */
	bool renumbered;  /* … that a device on the way gave other numbers: both were captured */
} DossierAck;

typedef struct {
	uint32_t count;
	ShakedownTime time;
	uint8_t version, type, code;
	uint32_t mtu;
	ShakedownSideId side; /* whose segment it quotes */
	ShakedownAddress sender;
	bool opening; /* it quotes a SYN */
} DossierIcmp;

typedef struct {
	uint32_t count;
	ShakedownTime time;
	uint64_t frame;
	uint64_t bytes;
} DossierData;

/* Segments with flags that no stack sends, other than the connection's first. */
typedef struct {
	uint64_t count;
	ShakedownTime first, last;
	uint64_t frames[16];
} DossierOdd;

/* What hardly any connection has. */
typedef struct {
	DossierSyn syn[2];
	DossierAck bad_ack[2];
	DossierAck bad_handshake[2];
	DossierIcmp unreachable, too_big;
	DossierData after_fin[2];
	uint64_t not_its_fin[2]; /* frame of a FIN in its name where it went on; 0: none */
	DossierOdd odd;
	uint32_t challenges[2];
	uint64_t challenge_frame[2];
	uint64_t old_syn_frame[2]; /* its SYN once more, or another of the opening, that was
				      challenged */
	ShakedownTime challenge_time[2], challenge_last[2];
	uint32_t time_wait_restarts;
	uint64_t third_ack_lost_frame;
	uint32_t third_ack_lost;
	uint64_t reuse_frame;	/* the SYN that opened its four-tuple again in TIME-WAIT */
	bool reuse_not_allowed; /* its own SYN was such a one, and not safe */
	bool waits_no_more;	/* its own SYN had met TIME-WAIT, and an RST has ended that */
} DossierRare;

/* Its parts are there once something is noted in them: by the million it is one reset that there
 * is, and nothing else. */
typedef struct {
	uint64_t id[2];		/* of the connection, and 0: a key */
	KeyTablePlace place;	/* where it is */
	DossierReset *reset[2]; /* in that side's name; NULL: none */
	DossierRare *rare;	/* or NULL */
} Dossier;

extern const DossierReset dossier_no_reset;
extern const DossierRare dossier_nothing_rare;

/* All zero where there is none. */
static inline const DossierReset *dossier_reset(const Dossier *dossier, ShakedownSideId side)
{
	return dossier->reset[side] ? dossier->reset[side] : &dossier_no_reset;
}
static inline const DossierRare *dossier_rare(const Dossier *dossier)
{
	return dossier->rare ? dossier->rare : &dossier_nothing_rare;
}

typedef struct _Dossiers Dossiers;

Dossiers *dossiers_new(void);
void dossiers_free(Dossiers *dossiers);
/* That of a connection that has one. */
Dossier *dossier_get(Dossiers *dossiers, const TcpConnection *conn);
/* NULL where there is none. */
static inline Dossier *dossier_find(Dossiers *dossiers, const TcpConnection *conn)
{
	return noted(conn, NOTED_DOSSIER) ? dossier_get(dossiers, conn) : NULL;
}
/* Parts of the connection's dossier, to be written; what is not there is opened. */
DossierReset *dossier_reset_of(Dossiers *dossiers, TcpConnection *conn, ShakedownSideId side);
DossierRare *dossier_rare_of(Dossiers *dossiers, TcpConnection *conn);
void dossier_close(Dossiers *dossiers, const TcpConnection *conn);
/* What that of a connection which has one takes, with its places in a table that has just grown. */
size_t dossier_bytes(Dossiers *dossiers, const TcpConnection *conn);
