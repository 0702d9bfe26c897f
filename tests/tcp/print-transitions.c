/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the state × input matrix to a file: tests/golden/tcp-transitions.txt, to be reviewed. */
#include "tcp/tcp-transition.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;

	if (!out) {
		perror(argc == 2 ? argv[1] : "usage: print-transitions FILE");
		return EXIT_FAILURE;
	}
	tcp_transition_print(out);
	return fclose(out) ? EXIT_FAILURE : EXIT_SUCCESS;
}
