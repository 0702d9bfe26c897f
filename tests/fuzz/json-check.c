/* SPDX-License-Identifier: BSD-3-Clause */
#include "json-check.h"

#include <glib.h>
#include <string.h>

#define DEPTH_MOST 64

typedef struct {
	const char *at, *end;
	unsigned depth;
} Json;

static bool value(Json *j);

static void space(Json *j)
{
	while (j->at < j->end && memchr(" \t\r\n", *j->at, 4))
		j->at++;
}

static bool take(Json *j, char c)
{
	if (j->at == j->end || *j->at != c)
		return false;
	j->at++;
	return true;
}

static bool word(Json *j, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(j->end - j->at) < len || memcmp(j->at, text, len) != 0)
		return false;
	j->at += len;
	return true;
}

static bool digits(Json *j)
{
	const char *begin = j->at;

	while (j->at < j->end && g_ascii_isdigit(*j->at))
		j->at++;
	return j->at > begin;
}

static bool number(Json *j)
{
	take(j, '-');
	if (!take(j, '0') && !digits(j))
		return false;
	if (take(j, '.') && !digits(j))
		return false;
	if (take(j, 'e') || take(j, 'E')) {
		if (!take(j, '+'))
			take(j, '-');
		return digits(j);
	}
	return true;
}

static bool escape(Json *j)
{
	if (take(j, 'u')) {
		for (unsigned i = 0; i < 4; i++, j->at++)
			if (j->at == j->end || !g_ascii_isxdigit(*j->at))
				return false;
		return true;
	}
	if (j->at == j->end || !memchr("\"\\/bfnrt", *j->at, 8))
		return false;
	j->at++;
	return true;
}

static bool string(Json *j)
{
	if (!take(j, '"'))
		return false;
	while (j->at < j->end) {
		char c = *j->at++;

		if (c == '"')
			return true;
		if ((unsigned char)c < 0x20 || (c == '\\' && !escape(j)))
			return false;
	}
	return false;
}

static bool member(Json *j)
{
	space(j);
	if (!string(j))
		return false;
	space(j);
	return take(j, ':') && value(j);
}

static bool list(Json *j, char end, bool (*item)(Json *))
{
	space(j);
	if (take(j, end))
		return true;
	do {
		if (!item(j))
			return false;
		space(j);
	} while (take(j, ','));
	return take(j, end);
}

static bool value(Json *j)
{
	bool valid;

	space(j);
	if (j->at == j->end || ++j->depth > DEPTH_MOST)
		return false;
	switch (*j->at) {
	case '{':
		j->at++;
		valid = list(j, '}', member);
		break;
	case '[':
		j->at++;
		valid = list(j, ']', value);
		break;
	case '"':
		valid = string(j);
		break;
	default:
		valid = word(j, "true") || word(j, "false") || word(j, "null") || number(j);
		break;
	}
	j->depth--;
	return valid;
}

bool json_is_valid(const char *text, size_t len)
{
	Json j = {text, text + len, 0};

	if (!g_utf8_validate_len(text, len, NULL) || !value(&j))
		return false;
	space(&j);
	return j.at == j.end;
}

bool json_lines_are_valid(const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);

		if (!end || *text != '{' || !json_is_valid(text, (size_t)(end - text)))
			return false;
		len -= (size_t)(end + 1 - text);
		text = end + 1;
	}
	return true;
}
