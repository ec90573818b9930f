/* What a loader can and cannot do: each deed is tried in a child of its own, inside the sandbox.
 * SPDX-License-Identifier: MIT */
#include "loader/sandbox.h"
#include "tests/check_main.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REACHED = 42, NO_SANDBOX = 43 };

/* Runs DEED in the sandbox; returns the wait status. Its result is the exit status. */
static int inside(int (*deed)(void), unsigned cpu_seconds)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        const struct lar_sandbox_limits limits = {.memory = (size_t)256 << 20,
                                                  .cpu_seconds = cpu_seconds};
        struct lar_sandbox_state state;
        struct lar_error err = {0};
        if (!lar_sandbox_enter(&limits, &state, &err))
            _exit(NO_SANDBOX);
        _exit(deed());
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(!WIFEXITED(status) || WEXITSTATUS(status) != NO_SANDBOX, "no sandbox here");
    return status;
}

static int opens_a_file(void)
{
    return open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES ? REACHED : 1;
}

static int allocates_and_writes(void)
{
    int *p = malloc((size_t)64 << 20);
    if (!p)
        return 1;
    memset(p, 1, (size_t)64 << 20);
    free(p);
    return write(STDOUT_FILENO, "", 0) == 0 ? REACHED : 1;
}

static int allocates_too_much(void)
{
    return malloc((size_t)1 << 30) == NULL ? REACHED : 1;
}

static int makes_a_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int starts_a_program(void)
{
    char *argv[] = {(char *)"true", NULL};
    return execve("/bin/true", argv, argv + 1);
}

static int clones(void)
{
    return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static int traces(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int maps_executable(void)
{
    void *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED;
}

static int makes_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int signals_another(void)
{
    return (int)syscall(SYS_tgkill, getppid, 1, 0);
}

static int unlinks(void)
{
    return unlink("/tmp/larder-sandbox-test");
}

static int aborts(void)
{
    abort();
}

static int loops(void)
{
    volatile uint64_t n = 0;
    while (n != UINT64_MAX)
        n++;
    return 1;
}

START_TEST(quiet_deeds_go_on)
{
    static int (*const deeds[])(void) = {opens_a_file, allocates_and_writes, allocates_too_much};
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        int status = inside(deeds[i], 10);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == REACHED, "deed %zu: status %x", i,
                      (unsigned)status);
    }
}
END_TEST

START_TEST(forbidden_calls_kill)
{
    static int (*const deeds[])(void) = {makes_a_socket,  starts_a_program, clones,
                                         traces,          maps_executable,  makes_executable,
                                         signals_another, unlinks};
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        int status = inside(deeds[i], 10);
        ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "deed %zu: status %x", i,
                      (unsigned)status);
    }
}
END_TEST

/* Every number that a system call may have, but for those the filter names, and for uretprobe (335)
 * and uprobe (336), which Linux lets pass by every filter and which fail without a probe. */
START_TEST(all_other_calls_kill)
{
    static const int named[] = {
        SYS_read,      SYS_pread64,        SYS_write,
        SYS_pwrite64,  SYS_lseek,          SYS_brk,
        SYS_munmap,    SYS_mremap,         SYS_madvise,
        SYS_futex,     SYS_sysinfo,        SYS_getpid,
        SYS_gettid,    SYS_clock_gettime,  SYS_getrandom,
        SYS_fstat,     SYS_newfstatat,     SYS_ftruncate,
        SYS_fallocate, SYS_rt_sigprocmask, SYS_rt_sigreturn,
        SYS_close,     SYS_exit,           SYS_exit_group,
        SYS_openat,    SYS_open,           SYS_mmap,
        SYS_mprotect,  SYS_tgkill,         335,
        336,
    };
    for (int nr = 0; nr < 470; nr++) {
        bool is_named = false;
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            is_named |= named[i] == nr;
        if (is_named)
            continue;
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            const struct lar_sandbox_limits limits = {.memory = (size_t)256 << 20,
                                                      .cpu_seconds = 10};
            struct lar_sandbox_state state;
            struct lar_error err = {0};
            if (!lar_sandbox_enter(&limits, &state, &err))
                _exit(NO_SANDBOX);
            syscall(nr, -1, 0, 0, 0, 0, 0);
            _exit(REACHED);
        }
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "call %d: status %x", nr,
                      (unsigned)status);
    }
}
END_TEST

START_TEST(a_fault_says_what_it_was)
{
    int status = inside(aborts, 10);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    status = inside(loops, 1);
    ck_assert(WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL));
}
END_TEST

int main(void)
{
    return check_main("sandbox",
                      (const TTest *[]){quiet_deeds_go_on, forbidden_calls_kill,
                                        all_other_calls_kill, a_fault_says_what_it_was, NULL});
}
