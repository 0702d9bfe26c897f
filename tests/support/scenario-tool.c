/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program `scenario`: runs scenarios through the library, and writes them out as captures. A
 * directory stands for all .scn files below it.
 */
#include "scenario-run.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: scenario run [--tap] FILE|DIRECTORY…    compare what the library says with them\n"
	"       scenario pcap FILE OUT.pcap             write one as a capture\n"
	"       scenario regenerate FILE|DIRECTORY…     write each as a capture beside it\n"
	"       scenario verify [--tap] FILE|DIRECTORY… compare each with the capture beside it\n"
	"       scenario check FILE|DIRECTORY…          read them only\n";

/* One scenario's verdict: differences go to report, and say why it is false. */
typedef bool (*Verb)(const char *path, GString *report);

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void collect(const char *path, GPtrArray *paths, unsigned depth)
{
	g_autoptr(GDir) dir = depth ? g_dir_open(path, 0, NULL) : NULL;
	const char *name;

	if (!dir) {
		g_ptr_array_add(paths, g_strdup(path));
		return;
	}
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		if (g_file_test(below, G_FILE_TEST_IS_DIR) || g_str_has_suffix(name, ".scn"))
			collect(below, paths, depth - 1);
	}
}

static void append_indented(GString *out, const char *prefix, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		if (*lines[i])
			g_string_append_printf(out, "%s%s\n", prefix, lines[i]);
	}
}

static Scenario *load(const char *path, ScenarioTrace **trace, GString *report)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Scenario) scenario = scenario_load(path, &error);

	*trace = scenario ? scenario_trace_new(scenario, &error) : NULL;
	if (!*trace) {
		g_string_append_printf(report, "%s\n", error->message);
		return NULL;
	}
	return g_steal_pointer(&scenario);
}

static bool check(const char *path, GString *report)
{
	g_autoptr(ScenarioTrace) trace = NULL;
	g_autoptr(Scenario) scenario = load(path, &trace, report);

	return scenario != NULL;
}

/* All at once and one packet at a time: what a packet means must not depend on its batch. */
static bool run(const char *path, GString *report)
{
	g_autoptr(ScenarioTrace) trace = NULL;
	g_autoptr(Scenario) scenario = load(path, &trace, report);

	if (!scenario || scenario_run(scenario, trace, 0, report))
		return false;
	if (!scenario_run(scenario, trace, 1, report))
		return true;
	g_string_append(report, "… only when fed one packet at a time\n");
	return false;
}

static char *capture_beside(const char *path)
{
	size_t len = strlen(path) - (g_str_has_suffix(path, ".scn") ? 4 : 0);

	return g_strdup_printf("%.*s.pcap", (int)len, path);
}

static bool write_capture(const char *path, const char *out, GString *report)
{
	g_autoptr(ScenarioTrace) trace = NULL;
	g_autoptr(Scenario) scenario = load(path, &trace, report);
	g_autoptr(GByteArray) file = scenario ? scenario_trace_pcap(trace, scenario) : NULL;
	g_autoptr(GError) error = NULL;

	if (!file)
		return false;
	if (g_file_set_contents(out, (const char *)file->data, file->len, &error))
		return true;
	g_string_append_printf(report, "%s\n", error->message);
	return false;
}

static bool regenerate(const char *path, GString *report)
{
	g_autofree char *out = capture_beside(path);

	return write_capture(path, out, report);
}

static bool verify(const char *path, GString *report)
{
	g_autofree char *beside = capture_beside(path), *held = NULL;
	g_autoptr(ScenarioTrace) trace = NULL;
	g_autoptr(Scenario) scenario = load(path, &trace, report);
	g_autoptr(GByteArray) file = scenario ? scenario_trace_pcap(trace, scenario) : NULL;
	g_autoptr(GError) error = NULL;
	gsize len = 0;

	if (!file)
		return false;
	if (!g_file_get_contents(beside, &held, &len, &error)) {
		g_string_append_printf(report, "%s\n", error->message);
		return false;
	}
	if (len == file->len && memcmp(held, file->data, len) == 0)
		return true;
	g_string_append_printf(report, "%s is not what %s gives: scenario regenerate %s\n", beside,
			       path, path);
	return false;
}

/* Scenarios are named by their folder and file, wherever the tree lies. */
static char *short_name(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *folder_name = g_path_get_basename(folder);
	g_autofree char *name = g_path_get_basename(path);

	return g_build_filename(folder_name, name, NULL);
}

static int apply(Verb verb, bool tap, char *const *args, int n)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	guint failed = 0;

	for (int i = 0; i < n; i++)
		collect(args[i], paths, 8);
	g_ptr_array_sort(paths, by_name);
	if (!paths->len) {
		fputs("scenario: no .scn file there\n", stderr);
		return 1;
	}
	if (tap)
		printf("1..%u\n", paths->len);
	for (guint i = 0; i < paths->len; i++) {
		g_autoptr(GString) report = g_string_new(NULL), out = g_string_new(NULL);
		bool good = verb(paths->pdata[i], report);
		g_autofree char *name = short_name(paths->pdata[i]);

		failed += !good;
		append_indented(out, tap ? "# " : "  ", report->str);
		if (tap)
			printf("%s %u - %s\n%s", good ? "ok" : "not ok", i + 1, name, out->str);
		else if (!good)
			printf("%s\n%s", name, out->str);
		fflush(stdout);
	}
	if (!tap)
		printf("%u of %u good\n", paths->len - failed, paths->len);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		Verb verb;
	} verbs[] = {
		{"run", run}, {"regenerate", regenerate}, {"verify", verify}, {"check", check}};
	bool tap = argc > 2 && strcmp(argv[2], "--tap") == 0;
	int first = tap ? 3 : 2;

	if (argc == 4 && strcmp(argv[1], "pcap") == 0) {
		g_autoptr(GString) report = g_string_new(NULL);
		bool good = write_capture(argv[2], argv[3], report);

		fputs(report->str, stderr);
		return good ? 0 : 1;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(verbs) && argc > first; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return apply(verbs[i].verb, tap, argv + first, argc - first);
	}
	fputs(usage, stderr);
	return 2;
}
