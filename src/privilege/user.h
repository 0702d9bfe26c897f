/* SPDX-License-Identifier: BSD-3-Clause */
/* A user and a group, found by what a person calls them. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
	uid_t uid;
	gid_t gid;
	char *name; /* as the system calls it; NULL: it has no name, only a number */
} User;

/* "USER" (with that user's own group) or "USER:GROUP". */
bool user_find(User *user, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void user_clear(User *user);
/* With the user's groups; false with errno where we may not. Of root this is for good. */
bool user_become(const User *user);
/* We are that user already, and have that group. */
bool user_is_us(const User *user);
