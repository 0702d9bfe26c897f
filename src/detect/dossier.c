/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/dossier.h"

#include <glib.h>

struct _Dossiers {
	GHashTable *by_id; /* owns them; the key is the dossier's own id */
};

Dossiers *dossiers_new(void)
{
	Dossiers *d = g_new0(Dossiers, 1);

	d->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return d;
}

void dossiers_free(Dossiers *d)
{
	if (!d)
		return;
	g_hash_table_destroy(d->by_id);
	g_free(d);
}

Dossier *dossier_get(Dossiers *d, const TcpConnection *conn)
{
	return g_hash_table_lookup(d->by_id, &conn->id);
}

Dossier *dossier_of(Dossiers *d, TcpConnection *conn)
{
	Dossier *dossier = dossier_find(d, conn);

	if (dossier)
		return dossier;
	dossier = g_new0(Dossier, 1);
	dossier->id = conn->id;
	conn->noted |= NOTED_DOSSIER;
	g_hash_table_insert(d->by_id, &dossier->id, dossier);
	return dossier;
}

void dossier_close(Dossiers *d, const TcpConnection *conn)
{
	if (noted(conn, NOTED_DOSSIER))
		g_hash_table_remove(d->by_id, &conn->id);
}
