/* SPDX-License-Identifier: BSD-3-Clause */
/* Control groups (cgroups(7)): a service's, a container's, a user's. */
#pragma once

#include <stdint.h>

/* The least number of bytes that the process's own group, or one that it lies in, may have: at the
 * limit (version 2: memory.max; 1: memory.limit_in_bytes), or before it is slowed down
 * (memory.high). UINT64_MAX where none is bounded. root: "", or what stands for it before /proc and
 * /sys. */
uint64_t cgroup_memory_bound(const char *root);
