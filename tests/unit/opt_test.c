/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Option tables: parsed, and handed on so that they parse to the same. */
#include <fcntl.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/opt.h"
#include "tests/unit/tap.h"

struct values {
	bool flag;
	const char *string;
	struct doc_words list;
	uint64_t size, duration;
	unsigned number;
	int choice;
};

#define AT(m) offsetof(struct values, m)
static const struct doc_opt table[] = {
	{ 'f', "flag", NULL, "a flag", DOC_OPT_FLAG, AT(flag), NULL },
	{ 's', "string", "S", "a string", DOC_OPT_STRING, AT(string), NULL },
	{ 'l', "list", "S", "a list", DOC_OPT_LIST, AT(list), NULL },
	{ 'z', "size", "SIZE", "a size", DOC_OPT_SIZE, AT(size), NULL },
	{ 'd', "duration", "D", "a time", DOC_OPT_DURATION, AT(duration),
	    NULL },
	{ 'n', "number", "N", "a number", DOC_OPT_NUMBER, AT(number), NULL },
	{ 'c', "choice", "WORD", "a choice", DOC_OPT_CHOICE, AT(choice),
	    "one|two|three" },
	{ 0 },
};

static int
parse(struct values *v, const char *const *argv)
{
	struct doc_cmd cmd = { .name = "test",
		.usage = "[x]",
		.about = "Tests.",
		.groups = { { table, v } } };
	int argc = 0;

	while (argv[argc] != NULL)
		argc++;
	optind = 0;
	return doc_opt_parse(&cmd, argc, (char **)(uintptr_t)argv);
}

#define PARSE(v, ...)                                                          \
	parse(v, (const char *const[]){ "test", __VA_ARGS__, NULL })

/* Exit status of a parse that ends the process; its output goes nowhere. */
static int
status(const char *arg, const char *arg2)
{
	struct values v = { 0 };
	pid_t pid;
	int ws;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, 1);
		dup2(null, 2);
		parse(&v, (const char *const[]){ "test", arg, arg2, NULL });
		_exit(99);
	}
	waitpid(pid, &ws, 0);
	return WIFEXITED(ws) ? WEXITSTATUS(ws) : -1;
}

static void
test_parse(void)
{
	struct values v = { 0 };

	OK(PARSE(&v, "-f", "-s", "x", "--list=a", "-lb", "-z", "2K", "-d", "1m",
	       "-n", "7", "--choice", "two", "operand") == 14,
	    "the first operand");
	OK(v.flag && strcmp(v.string, "x") == 0 && v.list.n == 2 &&
		strcmp(v.list.at[1], "b") == 0 && v.list.at[2] == NULL &&
		v.size == 2048 && v.duration == 60000 && v.number == 7 &&
		v.choice == 1,
	    "every type");
	doc_words_release(&v.list);
	OK(v.list.n == 0 && v.list.at == NULL, "a list released");
	v = (struct values){ 0 };
	OK(PARSE(&v, "--", "-f") == 2 && !v.flag, "-- ends options");
	OK(PARSE(&v, "-", "-f") >= 1, "- is an operand");
	v = (struct values){ .number = 5 };
	OK(PARSE(&v, "x") == 1 && v.number == 5, "a default stays");
	OK(PARSE(&v, "--string=", "x") == 2 && v.string[0] == '\0',
	    "an empty string");
}

static void
test_status(void)
{
	OK(status("--help", NULL) == 0, "--help");
	OK(status("-h", NULL) == 0, "-h");
	OK(status("--version", NULL) == 0, "--version");
	OK(status("--dump-options", NULL) == 0, "--dump-options");
	OK(status("--nonsense", NULL) == 2, "unknown");
	OK(status("-?", NULL) == 2, "-? is unknown");
	OK(status("-:", NULL) == 2, "-: is unknown");
	OK(status("-n", NULL) == 2, "no argument");
	OK(status("-n", "x") == 2, "no number");
	OK(status("-n", "4294967296") == 2, "too large a number");
	OK(status("-c", "four") == 2, "no choice");
	OK(status("-c", "on") == 2, "a choice cut short");
	OK(status("-c", "one|two") == 2, "two choices");
	OK(status("-c", "") == 2, "an empty choice");
	OK(status("-z", "-1") == 2, "no size");
	OK(status("--flag=x", NULL) == 2, "a flag takes nothing");
}

/* What is handed on to a child parses to the same values. */
static void
test_unparse(void)
{
	struct values v = { .flag = true,
		.string = "a b=c --x 'q' \n",
		.size = UINT64_MAX,
		.duration = 61001,
		.number = UINT32_MAX,
		.choice = 2 };
	struct values w = { 0 };
	struct doc_opt_group g = { table, &v };
	struct doc_words args = { 0 };
	doc_autobuf struct doc_buf text = { 0 };

	doc_words_add(&v.list, "-dash");
	doc_words_add(&v.list, "");
	doc_words_add(&args, "test");
	OK(doc_opt_unparse(&g, &args) == 0, "unparse");
	OK(parse(&w, (const char *const *)args.at) == (int)args.n,
	    "no operand came of it");
	OK(w.flag && strcmp(w.string, v.string) == 0 && w.size == v.size &&
		w.duration == v.duration && w.number == v.number &&
		w.choice == v.choice && w.list.n == 2 &&
		strcmp(w.list.at[0], "-dash") == 0 && w.list.at[1][0] == '\0',
	    "the same values");
	OK(doc_opt_explain(&g, &text) == 0 &&
		strstr(doc_buf_str(&text), "choice=three\n") != NULL,
	    "explain");
	doc_words_release(&args);
	doc_words_release(&v.list);
	doc_words_release(&w.list);
	v = (struct values){ 0 };
	OK(doc_opt_unparse(&g, &args) == 0 && args.n == 4,
	    "what is unset is left out");
	doc_words_release(&args);
}

int
main(void)
{
	test_parse();
	test_status();
	test_unparse();
	return TAP_DONE();
}
