/* SPDX-License-Identifier: BSD-3-Clause */
/* Head, drawing, foot. */
#include "report/ladder-text.h"

#include "report/ladder-draw.h"

/* Narrower than the one, a row's columns do not fit; wider than the other, the eye gets lost. */
enum { WIDTH_LEAST = 72, WIDTH_MOST = 140 };

void ladder_text(ReportWriter *out, const LadderData *ladder, const ShakedownSinkOptions *options)
{
	TextLayout text;

	text_layout_init(&text, out, options);
	text.width = CLAMP(text.width, WIDTH_LEAST, WIDTH_MOST);
	ladder_about_head(&ladder->about, &text);
	LadderBrevity brevity = ladder_draw(&text, &ladder->rows, &ladder->numbers,
					    &ladder->beliefs, options->verbose);
	ladder_about_foot(&ladder->about, &ladder->numbers, &ladder->beliefs, brevity, &text);
	text_layout_clear(&text);
}
