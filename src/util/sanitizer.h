/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A build with AddressSanitizer maps terabytes that it does not use, so that no limit on mappings can hold. At the
 * end it stops threads and reads /proc.
 */
#ifndef KCOMPAT_UTIL_SANITIZER_H
#define KCOMPAT_UTIL_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

#endif
