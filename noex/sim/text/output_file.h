// OutputFile: a file that is there whole, or not at all.
//
// It has no name until it is complete: whatever ends the program before, a signal included, leaves
// nothing behind. What exists is replaced only if that was asked for. Devices and pipes are written
// to as they are.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "noex/transport/base/error.h"

namespace noex::sim {

class OutputFile {
 public:
  // Errors: system, whose detail names the file: it exists and `force` is false, its folder does
  // not exist or takes no files, ... So that this is known before time is spent.
  [[nodiscard]] static Result<OutputFile> create(const std::string& path, bool force);

  // What goes wrong is told by commit().
  void write(std::string_view text);
  // Gives it its name. Once. Errors: system, whose detail names the file.
  [[nodiscard]] Result<void> commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  enum class Kind { unnamed, in_memory, device };

  OutputFile(std::string path, bool force, Kind kind, std::FILE* file)
      : path_(std::move(path)), force_(force), kind_(kind), file_(file) {}
  Result<void> give_name(int file) const;
  Result<void> copy_to(const std::string& name, int file) const;
  std::unexpected<Error> failure(int reason) const;

  std::string path_;
  bool force_ = false;
  Kind kind_ = Kind::unnamed;
  std::unique_ptr<std::FILE, Close> file_;
  int error_ = 0;  // the first
};

// All of it at once.
[[nodiscard]] Result<void> write_output(const std::string& path, bool force, std::string_view text);

}  // namespace noex::sim
