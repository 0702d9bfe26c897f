/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/bytes.h"
#include "base/seq.h"

#include <shakedown/types.h>

#include <criterion/criterion.h>

Test(seq, compares_across_the_wrap)
{
	TcpSeq before = tcp_seq(0xfffffff0), after = tcp_seq(0x10);

	cr_assert(tcp_seq_lt(before, after));
	cr_assert_not(tcp_seq_lt(after, before));
	cr_assert_eq(tcp_seq_diff(after, before), 0x20);
	cr_assert_eq(tcp_seq_diff(before, after), -0x20);
	cr_assert(tcp_seq_eq(tcp_seq_add(before, 0x20), after));
	cr_assert(tcp_seq_eq(tcp_seq_max(before, after), after));
	cr_assert(tcp_seq_leq(after, after));
}

Test(bytes, pull_fails_softly_and_moves_nothing)
{
	static const uint8_t data[] = {0x01, 0x02, 0x03, 0x04, 0x05};
	Bytes b = bytes_of(data, sizeof data);

	cr_assert_eq(bytes_pull(&b, 4), data);
	cr_assert_null(bytes_pull(&b, 2));
	cr_assert_eq(bytes_left(&b), 1);
	bytes_limit(&b, 0);
	cr_assert_null(bytes_peek(&b, 1));
	cr_assert_eq(be32(data), 0x01020304u);
	cr_assert_eq(be24(data), 0x010203u);
	cr_assert_eq(le32(data), 0x04030201u);
	cr_assert_eq(be16(data), 0x0102);
	cr_assert_eq(le16(data), 0x0201);
}

Test(address, formats_as_people_write_them)
{
	char text[SHAKEDOWN_ADDRESS_LEN];
	ShakedownAddress v4 = {4, {192, 0, 2, 10}}, v6 = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
			 none = {0};

	cr_assert_eq(shakedown_address_format(&v4, text), 10);
	cr_assert_str_eq(text, "192.0.2.10");
	shakedown_address_format(&v6, text);
	cr_assert_str_eq(text, "2001:db8::1");
	shakedown_address_format(&none, text);
	cr_assert_str_eq(text, "-");
	v4.bytes[0] = 0, v4.bytes[1] = 255, v4.bytes[2] = 99, v4.bytes[3] = 100;
	shakedown_address_format(&v4, text);
	cr_assert_str_eq(text, "0.255.99.100");
}
