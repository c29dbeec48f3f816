# What both variants of Fedora 45 share. `terrace_seed` must be set before: see ../README.md.
config_opts['releasever'] = '45'
config_opts['dist'] = 'fc45'
config_opts['description'] = 'Fedora 45'
config_opts['chroot_setup_cmd'] = 'install @buildsys-build'
config_opts['extra_chroot_dirs'] = ['/run/lock']

# All packages come from the seed, so nothing may be taken from a container image of another day.
config_opts['package_manager'] = 'dnf5'
config_opts['bootstrap_image'] = None
config_opts['use_bootstrap_image'] = False

include('templates/terrace-seed.tpl')
