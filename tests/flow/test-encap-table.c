/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/encap-table.h"

#include "decode/encapsulation.h"
#include "model-rand.h"

#include <string.h>

static Encapsulation vlan_gre(uint32_t vlan, uint32_t key)
{
	Encapsulation encap = {0};

	cr_assert(encapsulation_push(&encap, ENCAP_VLAN, true, vlan, true));
	cr_assert(encapsulation_push(&encap, ENCAP_GRE, true, key, false));
	return encap;
}

static Encapsulation one_layer(EncapKind kind, uint32_t id, bool identity)
{
	Encapsulation encap = {0};

	cr_assert(encapsulation_push(&encap, kind, true, id, identity));
	return encap;
}

Test(encap_table, nothing_is_0)
{
	g_autoptr(EncapTable) table = encap_table_new();
	Encapsulation none = {0};

	/* What is beyond the length does not count. */
	none.layer[0].kind = ENCAP_VLAN;
	cr_assert_eq(encap_table_intern(table, &none), 0);
	cr_assert_eq(encap_table_identity(table, 0), 0);
	cr_assert_eq(encap_table_get(table, 0)->len, 0);
	cr_assert_null(encap_table_names(table, 0)[0]);
	encap_table_free(NULL);
}

Test(encap_table, equal_lists_have_one_id)
{
	g_autoptr(EncapTable) table = encap_table_new();
	Encapsulation a = vlan_gre(10, 1), b = vlan_gre(10, 2), c = vlan_gre(11, 1), again;
	uint32_t id_a = encap_table_intern(table, &a), id_b = encap_table_intern(table, &b),
		 id_c = encap_table_intern(table, &c);

	/* Rubbish in the padding and beyond the length must not tell lists apart. */
	memset(&again, 0xff, sizeof again);
	again.len = a.len;
	for (size_t i = 0; i < a.len; i++) {
		again.layer[i].kind = a.layer[i].kind;
		again.layer[i].has_id = a.layer[i].has_id;
		again.layer[i].identity = a.layer[i].identity;
		again.layer[i].id = a.layer[i].id;
	}
	cr_assert_neq(id_a, id_b);
	cr_assert_neq(id_a, id_c);
	cr_assert_eq(encap_table_intern(table, &again), id_a);
	cr_assert_eq(encap_table_intern(table, &again), id_a, "from the cache");
	cr_assert_eq(encap_table_intern(table, &c), id_c);
	cr_assert_eq(encap_table_identity(table, id_a), encap_table_identity(table, id_b));
	cr_assert_neq(encap_table_identity(table, id_a), encap_table_identity(table, id_c));
	cr_assert_eq(encap_table_get(table, id_b)->layer[1].id, 2);
}

Test(encap_table, identity_is_that_of_the_layers_with_identity)
{
	g_autoptr(EncapTable) table = encap_table_new();
	Encapsulation gre = one_layer(ENCAP_GRE, 5, false), vlan = one_layer(ENCAP_VLAN, 10, true),
		      both = vlan_gre(10, 5), other_way = {0};

	encapsulation_push(&other_way, ENCAP_GRE, true, 5, false);
	encapsulation_push(&other_way, ENCAP_VLAN, true, 10, true);

	uint32_t id_both = encap_table_intern(table, &both),
		 id_vlan = encap_table_intern(table, &vlan),
		 id_other = encap_table_intern(table, &other_way);

	cr_assert_eq(encap_table_identity(table, encap_table_intern(table, &gre)), 0);
	cr_assert_neq(id_both, id_other);
	cr_assert_eq(encap_table_identity(table, id_both), id_vlan);
	cr_assert_eq(encap_table_identity(table, id_other), id_vlan);
	cr_assert_eq(encap_table_identity(table, id_vlan), id_vlan);
}

