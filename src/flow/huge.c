/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/huge.h"

#include <stdlib.h>
#include <sys/mman.h>

void *huge_new(size_t bytes)
{
	void *pages = NULL;

	if (posix_memalign(&pages, HUGE_PAGE, bytes) != 0)
		return NULL;
	(void)madvise(pages, bytes, MADV_HUGEPAGE);
	return pages;
}

void huge_give_back(void *pages, size_t bytes)
{
	(void)madvise(pages, bytes, MADV_DONTNEED);
}
