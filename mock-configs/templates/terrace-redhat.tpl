# The level, said to the macros that Fedora's redhat-rpm-config and rust-srpm-macros have, and with them Azure
# Linux's azurelinux-rpm-config and AlmaLinux's. After terrace-level.tpl.
if _suffix:
    # rustc does not read optflags. What follows is build_rustflags as rust-srpm-macros has it, and -Ctarget-cpu;
    # RUSTFLAGS in the environment would take the place of all that, as %set_build_flags leaves it alone.
    config_opts['macros']['%build_rustflags'] = (
        '%{shrink: -Copt-level=%{!?rustflags_opt_level:3}%{?rustflags_opt_level}'
        ' -Cdebuginfo=%{!?rustflags_debuginfo:2}%{?rustflags_debuginfo}'
        ' -Ccodegen-units=%{!?rustflags_codegen_units:1}%{?rustflags_codegen_units}'
        ' -Cstrip=none'
        ' %[0%{?_include_frame_pointers} ? "-Cforce-frame-pointers=yes" : ""]'
        ' -Clink-arg=-Wl,-z,relro -Clink-arg=-Wl,-z,now'
        ' %[0%{?_package_note_status} ? "-Clink-arg=%{?_package_note_flags}" : ""]'
        ' --cap-lints=warn -Ctarget-cpu=x86-64' + _suffix + '}')

if _suffix and not _by_arch:
    config_opts['macros']['%__cflags_arch_x86_64_level'] = _suffix
    # The dynamic linker refuses such a file on a lesser CPU, which no rpm and no dnf does.
    config_opts['macros']['%_distro_extra_ldflags'] = '-Wl,-z,x86-64' + _suffix

if _by_arch and _level != 'x86_64':
    # Specs put these lists into ExclusiveArch and %ifarch, and rpm compares literally. A spec that itself says
    # x86_64 there needs a change to %{x86_64}, or the encoding flags.
    for _list in ('fpc_arches GNAT_arches GPRbuild_arches gccgo_arches ghc_arches ghc_arches_with_ghci go_arches '
                  'golang_arches golang_arches_future java_arches kernel_arches ldc_arches luajit_arches '
                  'mono_arches nodejs_arches ocaml_native_compiler ocaml_natdynlink ocaml_native_profiling '
                  'openblas_arches qt5_qtwebengine_arches qt6_qtwebengine_arches rust_arches '
                  'valgrind_arches').split():
        config_opts['macros']['%' + _list] = 'x86_64 ' + _level
