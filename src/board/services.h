/* SPDX-License-Identifier: BSD-3-Clause */
/* The services heard of last, with how their handshakes go at present. */
#pragma once

#include <shakedown/board.h>

#include "flow/key-table.h"

typedef struct _BoardServices BoardServices;

BoardServices *board_services_new(void);
void board_services_free(BoardServices *services);
void board_services_event(BoardServices *services, const ShakedownEvent *event);
void board_services_connection(BoardServices *services, const ShakedownConnection *connection);
/* Rates are those at that time. */
size_t board_services_rows(const BoardServices *services, ShakedownTime now,
			   ShakedownBoardService *rows, size_t room);
uint64_t board_services_forgotten(const BoardServices *services);
