/* SPDX-License-Identifier: BSD-3-Clause */
/* Two records say the same in every member. */
#pragma once

#include <shakedown/connection.h>

void same_record(const ShakedownConnection *a, const ShakedownConnection *b);
