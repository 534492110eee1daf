/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocol between kcompat-lab and /init of the guest. A file in the initramfs goes to the
 * guest. Lines on the console come back.
 *
 * LAB_CONFIG is records "KEY=VALUE", each ended by a NUL. Only the order of equal keys matters:
 *   mark=WORD          the start of each line of the console for the lab
 *   arg=, env=         one each: the program and its arguments, its environment
 *   module=PATH        a module to load before, in this order; may-module= may fail
 *   sysctl=PATH=VALUE  PATH below /proc/sys, with slashes; may-sysctl= may fail
 *   drop=NUMBER        a capability that the program must not have
 *   user-namespace=    run the program in its own user namespace, as its root
 *   uid=NUMBER         the user and group of the program
 *   timeout=SECONDS    the time limit of the program
 *
 * On the console, behind the mark and a space. Other text may come before on the same line:
 *   started                               the guest executes the program next
 *   stdout LENGTH CRC PACKED              LENGTH bytes whose CRC-32 (zlib's, in hexadecimal digits)
 * is stderr, dmesg likewise                CRC, deflated to PACKED bytes, which follow in base64 on
 *                                         lines of their own, up to the next line with the mark
 *   exit STATUS, signal NUMBER, timeout   how the program ended
 *   failed WORDS                          the setup of the guest failed; no program ran
 *   done                                  the report is complete
 *
 * dmesg is lines "LEVEL SECONDS.MICROSECONDS TEXT"; the program started at the line "started".
 */
#ifndef KCOMPAT_LAB_GUEST_PROTOCOL_H
#define KCOMPAT_LAB_GUEST_PROTOCOL_H

#define LAB_DIRECTORY "/lab"
#define LAB_CONFIG "/lab/config"
#define LAB_CONFIG_MAX_BYTES (256 * 1024)

#endif
