/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/cli.h"
Status interfaces_run(const Options *options)
{
	return STATUS_FAILED;
}
