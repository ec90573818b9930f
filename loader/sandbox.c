/* The loader's sandbox; see sandbox.h.
 * SPDX-License-Identifier: MIT */
#include "loader/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool limit(int resource, rlim_t value, const char *name, struct lar_error *err)
{
    const struct rlimit r = {.rlim_cur = value, .rlim_max = value};
    return setrlimit((enum __rlimit_resource)resource, &r) == 0 ||
           lar_fail_errno(err, errno, "limiting %s", name);
}

static bool enter_limits(const struct lar_sandbox_limits *limits, struct lar_error *err)
{
#if LAR_SANDBOX_SECCOMP /* a sanitizer's shadow memory passes any limit */
    if (!limit(RLIMIT_AS, limits->memory, "address space", err))
        return false;
#endif
    return limit(RLIMIT_FSIZE, limits->memory, "file size", err) &&
           limit(RLIMIT_CPU, limits->cpu_seconds, "processor time", err) &&
           limit(RLIMIT_NOFILE, 8, "descriptors", err) &&
           limit(RLIMIT_NPROC, 0, "processes", err) && limit(RLIMIT_CORE, 0, "core size", err);
}

/* Landlock by its system calls, so that a build on an older kernel's headers uses what a newer
 * kernel has. Linux, include/uapi/linux/landlock.h: the rights of each ABI are its low bits. */
struct ruleset {
    uint64_t fs, net, scoped;
};

static bool enter_landlock(int *ret_abi, struct lar_error *err)
{
    static const unsigned fs_rights[] = {0, 13, 14, 15, 15, 16};
    enum { CREATE_RULESET = 444, RESTRICT_SELF = 446, GET_ABI = 1 };
    long abi = syscall(CREATE_RULESET, NULL, 0, GET_ABI);
    *ret_abi = 0;
    if (abi < 1)
        return true;
    struct ruleset rules = {.fs = (1u << fs_rights[abi < 5 ? abi : 5]) - 1};
    size_t size = sizeof rules.fs;
    if (abi >= 4) { /* binding and connecting TCP */
        rules.net = 3;
        size += sizeof rules.net;
    }
    if (abi >= 6) { /* abstract unix sockets, signals to others */
        rules.scoped = 3;
        size += sizeof rules.scoped;
    }
    int fd = (int)syscall(CREATE_RULESET, &rules, size, 0);
    if (fd < 0)
        return lar_fail_errno(err, errno, "Landlock's rules");
    bool ok = syscall(RESTRICT_SELF, fd, 0) == 0 || lar_fail_errno(err, errno, "Landlock");
    close(fd);
    *ret_abi = (int)abi;
    return ok;
}

#if LAR_SANDBOX_SECCOMP

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "no seccomp filter for this architecture"
#endif

static const int allowed[] = {
    SYS_read,         SYS_pread64,    SYS_write,     SYS_pwrite64,      SYS_lseek,
    SYS_brk,          SYS_munmap,     SYS_mremap,    SYS_madvise,       SYS_futex,
    SYS_sysinfo,      SYS_getpid,     SYS_gettid,    SYS_clock_gettime, SYS_getrandom,
    SYS_fstat,        SYS_newfstatat, SYS_ftruncate, SYS_fallocate,     SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_close,      SYS_exit,      SYS_exit_group,
};

static const int soft[] = {
    SYS_openat,
#ifdef SYS_open
    SYS_open,
#endif
};

enum { N_ALLOWED = sizeof allowed / sizeof *allowed, N_SOFT = sizeof soft / sizeof *soft };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

static bool enter_seccomp(struct lar_error *err)
{
    struct sock_filter code[3 * (N_ALLOWED + N_SOFT) + 32];
    unsigned short n = 0;
    code[n++] = (struct sock_filter)LOAD(arch);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
    code[n++] = (struct sock_filter)LOAD(nr);
    for (int i = 0; i < N_ALLOWED + N_SOFT; i++) {
        bool is_soft = i >= N_ALLOWED;
        unsigned nr = (unsigned)(is_soft ? soft[i - N_ALLOWED] : allowed[i]);
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
        code[n++] =
            (struct sock_filter)RETURN(is_soft ? SECCOMP_RET_ERRNO | EACCES : SECCOMP_RET_ALLOW);
    }
    /* Memory, as long as it is not executable: the third argument, whose high half no flag uses. */
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 4);
    code[n++] = (struct sock_filter)LOAD(args[2]);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    /* abort() sends a signal to its own process; no signal to another. */
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3);
    code[n++] = (struct sock_filter)LOAD(args[0]);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)getpid(), 0, 1);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
    const struct sock_fprog program = {.len = n, .filter = code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
        return lar_fail_errno(err, errno, "the seccomp filter");
    return true;
}

#else

static bool enter_seccomp(struct lar_error *err)
{
    (void)err;
    return true;
}

#endif

bool lar_sandbox_enter(const struct lar_sandbox_limits *limits, struct lar_sandbox_state *ret,
                       struct lar_error *err)
{
    *ret = (struct lar_sandbox_state){.seccomp = LAR_SANDBOX_SECCOMP};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return lar_fail_errno(err, errno, "prctl");
#if LAR_SANDBOX_SECCOMP /* LeakSanitizer traces its own process */
    if (prctl(PR_SET_DUMPABLE, 0))
        return lar_fail_errno(err, errno, "prctl");
#endif
    return enter_limits(limits, err) && enter_landlock(&ret->landlock_abi, err) &&
           enter_seccomp(err);
}
