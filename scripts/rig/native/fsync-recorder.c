/*
 * Records, for each fsync and fdatasync that succeeded, which file it was and how long that file was when the call began: what
 * lies beyond that length would be gone after a power cut. Lines "device:inode size" go to the file in FSYNC_RECORD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int record_fd = -1;

__attribute__((constructor)) static void open_record(void) {
  const char *path = getenv("FSYNC_RECORD");
  if (path) record_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int sync_and_record(int (*sync_file)(int), int fd) {
  struct stat before;
  int known = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
  int result = sync_file(fd);
  if (result == 0 && known && record_fd >= 0) {
    char line[96];
    int length = snprintf(line, sizeof line, "%lu:%lu %lld\n", (unsigned long)before.st_dev,
                          (unsigned long)before.st_ino, (long long)before.st_size);
    if (write(record_fd, line, (size_t)length) != length) return result;
  }
  return result;
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return sync_and_record(real, fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return sync_and_record(real, fd);
}
