/* SPDX-License-Identifier: BSD-3-Clause */
/* Built without ncurses: there is no screen. */
#include "top/screen.h"

static void fail(GError **error)
{
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS,
			    "--top: this shakedown was built without ncurses; leave it out for "
			    "lines, or build with libncurses-dev (meson setup -Dtop=enabled)");
}

bool top_screen_possible(GError **error)
{
	fail(error);
	return false;
}

TopScreen *top_screen_open(bool color, GError **error)
{
	fail(error);
	return NULL;
}

void top_screen_close(TopScreen *screen)
{
}

void top_screen_restore(void)
{
}

void top_screen_size(TopScreen *screen, unsigned *width, unsigned *height)
{
	*width = *height = 0;
}

void top_screen_show(TopScreen *screen, const TopCanvas *canvas)
{
}

unsigned top_screen_key(TopScreen *screen, int wait, bool *gone)
{
	*gone = true;
	return 0;
}

void top_screen_redraw(TopScreen *screen)
{
}

void top_screen_suspend(TopScreen *screen)
{
}
