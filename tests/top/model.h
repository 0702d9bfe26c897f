/* SPDX-License-Identifier: BSD-3-Clause */
/* A model made by hand. */
#pragma once

#include "top/draw.h"

/* So many of each; services and anomalies differ in every column. */
void sample_model(TopModel *model, unsigned services, unsigned connections, unsigned anomalies);
