# What all variants of AlmaLinux 10 share. Its x86_64 is compiled for x86_64_v3; what is to run on less is
# built from its second set of repos, whose packages are of architecture x86_64_v2.
config_opts['releasever'] = '10'
config_opts['dist'] = 'el10.alma'
config_opts['description'] = 'AlmaLinux 10'
config_opts['terrace_name'] = 'almalinux-10'
config_opts['terrace_native'] = 'x86_64_v2' if config_opts['terrace_level'] == 'x86_64_v2' else 'x86_64_v3'
config_opts['macros']['%vendor'] = 'AlmaLinux'
# It has no group for build roots.
config_opts['chroot_setup_cmd'] = (
    'install almalinux-release bash bzip2 coreutils cpio diffutils findutils gawk glibc-minimal-langpack grep gzip '
    'info patch redhat-rpm-config rpm-build sed tar unzip util-linux which xz')
config_opts['extra_chroot_dirs'] = ['/run/lock']

# All packages come from the repos below or from the seed, and nothing from a container image of another day.
config_opts['package_manager'] = 'dnf4'
config_opts['bootstrap_image'] = None
config_opts['use_bootstrap_image'] = False

config_opts['terrace_repos'] = """
{% for name in ('baseos', 'appstream', 'crb', 'extras') %}
[{{ name }}]
name={{ name }}
mirrorlist=https://mirrors.almalinux.org/mirrorlist/10/{{ name }}?arch={{ terrace_native | replace('_v3', '') }}
gpgcheck=1
gpgkey=file:///usr/share/distribution-gpg-keys/alma/RPM-GPG-KEY-AlmaLinux-10
skip_if_unavailable=False

{% endfor %}
"""

include('templates/terrace-level.tpl')
include('templates/terrace-redhat.tpl')

if config_opts['terrace_native'] == 'x86_64_v2':
    # The build root itself is of packages of that architecture, so dnf must take them, in either encoding.
    config_opts['target_arch'] = 'x86_64_v2'
    config_opts['dnf_vars'] = {'arch': 'x86_64_v2', 'basearch': 'x86_64'}

include('templates/terrace-seed.tpl')
