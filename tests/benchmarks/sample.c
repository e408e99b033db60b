/* Where the processor is, looked up a few thousand times a second of its time: x86-64, Linux. */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <ucontext.h>

static size_t *places, most;
static volatile size_t count;

static void look(int signal, siginfo_t *info, void *context) {
    if (count < most) places[count++] = (size_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
}

static void every(int microseconds) {
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

void begin(size_t *into, size_t length, int microseconds) {
    struct sigaction action = {0};
    places = into, most = length, count = 0;
    action.sa_sigaction = look;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGPROF, &action, NULL);
    every(microseconds);
}

size_t end(void) {
    every(0);
    return count;
}
