/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a file to its report, as the program does it: two bytes that choose how it is told and how
 * many packets go in at once, then a capture file of any format.
 */
#include "whole.h"

#define PACKETS_MOST 20000

static void run(ShakedownCapture *capture, uint8_t ask, size_t at_once)
{
	Whole *w = whole_new(NULL, ask);
	ShakedownPacket packets[64];
	size_t n;

	while ((n = shakedown_capture_read(capture, packets, at_once)) && w->frames < PACKETS_MOST)
		whole_feed(w, packets, n);
	whole_finish(w, shakedown_capture_info(capture));
	whole_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return -1;
	FuzzFile file = fuzz_file_new(data + 2, size - 2);
	const char *files[] = {file.path, NULL};
	ShakedownCaptureOptions options = {.files = files};
	g_autoptr(GError) error = NULL;
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &error);

	if (capture)
		run(capture, data[0], 1 + data[1] % 64);
	fuzz_file_clear(&file);
	return 0;
}
