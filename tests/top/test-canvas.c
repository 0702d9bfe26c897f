/* SPDX-License-Identifier: BSD-3-Clause */
/* Cells and text to page through: nothing that a packet chose is a command to the terminal. */
#include "top/text.h"

#include <criterion/criterion.h>
#include <string.h>

static TopCanvas canvas_of(unsigned width, unsigned height, bool ascii)
{
	TopCanvas canvas = {.ascii = ascii};

	top_canvas_resize(&canvas, width, height);
	return canvas;
}

static void shows(TopCanvas *canvas, const char *want)
{
	g_autofree char *got = top_canvas_text(canvas);

	cr_assert_str_eq(got, want);
	top_canvas_clear(canvas);
}

Test(canvas, what_lies_outside_is_cut_off)
{
	TopCanvas canvas = canvas_of(6, 2, false);

	cr_assert_eq(top_canvas_put(&canvas, 0, 3, 99, TOP_PLAIN, "abcdef"), 3);
	cr_assert_eq(top_canvas_put(&canvas, 1, 9, 99, TOP_PLAIN, "abcdef"), 0);
	cr_assert_eq(top_canvas_put(&canvas, 7, 0, 99, TOP_PLAIN, "abcdef"), 0);
	top_canvas_cell(&canvas, 1, 4, 9, TOP_PLAIN, "xyz", false);
	shows(&canvas, "   abc\n    x…\n");
}

Test(canvas, cells_are_padded_or_cut)
{
	TopCanvas canvas = canvas_of(20, 3, false);

	top_canvas_cell(&canvas, 0, 0, 6, TOP_PLAIN, "12", true);
	top_canvas_cell(&canvas, 0, 7, 6, TOP_PLAIN, "abcdefgh", false);
	top_canvas_cell(&canvas, 1, 0, 5, TOP_PLAIN, "漢字漢", false);
	top_canvas_cell(&canvas, 2, 0, 0, TOP_PLAIN, "nothing", false);
	shows(&canvas, "    12 abcde…\n漢字…\n\n");
}

Test(canvas, control_characters_become_question_marks)
{
	TopCanvas canvas = canvas_of(40, 2, false);

	top_canvas_put(&canvas, 0, 0, 40, TOP_PLAIN,
		       "a\033[2Jb\x07\x9b"
		       "c\xff\xe2\x80\xae"
		       "d\xcc\x81");
	top_canvas_put(&canvas, 1, 0, 40, TOP_PLAIN,
		       "\xc2\x9b"
		       "2J");
	shows(&canvas, "a?[2Jb??c??d\n?2J\n");
}

Test(canvas, ascii_has_spellings)
{
	TopCanvas canvas = canvas_of(40, 1, true);

	top_canvas_put(&canvas, 0, 0, 40, TOP_PLAIN, "1 → 2 … 3 µs 漢 ▼");
	shows(&canvas, "1 -> 2 ~ 3 us ? v\n");
}

Test(text, is_wrapped_with_its_indent)
{
	TopText *text = top_text_new();
	TopCanvas canvas = canvas_of(40, 3, false);

	top_text_wrap(text, TOP_PLAIN, "one two three four five six seven eight", 24, 4);
	cr_assert_eq(text->len, 2);
	for (unsigned i = 0; i < text->len; i++)
		top_text_put(text, i, 0, &canvas, i);
	shows(&canvas, "    one two three four\n    five six seven eight\n\n");
	top_text_free(text);
}

Test(text, takes_colours_and_no_other_escapes)
{
	TopText *text = top_text_new();
	TopCanvas canvas = canvas_of(30, 2, false);
	const char lines[] = "plain \033[1;31mred\033[0m end\033[2J\nsecond\xff";

	top_text_coloured(text, lines, sizeof lines - 1);
	cr_assert_eq(text->len, 2);
	top_text_put(text, 0, 0, &canvas, 0);
	top_text_put(text, 1, 2, &canvas, 1);
	cr_assert_eq(top_canvas_at(&canvas, 0, 5)->style, TOP_PLAIN);
	cr_assert_eq(top_canvas_at(&canvas, 0, 6)->style, TOP_CRITICAL);
	cr_assert_eq(top_canvas_at(&canvas, 0, 9)->style, TOP_PLAIN);
	cr_assert_eq(top_text_columns(text, &canvas), 14);
	shows(&canvas, "plain red endJ\ncond\xef\xbf\xbd\n");
	top_text_free(text);
}
