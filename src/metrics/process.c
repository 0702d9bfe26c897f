/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/process.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Pages in memory, proc(5); 0 where it cannot be told. */
static uint64_t resident_pages(void)
{
	FILE *statm = fopen("/proc/self/statm", "re");
	char line[128] = "";
	uint64_t pages = 0;

	if (!statm)
		return 0;
	if (fgets(line, sizeof line, statm)) {
		char *end = NULL;

		g_ascii_strtoull(line, &end, 10); /* the whole address space */
		pages = g_ascii_strtoull(end, NULL, 10);
	}
	fclose(statm);
	return pages;
}

static ShakedownDuration duration_of(const struct timeval *t)
{
	return t->tv_sec * SHAKEDOWN_NS_PER_S + t->tv_usec * 1000;
}

void process_expose(Exposition *e)
{
	static const ExpositionFamily memory = {EXPOSITION_GAUGE, "process_resident_memory_bytes",
						"bytes", "Memory of the process in RAM."};
	static const ExpositionFamily cpu = {
		EXPOSITION_COUNTER, "process_cpu_seconds", "seconds",
		"Time that processors spent on the process, user and system."};
	uint64_t pages = resident_pages();
	struct rusage used;

	if (pages) {
		exposition_begin(e, &memory);
		exposition_count(e, NULL, pages * (uint64_t)sysconf(_SC_PAGESIZE));
	}
	if (getrusage(RUSAGE_SELF, &used) == 0) {
		exposition_begin(e, &cpu);
		exposition_seconds(e, NULL,
				   duration_of(&used.ru_utime) + duration_of(&used.ru_stime));
	}
}
