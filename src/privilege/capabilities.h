/* SPDX-License-Identifier: BSD-3-Clause */
/* capabilities(7): the least that is needed. */
#pragma once

#include "privilege/privilege.h"
#include "privilege/user.h"

/*
 * Becomes the user (NULL: stays who it is) and keeps no capability but those asked for. False with
 * errno where the system says no.
 */
bool capabilities_drop(const PrivilegeKept *kept, const User *user);
/* Whether capabilities can be kept beyond a change of user. */
bool capabilities_can_be_kept(void);
