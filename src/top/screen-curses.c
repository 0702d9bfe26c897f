/* SPDX-License-Identifier: BSD-3-Clause */
/* The screen by ncurses (wide). Nothing but drawing and keys is here. */
#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1

#include "top/screen.h"

#include "top/ui.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

struct _TopScreen {
	SCREEN *screen;
	FILE *keys, *own_keys; /* own_keys: to be closed */
	attr_t attr[TOP_STYLES], selected;
	bool color;
};

#define SEQUENCES_MOST 256
#define STOPPING_US 100000

/* A signal handler can reach nothing else: what the terminal was, and what brings it back. */
static struct {
	volatile sig_atomic_t armed;
	struct termios termios;
	char sequences[SEQUENCES_MOST];
	size_t len;
} terminal;

static void note_terminal(void)
{
	static const char *const names[] = {"rmkx", "sgr0", "cnorm", "rmcup"};

	terminal.len = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *sequence = tigetstr(names[i]);
		size_t len = sequence && sequence != (const char *)-1 ? strlen(sequence) : 0;

		/* Such strings may ask for a delay, "$<5>": no terminal of today needs it. */
		if (len && !strchr(sequence, '$') && terminal.len + len < SEQUENCES_MOST) {
			memcpy(terminal.sequences + terminal.len, sequence, len);
			terminal.len += len;
		}
	}
}

void top_screen_restore(void)
{
	if (!terminal.armed)
		return;
	terminal.armed = 0;
	if (write(STDOUT_FILENO, terminal.sequences, terminal.len) < 0)
		return;
	tcsetattr(STDOUT_FILENO, TCSANOW, &terminal.termios);
}

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *why = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "--top: %s", why);
	return false;
}

bool top_screen_possible(GError **error)
{
	const char *name = g_getenv("TERM");
	int verdict = 0;

	if (!isatty(STDOUT_FILENO))
		return fail(error, "standard output is no terminal; leave --top out for lines");
	if (!isatty(STDIN_FILENO) && access("/dev/tty", R_OK) != 0)
		return fail(error,
			    "there is no terminal to read keys from; leave it out for lines");
	if (!name || !*name)
		return fail(error, "TERM is not set: set it to what the terminal is, such as "
				   "xterm-256color, or leave --top out for lines");
	if (setupterm(NULL, STDOUT_FILENO, &verdict) != OK && verdict < 0)
		return fail(error, "the terminfo database is missing: install ncurses-base, or "
				   "leave --top out for lines");
	if (verdict != 1)
		return fail(error,
			    "the terminal '%s' is not known here, or has no screen: set "
			    "TERM to what it is, such as xterm-256color, or leave --top "
			    "out for lines",
			    name);
	bool able = cursor_address && clear_screen;

	del_curterm(cur_term);
	return able || fail(error,
			    "the terminal '%s' cannot place its cursor: set TERM to what it "
			    "is, such as xterm-256color, or leave --top out for lines",
			    name);
}

static void choose_styles(TopScreen *s)
{
	static const short colors[TOP_STYLES] = {
		[TOP_GOOD] = COLOR_GREEN,   [TOP_INFO] = COLOR_BLUE,
		[TOP_NOTICE] = COLOR_CYAN,  [TOP_WARNING] = COLOR_YELLOW,
		[TOP_CRITICAL] = COLOR_RED, [TOP_SERVER] = COLOR_MAGENTA,
	};
	static const attr_t attrs[TOP_STYLES] = {
		[TOP_BOLD] = A_BOLD,
		[TOP_DIM] = A_DIM,
		[TOP_CRITICAL] = A_BOLD,
		[TOP_BAR] = A_REVERSE,
		[TOP_HEAD] = A_BOLD | A_UNDERLINE,
		[TOP_HEAD_FOCUS] = A_BOLD | A_REVERSE,
	};
	enum { FOCUS = TOP_STYLES, SELECTED };

	s->color = s->color && has_colors() && start_color() == OK && COLORS >= 8 &&
		   COLOR_PAIRS > SELECTED;
	for (int i = 0; i < TOP_STYLES; i++)
		s->attr[i] = attrs[i];
	s->selected = A_REVERSE;
	if (!s->color)
		return;
	short ground = use_default_colors() == OK ? -1 : COLOR_BLACK;

	for (short i = 1; i < TOP_STYLES; i++)
		if (colors[i] && init_pair(i, colors[i], ground) == OK)
			s->attr[i] |= (attr_t)COLOR_PAIR(i);
	if (init_pair(FOCUS, COLOR_BLACK, COLOR_GREEN) == OK)
		s->attr[TOP_HEAD_FOCUS] = (attr_t)COLOR_PAIR(FOCUS);
	if (init_pair(SELECTED, COLOR_BLACK, COLOR_CYAN) == OK)
		s->selected = (attr_t)COLOR_PAIR(SELECTED);
}

/* ^C stays a signal, ^Z becomes a key: the screen is to be put away before the shell is back. */
static void set_keys(void)
{
	struct termios termios;

	cbreak();
	noecho();
	nonl();
	if (tcgetattr(STDOUT_FILENO, &termios) == 0) {
		termios.c_cc[VSUSP] = _POSIX_VDISABLE;
		/* ^S would stop the output, and ^Q is nowhere to be seen. */
		termios.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
		tcsetattr(STDOUT_FILENO, TCSADRAIN, &termios);
	}
	def_prog_mode();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	curs_set(0);
}

