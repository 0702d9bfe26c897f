/* SPDX-License-Identifier: BSD-3-Clause */
/* The walk over TCP options: what each says, and lengths that lie. */
#include "decode/tcp-options.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* The bytes end where memory does, as far as a sanitizer is concerned. */
static Segment with_options(uint8_t **memory, const uint8_t *bytes, size_t len)
{
	Segment segment = {.options_len = (uint8_t)len};

	*memory = malloc(len ? len : 1);
	memcpy(*memory, bytes, len);
	segment.options = *memory;
	return segment;
}

#define OPTIONS(...)                                                                               \
	uint8_t *memory;                                                                           \
	Segment segment = with_options(&memory, (const uint8_t[]){__VA_ARGS__},                    \
				       sizeof((const uint8_t[]){__VA_ARGS__}))

Test(tcp_options, come_one_at_a_time_without_nops)
{
	OPTIONS(1, 1, 2, 4, 0x05, 0xb4, 1, 4, 2, 254, 5, 1, 2, 3, 0, 9, 9);
	TcpOptions it = tcp_options_of(&segment);
	TcpOption option;

	cr_assert(tcp_options_next(&it, &option));
	cr_expect(option.kind == TCP_OPTION_MSS && option.len == 2 &&
		  option.data == segment.options + 4);
	cr_assert(tcp_options_next(&it, &option));
	cr_expect(option.kind == TCP_OPTION_SACK_PERMITTED && option.len == 0);
	cr_assert(tcp_options_next(&it, &option));
	cr_expect(option.kind == 254 && option.len == 3);
	cr_assert_not(tcp_options_next(&it, &option));
	cr_assert_not(tcp_options_next(&it, &option));
	cr_expect_not(it.malformed);
	free(memory);
}

Test(tcp_options, end_at_a_length_that_lies)
{
	static const uint8_t liars[][4] = {
		{8, 0, 1, 1}, {8, 1, 1, 1}, {8, 5, 1, 1}, {1, 1, 1, 8}, {3, 255, 1, 1}};

	for (size_t i = 0; i < sizeof liars / sizeof *liars; i++) {
		uint8_t *memory;
		Segment segment = with_options(&memory, liars[i], 4);
		TcpOptions it = tcp_options_of(&segment);
		TcpOption option;
		uint32_t tsval, tsecr;

		cr_expect_not(tcp_options_next(&it, &option), "row %zu", i);
		cr_expect(it.malformed, "row %zu", i);
		cr_expect_not(tcp_options_timestamps(&segment, &tsval, &tsecr));
		free(memory);
	}
}

Test(tcp_options, never_read_beyond_the_end)
{
	for (unsigned kind = 0; kind < 256; kind++) {
		for (unsigned length = 0; length < 16; length++) {
			uint8_t bytes[12] = {(uint8_t)kind, (uint8_t)length, 0xf9, 0x89, 8, 10};

			for (size_t len = 0; len <= sizeof bytes; len++) {
				uint8_t *memory;
				Segment segment = with_options(&memory, bytes, len);
				TcpSackBlock blocks[4];
				TcpSynOptions syn;
				uint32_t tsval, tsecr;

				cr_expect_leq(tcp_options_sack(&segment, blocks), 4);
				tcp_options_timestamps(&segment, &tsval, &tsecr);
				tcp_options_syn(&segment, &syn);
				free(memory);
			}
		}
	}
}

/* As they stand there, and once more when they have been read and the options are gone. */
static void expect_timestamps(Segment *segment, bool there, uint32_t value, uint32_t echo)
{
	uint32_t tsval = 0, tsecr = 0;

	for (unsigned read = 0; read < 2; read++) {
		cr_assert_eq(tcp_options_timestamps(segment, &tsval, &tsecr), there);
		cr_expect(!there || (tsval == value && tsecr == echo), "%u, %u", tsval, tsecr);
		tcp_options_read_timestamps(segment);
		segment->options_len = 0;
	}
}

Test(tcp_options, timestamps_in_the_usual_and_in_another_place)
{
	{
		OPTIONS(1, 1, 8, 10, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xfe);
		expect_timestamps(&segment, true, 7, 0xfffffffe);
		free(memory);
	}
	{
		OPTIONS(4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 2, 0, 1, 3, 3, 7);
		expect_timestamps(&segment, true, 256, 512);
		free(memory);
	}
	{
		OPTIONS(8, 6, 0, 0, 1, 0, 1, 1);
		expect_timestamps(&segment, false, 0, 0);
		free(memory);
	}
	{
		Segment segment = {0};

		expect_timestamps(&segment, false, 0, 0);
	}
}

Test(tcp_options, sack_blocks_up_to_four)
{
	TcpSackBlock blocks[4];
	{
		OPTIONS(1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 5);
		cr_assert_eq(tcp_options_sack(&segment, blocks), 2);
		cr_expect(blocks[0].left.value == 1 && blocks[0].right.value == 2);
		cr_expect(blocks[1].left.value == 0xfffffff0 && blocks[1].right.value == 5);
		free(memory);
	}
	{
		OPTIONS(5, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0);
		cr_expect_eq(tcp_options_sack(&segment, blocks), 0, "no multiple of a block");
		free(memory);
	}
	{
		OPTIONS(5, 34, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6,
			6, 7, 7, 7, 7, 8, 8, 8, 8);
		cr_expect_eq(tcp_options_sack(&segment, blocks), 4);
		cr_expect_eq(blocks[3].right.value, 0x08080808);
		free(memory);
	}
}

Test(tcp_options, of_a_syn)
{
	{
		OPTIONS(2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 200, 34, 2,
			30, 4, 0x01, 0x81);
		TcpSynOptions syn;

		tcp_options_syn(&segment, &syn);
		cr_expect_eq(syn.mss, 1460);
		cr_expect(syn.sack_permitted && syn.timestamps && !syn.md5 && !syn.ao);
		cr_expect_eq(syn.window_scale, 14, "RFC 7323 §2.3");
		cr_expect_eq(syn.fast_open, 0);
		cr_expect_eq(syn.mptcp, 1);
		free(memory);
	}
	{
		OPTIONS(254, 8, 0xf9, 0x89, 1, 2, 3, 4, 19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 29, 4, 1, 2);
		TcpSynOptions syn;

		tcp_options_syn(&segment, &syn);
		cr_expect(syn.fast_open == 1 && syn.md5 && syn.ao);
		cr_expect(syn.mss == -1 && syn.window_scale == -1 && syn.mptcp == -1);
		free(memory);
	}
	{
		OPTIONS(2, 3, 1, 3, 2, 30, 4, 0x10, 0x01, 34, 10, 1, 2, 3, 4, 5, 6, 7, 8);
		TcpSynOptions syn;

		tcp_options_syn(&segment, &syn);
		cr_expect(syn.mss == -1 && syn.window_scale == -1, "lengths that do not fit");
		cr_expect_eq(syn.mptcp, -1, "a join is not a capability");
		cr_expect_eq(syn.fast_open, 1);
		free(memory);
	}
}
