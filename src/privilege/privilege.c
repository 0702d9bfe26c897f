/* SPDX-License-Identifier: BSD-3-Clause */
#include "privilege/privilege.h"

#include "privilege/capabilities.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool fail(GError **error, const PrivilegeKept *kept)
{
	int err = errno;

	if (kept->user && err == EPERM && geteuid() != 0)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM,
			    "-Z %s: only root can become another user; who has the capabilities of "
			    "the file (setcap) needs no -Z",
			    kept->user);
	else
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(err),
			    "%s%sprivileges could not be dropped: %s", kept->user ? kept->user : "",
			    kept->user ? ": " : "", g_strerror(err));
	return false;
}

/* A setuid() that silently did nothing has cost others dearly. */
static bool is_irrevocable(const User *user)
{
	return user_is_us(user) && (user->uid == 0 || setuid(0) != 0);
}

bool privilege_drop(const PrivilegeKept *kept, GError **error)
{
	User user = {0};
	bool ok;

	if (kept->user && !user_find(&user, kept->user, error))
		return false;
	if (kept->user && kept->capture && user.uid != 0 && !capabilities_can_be_kept()) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS,
			    "-Z %s and --wait exclude each other here: this shakedown was built "
			    "without libcap-ng, and another user could not open the interface "
			    "again",
			    kept->user);
		user_clear(&user);
		return false;
	}
	bool change = kept->user && !user_is_us(&user);

	ok = capabilities_drop(kept, change ? &user : NULL) && (!change || is_irrevocable(&user)) &&
	     prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	user_clear(&user);
	return ok || fail(error, kept);
}
