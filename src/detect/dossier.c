/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/dossier.h"

#include "detect/sketch.h"

#include <glib.h>

#define RESETS_PER_CHUNK 1024
/* A place in a table that is half full when it has just grown, and what malloc() adds. */
#define PLACE 32
#define MALLOC 16

struct _Dossiers {
	KeyTable *table; /* of Dossier, by id */
	Slab *resets;	 /* of DossierReset */
	Dossier *latest; /* that was asked for: most events of a connection ask more than once */
};

const DossierReset dossier_no_reset;
const DossierRare dossier_nothing_rare;

Dossiers *dossiers_new(void)
{
	Dossiers *d = g_new0(Dossiers, 1);

	d->table = key_table_new(sizeof(Dossier), sizeof((Dossier *)0)->id);
	d->resets = slab_new(sizeof(DossierReset), RESETS_PER_CHUNK);
	return d;
}

void dossiers_free(Dossiers *d)
{
	if (!d)
		return;
	g_autofree void **items = key_table_items(d->table);

	for (size_t i = 0; i < key_table_len(d->table); i++)
		g_free(((Dossier *)items[i])->rare);
	key_table_free(d->table);
	slab_free(d->resets);
	g_free(d);
}

/* Nobody chooses ids: those that follow each other lie side by side, as they are asked for. */
static uint32_t hash_of(uint64_t id)
{
	return (uint32_t)(sketch_hash(id >> 4) << 4 | (id & 15));
}

static Dossier *find(Dossiers *d, const TcpConnection *conn, bool make)
{
	if (d->latest && d->latest->id[0] == conn->id)
		return d->latest;
	const uint64_t id[2] = {conn->id, 0};
	uint32_t hash = hash_of(conn->id);

	d->latest = key_table_find(d->table, id, sizeof id, hash);
	if (!d->latest && make) {
		KeyTablePlace place;

		d->latest = key_table_add_at(d->table, id, hash, &place);
		d->latest->place = place;
	}
	return d->latest;
}

Dossier *dossier_get(Dossiers *d, const TcpConnection *conn)
{
	return find(d, conn, false);
}

static Dossier *dossier_of(Dossiers *d, TcpConnection *conn)
{
	Dossier *dossier = find(d, conn, !noted(conn, NOTED_DOSSIER));

	conn->noted |= NOTED_DOSSIER;
	return dossier;
}

DossierReset *dossier_reset_of(Dossiers *d, TcpConnection *conn, ShakedownSideId side)
{
	DossierReset **reset = &dossier_of(d, conn)->reset[side];

	if (!*reset) {
		uint32_t handle = slab_alloc(d->resets);

		*reset = slab_get(d->resets, handle);
		(*reset)->handle = handle;
	}
	return *reset;
}

DossierRare *dossier_rare_of(Dossiers *d, TcpConnection *conn)
{
	Dossier *dossier = dossier_of(d, conn);

	if (!dossier->rare)
		dossier->rare = g_new0(DossierRare, 1);
	return dossier->rare;
}

void dossier_close(Dossiers *d, const TcpConnection *conn)
{
	Dossier *dossier = dossier_find(d, conn);

	if (!dossier)
		return;
	for (unsigned side = 0; side < 2; side++)
		if (dossier->reset[side])
			slab_free_item(d->resets, dossier->reset[side]->handle);
	g_free(dossier->rare);
	key_table_remove_at(d->table, dossier->place);
	d->latest = NULL;
}

size_t dossier_bytes(Dossiers *d, const TcpConnection *conn)
{
	const Dossier *dossier = dossier_get(d, conn);
	size_t bytes = sizeof *dossier + PLACE;

	for (unsigned side = 0; side < 2; side++)
		bytes += dossier->reset[side] ? sizeof(DossierReset) : 0;
	return bytes + (dossier->rare ? sizeof(DossierRare) + MALLOC : 0);
}
