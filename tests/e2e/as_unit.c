/* as_unit WRITABLE WRITABLE PROGRAM [ARGUMENT ...]: what systemd does by larderd.service before the
 * program starts: the file system read-only but for two folders, no executable memory, no
 * capabilities, user 65534. Run in a mount namespace of its own (unshare --mount).
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
    for (int i = 1; i <= 2; i++)
        need(mount(argv[i], argv[i], NULL, MS_BIND, NULL) == 0, argv[i]);
    need(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0, "read-only root");
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0))
        fprintf(stderr, "as_unit: this kernel has no MDWE; going on without it\n");
    need(setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 &&
             setresuid(65534, 65534, 65534) == 0,
         "becoming nobody");
    need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    execv(argv[3], argv + 3);
    perror(argv[3]);
    return 1;
}
