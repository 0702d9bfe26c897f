/* SPDX-License-Identifier: BSD-3-Clause */
/* Under ASan, memory that is held and not handed out is poisoned. */
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FLOW_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define FLOW_ASAN 1
#endif

#ifdef FLOW_ASAN
#include <sanitizer/asan_interface.h>
#define flow_poison(p, n) __asan_poison_memory_region((p), (n))
#define flow_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define flow_poison(p, n) ((void)(p), (void)(n))
#define flow_unpoison(p, n) ((void)(p), (void)(n))
#endif
