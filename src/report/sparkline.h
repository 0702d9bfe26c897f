/* SPDX-License-Identifier: BSD-3-Clause */
/* A series as a line of little bars, the highest one full: "▁▁▃▅█··▂". Nothing is a dot. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
	SPARK_SUM = 0, /* where several values share a bar, it stands for all of them … */
	SPARK_MOST,    /* … or for the greatest */
} SparkHow;

typedef struct {
	unsigned bars;	  /* written */
	uint32_t per_bar; /* values that a bar stands for (the last one for those left) */
	uint64_t highest; /* what the highest bar stands for */
} Spark;

/* Appends at most so many bars. */
Spark sparkline_append(GString *line, const uint64_t *values, uint32_t n, unsigned bars,
		       SparkHow how, bool ascii);
