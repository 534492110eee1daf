/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kcompat-lab and the guest's /init say to each other: a file in the initramfs one way, lines
 * on the console the other.
 *
 * LAB_CONFIG is records "KEY=VALUE", each ended by a NUL, in any order but that of equal keys:
 *   mark=WORD          what begins each line of the console that is meant for the lab
 *   arg=, env=         one each: the program and its arguments, its environment
 *   module=PATH        to be loaded before, in this order; may-module= may fail
 *   sysctl=PATH=VALUE  PATH below /proc/sys, with slashes; may-sysctl= may fail
 *   drop=NUMBER        of a capability that the program must not have
 *   user-namespace=    the program runs in one of its own, as its root
 *   uid=NUMBER         the user and group that it runs as
 *   timeout=SECONDS    after which it is killed
 *
 * On the console, behind the mark and a space, after anything else on the same line:
 *   started                               the program is about to be executed
 *   stdout LENGTH CRC PACKED              LENGTH bytes whose CRC-32 (zlib's, in hexadecimal digits)
 * is stderr, dmesg likewise                CRC, deflated to PACKED bytes, which follow in base64 on
 *                                         lines of their own, up to the next line with the mark
 *   exit STATUS, signal NUMBER, timeout   how the program ended
 *   failed WORDS                          the guest could not be set up; no program ran
 *   done                                  all was said
 *
 * dmesg is lines "LEVEL SECONDS.MICROSECONDS TEXT"; the program started at the line "started".
 */
#ifndef KCOMPAT_LAB_GUEST_PROTOCOL_H
#define KCOMPAT_LAB_GUEST_PROTOCOL_H

#define LAB_DIRECTORY "/lab"
#define LAB_CONFIG "/lab/config"
#define LAB_CONFIG_MAX_BYTES (256 * 1024)

#endif
