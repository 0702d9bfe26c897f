/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/confine.h"

#include "privilege/privilege.h"
#include "privilege/sandbox.h"

bool confine_rights(const Options *options)
{
	const LiveOptions *live = &options->live;
	const PrivilegeKept kept = {
		.user = options->user,
		.capture = live->wait,
		/* Of saved captures, some are opened later. */
		.files = !live->interfaces || options->output || live->write,
	};
	g_autoptr(GError) error = NULL;

	if (privilege_drop(&kept, &error))
		return true;
	complain("%s", error->message);
	return false;
}

void confine_calls(const Options *options)
{
	const SandboxNeeds needs = {.capture = options->live.interfaces != NULL,
				    .reopen = options->live.wait,
				    .serve = options->live.metrics != NULL};
	g_autofree char *why = NULL;

	if (options->no_sandbox)
		return;
	switch (sandbox_enter(&needs, &why)) {
	case SANDBOX_ENTERED:
		break;
	case SANDBOX_NOT_BUILT:
	case SANDBOX_REFUSED:
		/* Who listens for months shall know. */
		if ((options->verbose || options->live.interfaces) && !options->quiet)
			complain("system calls are not confined: %s", why);
	}
}
