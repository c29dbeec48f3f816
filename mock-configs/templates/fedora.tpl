# What all variants of all releases of Fedora share. A .cfg sets `releasever` before: 44, 45 or rawhide.
config_opts['description'] = 'Fedora ' + config_opts['releasever']
config_opts['dist'] = config_opts['releasever'] if config_opts['releasever'] == 'rawhide' else 'fc' + config_opts['releasever']
config_opts['terrace_name'] = 'fedora-' + config_opts['releasever']
config_opts['terrace_native'] = 'x86_64'
config_opts['macros']['%vendor'] = 'Fedora Project'
config_opts['chroot_setup_cmd'] = 'install @buildsys-build'
config_opts['extra_chroot_dirs'] = ['/run/lock']

# All packages come from the repos below or from the seed, and nothing from a container image of another day.
config_opts['package_manager'] = 'dnf5'
config_opts['bootstrap_image'] = None
config_opts['use_bootstrap_image'] = False

config_opts['terrace_repos'] = """
{% set key = 'file:///usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-' + releasever + '-primary' %}
{% set names = {'fedora': 'rawhide'} if releasever == 'rawhide' else
               {'fedora': 'fedora-' + releasever, 'updates': 'updates-released-f' + releasever} %}
{% for name, repo in names.items() %}
[{{ name }}]
name={{ name }}
metalink=https://mirrors.fedoraproject.org/metalink?repo={{ repo }}&arch=x86_64
gpgcheck=1
gpgkey={{ key }}
skip_if_unavailable=False

{% endfor %}
"""

include('templates/terrace-level.tpl')
include('templates/terrace-redhat.tpl')
include('templates/terrace-seed.tpl')