TopScreen *top_screen_open(bool color, GError **error)
{
	TopScreen *s = g_new0(TopScreen, 1);
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	s->color = color;
	s->keys = stdin;
	if (!isatty(STDIN_FILENO))
		s->keys = s->own_keys = fopen("/dev/tty", "re");
	if (!s->keys || tcgetattr(STDOUT_FILENO, &terminal.termios) != 0) {
		fail(error, "the terminal: %s", g_strerror(errno));
		top_screen_close(s);
		return NULL;
	}
	/* Else ncurses would stop the program in whichever thread is just there. */
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGTSTP, &ignore, NULL);
	set_escdelay(25);
	s->screen = newterm(NULL, stdout, s->keys);
	if (!s->screen) {
		fail(error, "the terminal '%s' cannot become a screen", g_getenv("TERM"));
		top_screen_close(s);
		return NULL;
	}
	note_terminal();
	terminal.armed = 1;
	choose_styles(s);
	set_keys();
	return s;
}

void top_screen_close(TopScreen *s)
{
	if (s->screen) {
		endwin();
		delscreen(s->screen);
	}
	terminal.armed = 0;
	if (s->own_keys)
		fclose(s->own_keys);
	g_free(s);
}

void top_screen_size(TopScreen *s, unsigned *width, unsigned *height)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col &&
	    is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
	*width = (unsigned)MAX(getmaxx(stdscr), 0);
	*height = (unsigned)MAX(getmaxy(stdscr), 0);
}

static attr_t attr_of(const TopScreen *s, const TopCell *cell)
{
	return cell->selected ? s->selected : s->attr[cell->style];
}

/* As many cells as look alike; returns the column after them. */
static unsigned show_run(const TopScreen *s, const TopCanvas *canvas, unsigned y, unsigned x,
			 wchar_t *run)
{
	const attr_t attr = attr_of(s, top_canvas_at(canvas, y, x));
	unsigned from = x;
	int n = 0;

	for (; x < canvas->width && attr_of(s, top_canvas_at(canvas, y, x)) == attr; x++)
		if (top_canvas_at(canvas, y, x)->c)
			run[n++] = (wchar_t)top_canvas_at(canvas, y, x)->c;
	attrset((int)attr);
	mvaddnwstr((int)y, (int)from, run, n);
	return x;
}

void top_screen_show(TopScreen *s, const TopCanvas *canvas)
{
	wchar_t *run = g_new(wchar_t, MAX(canvas->width, 1));

	for (unsigned y = 0; y < canvas->height; y++)
		for (unsigned x = 0; x < canvas->width;)
			x = show_run(s, canvas, y, x, run);
	g_free(run);
	refresh();
}

static unsigned key_of(wint_t code)
{
	switch (code) {
	case KEY_UP:
		return TOP_KEY_UP;
	case KEY_DOWN:
		return TOP_KEY_DOWN;
	case KEY_LEFT:
		return TOP_KEY_LEFT;
	case KEY_RIGHT:
		return TOP_KEY_RIGHT;
	case KEY_PPAGE:
		return TOP_KEY_PAGE_UP;
	case KEY_NPAGE:
		return TOP_KEY_PAGE_DOWN;
	case KEY_HOME:
		return TOP_KEY_HOME;
	case KEY_END:
		return TOP_KEY_END;
	case KEY_BTAB:
		return TOP_KEY_BACK_TAB;
	case KEY_BACKSPACE:
	case KEY_DC:
		return TOP_KEY_BACKSPACE;
	case KEY_ENTER:
		return TOP_KEY_ENTER;
	case KEY_F(1):
		return TOP_KEY_F1;
	case KEY_F(4):
		return TOP_KEY_F4;
	case KEY_F(5):
		return TOP_KEY_F5;
	case KEY_F(6):
		return TOP_KEY_F6;
	case KEY_F(10):
		return TOP_KEY_F10;
	default:
		return TOP_KEY_NONE;
	}
}

unsigned top_screen_key(TopScreen *s, int wait, bool *gone)
{
	struct pollfd keys = {.fd = fileno(s->keys), .events = POLLIN};
	wint_t c = 0;
	int kind = get_wch(&c);

	if (kind == ERR) {
		if (poll(&keys, 1, wait) <= 0)
			return TOP_KEY_NONE;
		kind = get_wch(&c);
		/* Something is there, and it is nothing: the end. */
		*gone = kind == ERR && (keys.revents & (POLLHUP | POLLERR | POLLNVAL));
	}
	if (kind == KEY_CODE_YES)
		return key_of(c);
	return kind == OK && c < TOP_KEY_UP ? (unsigned)c : TOP_KEY_NONE;
}

void top_screen_redraw(TopScreen *s)
{
	(void)s;
	clearok(curscr, TRUE);
}

void top_screen_suspend(TopScreen *s)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&stop.sa_mask);
	sigemptyset(&ignore.sa_mask);
	endwin();
	terminal.armed = 0;
	sigaction(SIGTSTP, &stop, NULL);
	/* All of a pipeline. Another thread may be the one to take it: it stops this one, too, but
	 * not before kill() returns. */
	kill(0, SIGTSTP);
	g_usleep(STOPPING_US);
	sigaction(SIGTSTP, &ignore, NULL);
	terminal.armed = 1;
	top_screen_redraw(s);
	refresh();
}
