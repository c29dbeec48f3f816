# What all variants of Azure Linux 4.0 share. Its azurelinux-rpm-config compiles x86_64 for x86_64_v2.
config_opts['releasever'] = '4.0'
config_opts['dist'] = 'azl4'
config_opts['description'] = 'Azure Linux 4.0'
config_opts['terrace_name'] = 'azurelinux-4.0'
config_opts['terrace_native'] = 'x86_64_v2'
config_opts['macros']['%dist'] = '.azl4'
config_opts['macros']['%vendor'] = 'Microsoft Corporation'
# It has no group for build roots.
config_opts['chroot_setup_cmd'] = (
    'install azurelinux-release-common azurelinux-rpm-config bash bzip2 coreutils cpio diffutils findutils gawk '
    'glibc-minimal-langpack grep gzip info patch rpm-build sed shadow-utils tar unzip util-linux which xz')
config_opts['extra_chroot_dirs'] = ['/run/lock']

# All packages come from the repos below or from the seed, and nothing from a container image of another day.
config_opts['package_manager'] = 'dnf5'
config_opts['bootstrap_image'] = None
config_opts['use_bootstrap_image'] = False

config_opts['terrace_repos'] = """
{% for name, folder in (('azurelinux-base', 'base'), ('azurelinux-build-deps', 'sdk')) %}
[{{ name }}]
name={{ name }}
baseurl=https://packages.microsoft.com/azurelinux/4.0/beta/{{ folder }}/x86_64
gpgcheck=1
repo_gpgcheck=1
gpgkey=file:///usr/share/distribution-gpg-keys/azure-linux/MICROSOFT-RPM-GPG-KEY
skip_if_unavailable=False

{% endfor %}
"""

include('templates/terrace-level.tpl')
include('templates/terrace-redhat.tpl')
include('templates/terrace-seed.tpl')
