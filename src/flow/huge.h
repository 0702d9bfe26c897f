/* SPDX-License-Identifier: BSD-3-Clause */
/* Huge pages. Memory costs when it is touched first: in these a tenth of what it costs in small
 * ones. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HUGE_PAGE (UINT32_C(1) << 21)

/* So many bytes that begin with a huge page, as free() takes them; NULL where memory is exhausted.
 * Until it is touched it is address space only. */
void *huge_new(size_t bytes);
/* Whole huge pages of it, whose contents are not needed any more, are address space only again. */
void huge_give_back(void *pages, size_t bytes);
