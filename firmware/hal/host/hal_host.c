/*
 * The firmware as a process: a pseudo-terminal is its serial line. It prints one line with the path to open, ends
 * when its standard input closes (the one who started it is gone) or on SIGTERM, and restarts by executing itself.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "hal.h"

#define NOBODY_READS_MS 500
#define INHERITED_PTY "GRAPES_HOST_PTY" /* "master slave": descriptors kept over a restart */

static int pty_master = -1;
static int pty_slave = -1; /* held open, so that a host that closes the port does not end the line */
static uint32_t boot_id;

static void give_up(const char *what) {
  perror(what);
  exit(1);
}

static void open_terminal(void) {
  struct termios raw;
  const char *path;
  pty_master = posix_openpt(O_RDWR | O_NOCTTY);
  if (pty_master < 0 || grantpt(pty_master) != 0 || unlockpt(pty_master) != 0) give_up("pseudo-terminal");
  path = ptsname(pty_master);
  pty_slave = open(path, O_RDWR | O_NOCTTY);
  if (pty_slave < 0 || tcgetattr(pty_slave, &raw) != 0) give_up(path);
  cfmakeraw(&raw);
  if (tcsetattr(pty_slave, TCSANOW, &raw) != 0) give_up(path);
  fcntl(pty_master, F_SETFL, fcntl(pty_master, F_GETFL) | O_NONBLOCK);
  printf("grapes host board on %s\n", path);
  fflush(stdout);
}

static uint64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void hal_init(void) {
  const char *inherited = getenv(INHERITED_PTY);
  const uint64_t now = nanoseconds(CLOCK_REALTIME);
  boot_id = (uint32_t)(now ^ (now >> 32));
  if (inherited == NULL || sscanf(inherited, "%d %d", &pty_master, &pty_slave) != 2) open_terminal();
}

uint16_t hal_serial_read(uint8_t *bytes, uint16_t capacity) {
  const ssize_t count = read(pty_master, bytes, capacity);
  return count > 0 ? (uint16_t)count : 0;
}

/* Like a UART, it does not wait for ever for somebody to read: what nobody takes is lost. */
void hal_serial_write(const uint8_t *bytes, uint16_t count) {
  while (count > 0) {
    const ssize_t written = write(pty_master, bytes, count);
    if (written > 0) {
      bytes += written;
      count = (uint16_t)(count - written);
    } else {
      struct pollfd wait = {.fd = pty_master, .events = POLLOUT, .revents = 0};
      if (errno != EAGAIN && errno != EINTR) return;
      if (poll(&wait, 1, NOBODY_READS_MS) == 0) return;
    }
  }
}

void hal_serial_flush(void) {}

uint32_t hal_serial_dropped(void) { return 0; } /* the kernel makes the writer wait */

void hal_idle(void) {
  struct pollfd wait[2] = {{.fd = pty_master, .events = POLLIN, .revents = 0},
                           {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
  if (poll(wait, 2, -1) > 0 && wait[1].revents != 0) {
    char ignored[64];
    if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0) exit(0);
  }
}

uint32_t hal_ticks(void) { return (uint32_t)nanoseconds(CLOCK_MONOTONIC); }

uint32_t hal_ticks_per_second(void) { return 1000000000u; }

uint32_t hal_boot_id(void) { return boot_id; }

void hal_reset(void) {
  char kept[32];
  char *arguments[] = {"grapes-host-board", NULL};
  snprintf(kept, sizeof kept, "%d %d", pty_master, pty_slave);
  setenv(INHERITED_PTY, kept, 1);
#ifdef __APPLE__
  char self[4096];
  uint32_t size = sizeof self;
  if (_NSGetExecutablePath(self, &size) == 0) execv(self, arguments);
#else
  execv("/proc/self/exe", arguments);
#endif
  perror("restart");
  exit(1);
}

uint32_t hal_stack_high_water(void) { return HAL_UNKNOWN; }
