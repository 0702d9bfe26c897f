/* SPDX-License-Identifier: BSD-3-Clause */
#include "privilege/capabilities.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What stays, as libcap-ng's own state; it has no other. */
static void choose(const PrivilegeKept *kept, bool stays_root)
{
	bool raw = capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW) && kept->capture;
	bool files = capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE) && kept->files &&
		     stays_root;

	capng_clear(CAPNG_SELECT_CAPS);
	if (raw)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_RAW);
	if (files)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
}

/* capng_change_id() would drop the bounding set, for which CAP_SETPCAP may be wanting, and takes
 * users without a name for a fault. Once nothing can be executed with more than one has, the
 * bounding set bounds nothing. */
static bool become(const User *user)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && user_become(user) &&
	       prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == 0;
}

bool capabilities_drop(const PrivilegeKept *kept, const User *user)
{
	if (capng_get_caps_process() != 0)
		return false;
	choose(kept, geteuid() == 0 && (!user || user->uid == 0));
	if (user && !become(user))
		return false;
	/* Ambient ones fall with the permitted and inheritable. */
	if (capng_apply(CAPNG_SELECT_CAPS) == 0)
		return true;
	errno = EPERM;
	return false;
}

bool capabilities_can_be_kept(void)
{
	return true;
}
