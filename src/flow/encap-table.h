/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Encapsulations by number: a connection keeps a small id instead of the list of layers. Equal
 * lists have one record id; every record knows its identity class, the id of the record that holds
 * only those layers that tell connections apart.
 *
 * The table is bounded, since whoever sends the packets chooses the layers. When it has no room for
 * a new list, the list gets the id of its identity class: its connections are still told apart, and
 * only the names of the other layers are lost. Only when there are more than ENCAP_TABLE_MAX
 * classes do further ones share the last id. Both are counted by encap_table_overflows().
 */
#pragma once

#include "decode/segment.h"

#include <glib.h>

typedef struct _EncapTable EncapTable;

/* The greatest id: ids fit in 16 bits. */
#define ENCAP_TABLE_MAX 65535
/* Lists that are not their own identity class may have so many ids; the rest is kept for classes.
 */
#define ENCAP_TABLE_DETAILS 32768

EncapTable *encap_table_new(void);
void encap_table_free(EncapTable *table);

/* The record id of a list of layers: 1..ENCAP_TABLE_MAX; 0 where there are none. */
uint32_t encap_table_intern(EncapTable *table, const Encapsulation *encap);

/* The id of a record's identity class, which is its own class; 0 where no layer has identity. Two
 * ids agree in it exactly when encapsulation_same() holds for their lists (and beyond
 * ENCAP_TABLE_MAX classes). */
uint32_t encap_table_identity(const EncapTable *table, uint32_t id);

/* The layers of a record: none for id 0. Valid as long as the table. */
const Encapsulation *encap_table_get(const EncapTable *table, uint32_t id);

/* "vlan:10", "gre": outermost first, NULL-terminated, never NULL. Valid as long as the table. */
const char *const *encap_table_names(EncapTable *table, uint32_t id);

/* Records so far. */
size_t encap_table_len(const EncapTable *table);
/* How often encap_table_intern() could not give a list its own record. */
uint64_t encap_table_overflows(const EncapTable *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EncapTable, encap_table_free)
