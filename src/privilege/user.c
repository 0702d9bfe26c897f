/* SPDX-License-Identifier: BSD-3-Clause */
#include "privilege/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

static bool fail(GError **error, const char *what, const char *text)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		    "-Z: there is no %s '%s' (getent passwd and getent group list those there are)",
		    what, text);
	return false;
}

/* A name, or else a number. */
static bool find_user(User *user, const char *text, bool needs_group, GError **error)
{
	const struct passwd *known = getpwnam(text);
	guint64 number;

	if (!known && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32 - 1, &number, NULL)) {
		user->uid = (uid_t)number;
		known = getpwuid(user->uid);
		if (!known && needs_group)
			return true;
	}
	if (!known)
		return fail(error, "user", text);
	user->uid = known->pw_uid;
	user->gid = known->pw_gid;
	user->name = g_strdup(known->pw_name);
	return true;
}

static bool find_group(User *user, const char *text, GError **error)
{
	const struct group *known = getgrnam(text);
	guint64 number;

	if (known)
		user->gid = known->gr_gid;
	else if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32 - 1, &number, NULL))
		user->gid = (gid_t)number;
	else
		return fail(error, "group", text);
	return true;
}

bool user_find(User *user, const char *text, GError **error)
{
	const char *colon = strchr(text, ':');
	g_autofree char *name = colon ? g_strndup(text, (size_t)(colon - text)) : g_strdup(text);

	*user = (User){0};
	if (find_user(user, name, colon != NULL, error) &&
	    (!colon || find_group(user, colon + 1, error)))
		return true;
	user_clear(user);
	return false;
}

void user_clear(User *user)
{
	g_clear_pointer(&user->name, g_free);
}

/* Who is privileged sets the saved ids as well: POSIX, setuid(). */
bool user_become(const User *user)
{
	int groups = user->name ? initgroups(user->name, user->gid) : setgroups(0, NULL);

	return groups == 0 && setgid(user->gid) == 0 && setuid(user->uid) == 0;
}

bool user_is_us(const User *user)
{
	return getuid() == user->uid && geteuid() == user->uid && getgid() == user->gid &&
	       getegid() == user->gid;
}