Test(encap_table, names_are_those_of_the_layers)
{
	g_autoptr(EncapTable) table = encap_table_new();
	Encapsulation both = vlan_gre(10, 5);
	uint32_t id = encap_table_intern(table, &both);
	const char *const *names = encap_table_names(table, id);
	char text[64];

	for (size_t i = 0; i < 2; i++) {
		encapsulation_layer_format(&both.layer[i], text, sizeof text);
		cr_assert_str_eq(names[i], text);
	}
	cr_assert_str_eq(names[0], "vlan:10");
	cr_assert_null(names[2]);
	for (uint32_t i = 0; i < 5000; i++) {
		Encapsulation more = vlan_gre(i, i);

		encap_table_intern(table, &more);
	}
	cr_assert_eq(encap_table_names(table, id), names, "valid as long as the table");
}

static Encapsulation random_encap(ModelRand *rand)
{
	Encapsulation encap = {0};
	uint32_t len = model_rand_below(rand, 4);

	for (uint32_t i = 0; i < len; i++)
		encapsulation_push(&encap, (EncapKind)(1 + model_rand_below(rand, 2)),
				   model_rand_below(rand, 4) > 0, model_rand_below(rand, 2),
				   model_rand_below(rand, 2) > 0);
	return encap;
}

Test(encap_table, agrees_with_encapsulation_same)
{
	ModelRand rand = model_rand_new();
	g_autoptr(EncapTable) table = encap_table_new();

	for (unsigned n = 0; n < 20000; n++) {
		Encapsulation a = random_encap(&rand), b = random_encap(&rand);
		uint32_t id_a = encap_table_intern(table, &a), id_b = encap_table_intern(table, &b);

		cr_assert_eq(encap_table_identity(table, id_a) == encap_table_identity(table, id_b),
			     encapsulation_same(&a, &b), "seed %" G_GUINT64_FORMAT, rand.seed);
		cr_assert_eq(encap_table_get(table, id_a)->len, a.len);
	}
	cr_assert_eq(encap_table_overflows(table), 0);
}

/* A flood of tunnel ids must not make connections fall apart or run together. */
Test(encap_table, full_of_details_it_still_knows_identity)
{
	g_autoptr(EncapTable) table = encap_table_new();

	for (uint32_t i = 0; i < 100000; i++) {
		Encapsulation gtp = one_layer(ENCAP_GTP, i, false), both = vlan_gre(7, i);

		cr_assert_eq(encap_table_identity(table, encap_table_intern(table, &gtp)), 0);
		encap_table_intern(table, &both);
	}
	cr_assert_leq(encap_table_len(table), ENCAP_TABLE_DETAILS + 1);
	cr_assert_geq(encap_table_overflows(table), 200000 - ENCAP_TABLE_DETAILS);
	for (uint32_t vlan = 0; vlan < 4096; vlan++) {
		Encapsulation new_detail = vlan_gre(vlan, 200000),
			      plain = one_layer(ENCAP_VLAN, vlan, true);
		uint32_t id = encap_table_intern(table, &plain);

		cr_assert_eq(encap_table_identity(table, id), id);
		cr_assert_eq(encap_table_get(table, id)->layer[0].id, vlan);
		cr_assert_eq(encap_table_intern(table, &new_detail), id);
	}
}

Test(encap_table, is_bounded_in_classes_too)
{
	g_autoptr(EncapTable) table = encap_table_new();
	Encapsulation first = one_layer(ENCAP_VXLAN, 0, true);
	uint32_t id_first = encap_table_intern(table, &first);

	for (uint32_t i = 1; i < 100000; i++) {
		Encapsulation vxlan = one_layer(ENCAP_VXLAN, i, true),
			      detail = one_layer(ENCAP_GTP, i, false);
		uint32_t id = encap_table_intern(table, &vxlan);

		cr_assert(id > 0 && id <= ENCAP_TABLE_MAX);
		cr_assert_eq(encap_table_identity(table, id), id);
		cr_assert_neq(id, id_first);
		/* What has no identity does not get one from the crowd. */
		id = encap_table_intern(table, &detail);
		cr_assert_eq(encap_table_identity(table, id), 0);
	}
	cr_assert_eq(encap_table_len(table), ENCAP_TABLE_MAX);
	cr_assert_eq(encap_table_intern(table, &first), id_first);
	cr_assert_gt(encap_table_overflows(table), 0);
}
