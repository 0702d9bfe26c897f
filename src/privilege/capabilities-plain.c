/* SPDX-License-Identifier: BSD-3-Clause */
/* Built without libcap-ng: the kernel itself drops all when root becomes somebody else. Who stays
 * who it is keeps what it has. */
#include "privilege/capabilities.h"

bool capabilities_drop(const PrivilegeKept *kept, const User *user)
{
	return !user || user_become(user);
}

bool capabilities_can_be_kept(void)
{
	return false;
}
