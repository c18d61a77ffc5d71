#include "coralline/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "coralline/base/error.h"

namespace coralline {
namespace {

constexpr std::align_val_t kAlignment{64};

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void FailSystem(ErrorKind kind, const std::filesystem::path& path,
                             const char* action) {
  throw Error(kind, fmt::format("{}: cannot {}: {}", path.string(), action,
                                std::strerror(errno)));
}

std::shared_ptr<std::byte> AllocateAligned(std::size_t size) {
  auto* bytes = static_cast<std::byte*>(
      ::operator new(std::max<std::size_t>(size, 1), kAlignment));
  return {bytes, [](std::byte* p) { ::operator delete(p, kAlignment); }};
}

void WriteAll(int fd, std::span<const std::byte> bytes,
              const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) FailSystem(ErrorKind::kFailed, path, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace

SharedBytes ReadFile(const std::filesystem::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) {
    FailSystem(ErrorKind::kModel, path, "open");
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: not a regular file", path.string()));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  const auto storage = AllocateAligned(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(file.get(), storage.get() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) FailSystem(ErrorKind::kModel, path, "read");
    if (got == 0) break;  // the file shrank; its reader sees a truncated model
    done += static_cast<std::size_t>(got);
  }
  return {storage, {storage.get(), done}};
}

FileTransaction::~FileTransaction() {
  for (const Pending& file : pending_) unlink(file.temporary.c_str());
}

void FileTransaction::Write(const std::filesystem::path& path,
                            std::span<const std::byte> bytes) {
  std::error_code error;
  if (path.has_parent_path()) {
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) {
      throw Error(ErrorKind::kFailed,
                  fmt::format("{}: cannot create the folder: {}",
                              path.parent_path().string(), error.message()));
    }
  }
  // Another thread, or process, may write the same file.
  static std::atomic<int> count{0};
  std::filesystem::path temporary = path;
  temporary += fmt::format(".{}.{}.tmp", getpid(), ++count);
  const FileDescriptor file(
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) FailSystem(ErrorKind::kFailed, path, "write");
  pending_.push_back({temporary, path});
  WriteAll(file.get(), bytes, path);
  if (fsync(file.get()) != 0) FailSystem(ErrorKind::kFailed, path, "write");
}

void FileTransaction::Commit() {
  for (const Pending& file : pending_) {
    if (rename(file.temporary.c_str(), file.destination.c_str()) != 0) {
      FailSystem(ErrorKind::kFailed, file.destination, "write");
    }
  }
  pending_.clear();
}

void WriteFile(const std::filesystem::path& path,
               std::span<const std::byte> bytes) {
  FileTransaction files;
  files.Write(path, bytes);
  files.Commit();
}

}  // namespace coralline
