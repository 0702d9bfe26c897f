/* SPDX-License-Identifier: BSD-3-Clause */
/* What a program that links the library may well call its own functions. */
void filter_new(void);
void filter_new(void)
{
}

void json_string(void);
void json_string(void)
{
}

void slab_new(void);
void slab_new(void)
{
}

void recognise(void);
void recognise(void)
{
}
