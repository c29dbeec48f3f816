#pragma once

#include <span>
#include <string>
#include <string_view>

namespace terrace::ingest {

/// Whether a package that is built with `package` in its buildroot, because of this BuildRequires,
/// takes machine code of it into its own RPMs: a sentence without a full stop that says why, empty
/// if it does not. A change of that package's code then changes the built one's, too, which a
/// shared library's does not.
///
/// By the packaging rules of Fedora: static and header-only libraries are named NAME-static, or are
/// -devel packages that provide it, or were asked for by that name; Rust's crates (crate(NAME),
/// rust-NAME-devel), Go's packages (golang(PATH), golang-NAME-devel), Haskell's (ghc-NAME-devel)
/// and OCaml's libraries (ocaml-NAME-devel) are compiled into what uses them.
std::string code_reason(std::string_view build_requires,
                        std::string_view package,
                        std::span<const std::string> provides);

}  // namespace terrace::ingest
