# What all variants of the mini distribution (deploy/mini-distro) share. It is on no mirror: `terrace_seed` must
# be set before, see ../README.md.
config_opts['releasever'] = '1'
config_opts['dist'] = 'mini1'
config_opts['description'] = 'Mini distribution 1'
config_opts['terrace_name'] = 'mini-1'
config_opts['terrace_native'] = 'x86_64'
config_opts['macros']['%packager'] = 'Terrace'
config_opts['macros']['%vendor'] = 'Terrace mini distribution'
config_opts['chroot_setup_cmd'] = 'install buildsys-build'
config_opts['extra_chroot_dirs'] = ['/run/lock']

# The mini distribution has no image to bootstrap from, and its hosts have dnf 4.
config_opts['package_manager'] = 'dnf4'
config_opts['use_bootstrap'] = False
config_opts['use_bootstrap_image'] = False

include('templates/terrace-level.tpl')

if _suffix:
    # It has no macros for rustc.
    config_opts['environment']['RUSTFLAGS'] = '-Ctarget-cpu=x86-64' + _suffix
if _suffix and not _by_arch:
    # Its rpm takes optflags from rpmrc alone: rpmbuild sets the macro of that name after it has read all macros.
    config_opts['files']['etc/rpmrc'] = 'optflags: x86_64 -O2 -g -march=x86-64' + _suffix + '\n'

include('templates/terrace-seed.tpl')
