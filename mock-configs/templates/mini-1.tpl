# What both variants of the mini distribution share. `terrace_seed` must be set before: see ../README.md.
config_opts['releasever'] = '1'
config_opts['dist'] = 'mini1'
config_opts['description'] = 'Mini distribution 1'
config_opts['chroot_setup_cmd'] = 'install buildsys-build'
config_opts['extra_chroot_dirs'] = ['/run/lock']

# The mini distribution has no image to bootstrap from, and its hosts have dnf 4.
config_opts['package_manager'] = 'dnf4'
config_opts['use_bootstrap'] = False
config_opts['use_bootstrap_image'] = False

config_opts['macros']['%packager'] = 'Terrace'
config_opts['macros']['%vendor'] = 'Terrace mini distribution'

include('templates/terrace-seed.tpl')
