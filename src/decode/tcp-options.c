/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/tcp-options.h"

#include <sys/param.h>

#define TCP_WINDOW_SCALE_MOST 14
#define TCP_EXPERIMENT_FAST_OPEN 0xf989

TcpOptions tcp_options_of(const Segment *segment)
{
	return (TcpOptions){bytes_of(segment->options, segment->options_len), false};
}

bool tcp_options_next(TcpOptions *options, TcpOption *option)
{
	Bytes *left = &options->left;

	while (left->at < left->end) {
		size_t room = bytes_left(left);
		const uint8_t *at = left->at;

		if (at[0] == TCP_OPTION_NOP) {
			left->at++;
			continue;
		}
		if (at[0] == TCP_OPTION_END)
			break;
		if (room < 2 || at[1] < 2 || at[1] > room) {
			options->malformed = true;
			break;
		}
		*option = (TcpOption){at[0], (uint8_t)(at[1] - 2), at + 2};
		left->at += at[1];
		return true;
	}
	left->at = left->end;
	return false;
}

bool tcp_options_find_timestamps(const Segment *segment, uint32_t *tsval, uint32_t *tsecr)
{
	TcpOption option;

	for (TcpOptions it = tcp_options_of(segment); tcp_options_next(&it, &option);) {
		if (option.kind != TCP_OPTION_TIMESTAMPS || option.len != 8)
			continue;
		*tsval = be32(option.data);
		*tsecr = be32(option.data + 4);
		return true;
	}
	return false;
}

size_t tcp_options_sack(const Segment *segment, TcpSackBlock blocks[4])
{
	TcpOption option;

	for (TcpOptions it = tcp_options_of(segment); tcp_options_next(&it, &option);) {
		size_t n = option.len / 8;

		if (option.kind != TCP_OPTION_SACK || option.len % 8)
			continue;
		n = MIN(n, 4);
		for (size_t i = 0; i < n; i++)
			blocks[i] = (TcpSackBlock){
				tcp_seq(be32(option.data + i * 8)),
				tcp_seq(be32(option.data + i * 8 + 4)),
			};
		return n;
	}
	return 0;
}

static void tcp_syn_option(TcpSynOptions *syn, const TcpOption *option)
{
	switch (option->kind) {
	case TCP_OPTION_MSS:
		if (option->len == 2)
			syn->mss = be16(option->data);
		break;
	case TCP_OPTION_WINDOW_SCALE:
		if (option->len == 1)
			syn->window_scale = MIN(option->data[0], TCP_WINDOW_SCALE_MOST);
		break;
	case TCP_OPTION_SACK_PERMITTED:
		syn->sack_permitted = true;
		break;
	case TCP_OPTION_TIMESTAMPS:
		syn->timestamps = option->len == 8;
		break;
	case TCP_OPTION_MD5:
		syn->md5 = true;
		break;
	case TCP_OPTION_AO:
		syn->ao = true;
		break;
	case TCP_OPTION_MPTCP: /* RFC 8684 §3.1: MP_CAPABLE is subtype 0, then the version */
		if (option->len >= 1 && option->data[0] >> 4 == 0)
			syn->mptcp = option->data[0] & 0xf;
		break;
	case TCP_OPTION_FAST_OPEN:
		syn->fast_open = option->len > 0;
		break;
	case TCP_OPTION_EXPERIMENT:
		if (option->len >= 2 && be16(option->data) == TCP_EXPERIMENT_FAST_OPEN)
			syn->fast_open = option->len > 2;
		break;
	}
}

void tcp_options_syn(const Segment *segment, TcpSynOptions *syn)
{
	TcpOption option;

	*syn = (TcpSynOptions){.mss = -1, .window_scale = -1, .fast_open = -1, .mptcp = -1};
	for (TcpOptions it = tcp_options_of(segment); tcp_options_next(&it, &option);)
		tcp_syn_option(syn, &option);
}
