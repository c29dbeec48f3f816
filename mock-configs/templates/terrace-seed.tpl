# dnf's configuration for a frozen seed, for any distribution. Before a .cfg is included there must be
#     config_opts['terrace_seed'] = [{'name': 'base', 'url': 'file:///srv/seed/os'}, ...]
# Other keys of a repo go into its section as they are ('priority': 10, 'cost': 500, ...). A repo with
# 'rebuilt': True holds what the farm itself built (ordered mode): it comes on top of the cached build root.
if not config_opts.get('terrace_seed'):
    raise Exception("config_opts['terrace_seed'] is not set: write a .cfg of your own that sets it to the "
                    "repos to install from, [{'name': 'NAME', 'url': 'URL'}], and then includes this one")

import hashlib as _hashlib
import os as _os

# A root cache for each seed: mock itself would take up the cache that another seed has left.
_seed_digest = _hashlib.sha256(config_opts['chroot_setup_cmd'].encode())
for _repo in config_opts['terrace_seed']:
    if not _repo.get('rebuilt'):
        _seed_digest.update(_repo['url'].encode())
        _repomd = _repo['url'].replace('file://', '', 1) + '/repodata/repomd.xml'
        if _os.path.exists(_repomd):
            with open(_repomd, 'rb') as _file:
                _seed_digest.update(_file.read())
config_opts['plugin_conf']['root_cache_opts']['dir'] = (
    '{{cache_topdir}}/' + config_opts['root'] + '/root_cache-' + _seed_digest.hexdigest()[:12] + '/')

# The seed does not change, so a cached build root needs no update. What the farm itself built stays out of
# the cache and comes with the update.
_rebuilt = [repo['name'] for repo in config_opts['terrace_seed'] if repo.get('rebuilt')]
config_opts['update_before_build'] = bool(_rebuilt)
config_opts['chroot_setup_cmd'] += ''.join(' --disablerepo=' + name for name in _rebuilt)

config_opts['dnf.conf'] = """
[main]
keepcache=1
system_cachedir=/var/cache/dnf
debuglevel=2
reposdir=/dev/null
logfile=/var/log/yum.log
retries=5
obsoletes=1
gpgcheck=0
assumeyes=1
syslog_ident=mock
syslog_device=
metadata_expire=0
best=1
install_weak_deps=0
protected_packages=
module_platform_id=
user_agent={{ user_agent }}

{% for repo in terrace_seed %}
[{{ repo['name'] }}]
name={{ repo['name'] }}
baseurl={{ repo['url'] }}
{% for key, value in repo.items() if key not in ('name', 'url', 'rebuilt') %}
{{ key }}={{ value }}
{% endfor %}

{% endfor %}
"""
